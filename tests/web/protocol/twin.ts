/**
 * The twin for tests in other languages: reads a JSON object a line, answers one a line.
 *
 * A question has `engine` (see engines.ts), `call` and the inputs of the call: one of those that
 * vectors use, or one of those below, which seal. The answer is `{"ok": result}` or
 * `{"error": class, "details": what its constructor takes}`.
 */

import { createInterface } from "node:readline";
import type { GenesisId, ThreadId } from "../../../intake/web/protocol/names.ts";

import { toHex, utf8 } from "../../../intake/web/protocol/bytes.ts";
import { ChainKey } from "../../../intake/web/protocol/chain_keys.ts";
import { fold, isForbidden, isSign, WHITE_SPACE } from "../../../intake/web/protocol/characters.ts";
import {
  chunkCount,
  chunkId,
  FileKey,
  fileHash,
  pieceDigest,
  sealChunk,
} from "../../../intake/web/protocol/chunks.ts";
import { Codename } from "../../../intake/web/protocol/codename.ts";
import { sealEnvelope, splitText } from "../../../intake/web/protocol/envelope.ts";
import { NotACodename } from "../../../intake/web/protocol/errors.ts";
import { sha256 } from "../../../intake/web/protocol/hashing.ts";
import { parsePayload } from "../../../intake/web/protocol/payload.ts";
import { parseReplyMessage } from "../../../intake/web/protocol/replies.ts";
import { SigningKey } from "../../../intake/web/protocol/signing.ts";
import { PIECE_SIZE } from "../../../intake/web/protocol/sizes.ts";
import { deriveSourceKeys } from "../../../intake/web/protocol/source_keys.ts";
import { withEngine } from "./engines.ts";
import { openFile } from "./office/chunks.ts";
import { sealReply } from "./office/replies.ts";
import { CALLS } from "./vector_calls.ts";
import { bytes, textBytes, type Inputs } from "./vector_files.ts";

const base64 = (data: Uint8Array): string => Buffer.from(data).toString("base64");
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

const SEALING: Readonly<Record<string, (inputs: Inputs) => unknown>> = {
  /** `text`: a payload, of which everything is sealed that comes from no key. */
  seal_envelope: async (inputs) => {
    const { bits, genesis_id, recipients } = inputs;
    const source = await deriveSourceKeys(
      new Codename(bytes(bits)),
      bytes(genesis_id) as GenesisId,
    );
    const sealTo = recipients.map(({ id, public_key, week, signing_key }: Inputs) => ({
      id,
      publicKey: bytes(public_key),
      week,
      signingKey: bytes(signing_key),
    }));
    return base64(await sealEnvelope(parsePayload(textBytes(inputs)), source, sealTo));
  },
  split_any_text: (inputs) => {
    const { recipients, ...message } = parsePayload(textBytes(inputs));
    const ids = recipients.map(({ id }) => id);
    const [kept, rest] = splitText(message, ids, inputs.long_text);
    return [kept, toHex(rest)];
  },
  seal_file: async ({ file_key, file }) => {
    const key = new FileKey(bytes(file_key));
    const content = fromBase64(file);
    const count = chunkCount(content.length);
    const chunks: string[] = [];
    const ids: string[] = [];
    const digests: Uint8Array[] = [];
    for (let index = 0; index < count; index++) {
      const piece = content.subarray(index * PIECE_SIZE, (index + 1) * PIECE_SIZE);
      chunks.push(base64(await sealChunk(key, index, piece, index === count - 1)));
      ids.push(toHex(chunkId(key, index)));
      digests.push(await pieceDigest(piece));
    }
    return { chunks, ids, hash: toHex(fileHash(content.length, digests)) };
  },
  open_sealed_file: async ({ file_key, size, hash, chunks }) =>
    base64(await openFile(new FileKey(bytes(file_key)), size, bytes(hash), chunks.map(fromBase64))),
  /** SHA-256 of what the tables say of every code point, a line each. */
  character_tables: () => {
    const isWhite = new RegExp(`[${WHITE_SPACE}]`);
    const lines: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const one = String.fromCodePoint(code);
      const told = [isForbidden(one), isSign(one), isWhite.test(one)].map(Number);
      lines.push([code, fold(one), ...told].join(" "));
    }
    return toHex(sha256(utf8(lines.join("\n"))));
  },
  seal_reply: async (inputs) => {
    const to = {
      genesisId: bytes(inputs.genesis_id) as GenesisId,
      threadId: bytes(inputs.thread_id) as ThreadId,
      chain: new ChainKey(bytes(inputs.chain)),
    };
    const signer = new SigningKey(bytes(inputs.signing_seed));
    const part = parseReplyMessage(textBytes(inputs));
    return toHex(await sealReply(to, signer, inputs.recipient_id, part));
  },
};

async function answer(line: string): Promise<object> {
  const { engine, call, ...inputs } = JSON.parse(line) as Inputs;
  const run = CALLS[call] ?? SEALING[call];
  if (!run) throw new Error(`no call ${call}`);
  try {
    return { ok: await withEngine(engine, async () => run(inputs)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const details = error instanceof NotACodename ? [error.reason, error.position] : [];
    return { error: error.constructor.name, details };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
