// What the twin makes of the inputs that `make fuzz` kept: node fuzz_twin.ts CORPUS TARGET...
// Prints {target: {file: conclusion}} as JSON; `tests/fuzz/twin.py` compares with Python.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ByteReader } from "../../../intake/web/protocol/byte_reader.ts";
import { containsCodename, readCodename } from "../../../intake/web/protocol/codename.ts";
import { readDirectory, readFingerprint } from "../../../intake/web/protocol/directory.ts";
import { parseDirectory } from "../../../intake/web/protocol/directory_content.ts";
import { readDirectoryFile } from "../../../intake/web/protocol/directory_file.ts";
import { NotACodename, ProtocolError } from "../../../intake/web/protocol/errors.ts";
import { parseForm } from "../../../intake/web/protocol/form.ts";
import { Label } from "../../../intake/web/protocol/labels.ts";
import type { Day, GenesisId } from "../../../intake/web/protocol/names.ts";
import { unpad } from "../../../intake/web/protocol/padding.ts";
import { checkFileName, parsePayload, safeFileName } from "../../../intake/web/protocol/payload.ts";
import { checkKemPublicKey } from "../../../intake/web/protocol/public_keys.ts";
import { parseReplyMessage } from "../../../intake/web/protocol/replies.ts";
import { SealedFileReader } from "../../../intake/web/protocol/sealed_file.ts";
import { checkSignature } from "../../../intake/web/protocol/signatures.ts";
import { encodeJson, parseJson } from "../../../intake/web/protocol/strict_json.ts";
import { parseVolumes } from "../../../intake/web/protocol/volumes.ts";

const text = (data: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);

const [office = "", ...english] = readFileSync(process.stdin.fd, "utf8").split("\n");
const genesisId = Uint8Array.from(Buffer.from(office, "hex")) as GenesisId;

const readers: Record<string, (data: Uint8Array) => unknown> = {
  json: (data) => encodeJson(parseJson(data)),
  payload: parsePayload,
  reply_message: parseReplyMessage,
  volumes: parseVolumes,
  form: parseForm,
  directory: (data) => readDirectory(data, genesisId),
  directory_content: parseDirectory,
  intake_key: checkKemPublicKey,
  signature: (data) => {
    const reader = new ByteReader(data);
    const [key, signature] = [reader.read(32), reader.read(64)];
    checkSignature(key, signature, Label.MESSAGE, genesisId, data.subarray(96));
  },
  name: (data) => {
    checkFileName(safeFileName(text(data)));
    checkFileName(text(data));
  },
  codename: (data) => {
    containsCodename(text(data), english);
    readCodename(text(data), english, "english");
  },
  fingerprint: (data) => readFingerprint(text(data)),
  padding: unpad,
  directory_file: (data) => readDirectoryFile(data, genesisId),
  sealed_file: async (data) => {
    const reader = new SealedFileReader(genesisId, 20_800 as Day);
    for (let at = 0; reader.wants;) {
      const wanted = reader.wants;
      await reader.feed(data.subarray(at, at + wanted));
      at += wanted;
    }
  },
};

async function conclusion(read: (data: Uint8Array) => unknown, data: Uint8Array): Promise<string> {
  try {
    await read(data);
    return "ok";
  } catch (error) {
    if (error instanceof NotACodename) return `NotACodename ${error.reason} ${error.position ?? 0}`;
    if (error instanceof ProtocolError) return error.constructor.name;
    return `not an error of the protocol: ${String(error)}`;
  }
}

const [corpus = "", ...targets] = process.argv.slice(2);
const all: Record<string, Record<string, string>> = {};
for (const target of targets) {
  const read = readers[target];
  if (!read) throw new Error(`the twin has no reader of ${target}`);
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(corpus, target))) {
    found[name] = await conclusion(read, readFileSync(join(corpus, target, name)));
  }
  all[target] = found;
}
console.log(JSON.stringify(all));
