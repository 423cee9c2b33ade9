/** What each call of a vector is in the twin: inputs in, result out, as `tests/vectors/README.md` says. */

import { toHex } from "../../../intake/web/protocol/bytes.ts";
import { ChainKey, nextChainKey, replyTag } from "../../../intake/web/protocol/chain_keys.ts";
import * as chunks from "../../../intake/web/protocol/chunks.ts";
import * as codename from "../../../intake/web/protocol/codename.ts";
import * as directory from "../../../intake/web/protocol/directory.ts";
import { splitText, envelopeAddress } from "../../../intake/web/protocol/envelope.ts";
import { readForm, type Question } from "../../../intake/web/protocol/form.ts";
import { sha256 } from "../../../intake/web/protocol/hashing.ts";
import { KemSecretKey } from "../../../intake/web/protocol/hpke.ts";
import { Label } from "../../../intake/web/protocol/labels.ts";
import type { ChunkId, GenesisId, ThreadId, Week } from "../../../intake/web/protocol/names.ts";
import { paddedChunkCount } from "../../../intake/web/protocol/padding.ts";
import * as payload from "../../../intake/web/protocol/payload.ts";
import { checkKemPublicKey } from "../../../intake/web/protocol/public_keys.ts";
import { checkPuzzle, puzzleText } from "../../../intake/web/protocol/puzzle.ts";
import * as replies from "../../../intake/web/protocol/replies.ts";
import { checkSignature } from "../../../intake/web/protocol/signatures.ts";
import {
  deriveSourceKeys,
  pairChain,
  setToken,
  type SourceKeys,
} from "../../../intake/web/protocol/source_keys.ts";
import { parseJson } from "../../../intake/web/protocol/strict_json.ts";
import { checkVolume, parseVolumes, type Volume } from "../../../intake/web/protocol/volumes.ts";
import { CARRIED_CALLS } from "./carried_files.ts";
import { openChunk, openFile } from "./office/chunks.ts";
import { openEnvelope } from "./office/envelope.ts";
import { recordKey, sealRecord, type ReplyTo } from "./office/replies.ts";
import { encodeVolumes, volumeOf } from "./office/volumes.ts";
import { shown } from "./shown.ts";
import {
  bytes,
  chunkBytes,
  envelopeBytes,
  patternBytes,
  textBytes,
  type Inputs,
} from "./vector_files.ts";
import { wordList, type Language } from "./word_lists.ts";

const text = (data: Uint8Array): string => new TextDecoder().decode(data);

const sources = new Map<string, Promise<SourceKeys>>();

function source({ bits, genesis_id }: Inputs): Promise<SourceKeys> {
  const name = `${bits} ${genesis_id}`;
  const known = sources.get(name);
  if (known) return known;
  const derived = deriveSourceKeys(
    new codename.Codename(bytes(bits)),
    bytes(genesis_id) as GenesisId,
  );
  sources.set(name, derived);
  return derived;
}

function read(inputs: Inputs): directory.Directory {
  return directory.readDirectory(bytes(inputs.document), bytes(inputs.genesis_id) as GenesisId);
}

async function openBoard(inputs: Inputs): Promise<unknown> {
  const keys = await source(inputs);
  const office = directory.readDirectory(bytes(inputs.directory), keys.genesisId);
  const found = await replies.openBoard(inputs.volumes.map(bytes), keys, office, inputs.day);
  const recipients = replies.followUpRecipients(found, keys, office);
  return { replies: shown(found), follow_up_recipients: recipients };
}

async function openOneEnvelope(inputs: Inputs): Promise<unknown> {
  const secrets = inputs.secrets.map(({ week, seed }: Inputs) => ({
    week,
    key: new KemSecretKey(bytes(seed)),
  }));
  const envelope = envelopeBytes(inputs.envelope);
  const genesisId = bytes(inputs.genesis_id) as GenesisId;
  const opened = await openEnvelope(envelope, genesisId, inputs.recipient_id, secrets);
  const { secret, payload: read, payloadBytes, chain, ...others } = opened;
  return {
    ...(shown(others) as object),
    chain: toHex(chain.bytes),
    address: toHex(envelopeAddress(envelope)),
    week: secret.week,
    plaintext_hash: toHex(sha256(payloadBytes)),
    payload: text(payload.encodePayload(read)),
  };
}

async function openReply(inputs: Inputs): Promise<unknown> {
  const { chain, genesisId, threadId } = pair(inputs);
  const part = await replies.openReply(
    bytes(inputs.record),
    chain,
    genesisId,
    threadId,
    inputs.recipient_id,
    inputs.signing_keys.map(bytes),
  );
  return text(replies.encodeReplyMessage(part));
}

function pair(inputs: Inputs): ReplyTo {
  return {
    chain: new ChainKey(bytes(inputs.chain)),
    genesisId: bytes(inputs.genesis_id) as GenesisId,
    threadId: bytes(inputs.thread_id ?? "") as ThreadId,
  };
}

async function atSteps(
  inputs: Inputs,
  result: (chain: ChainKey, to: ReplyTo) => Uint8Array | Promise<Uint8Array>,
): Promise<unknown> {
  const to = pair(inputs);
  const found: Uint8Array[] = [];
  for (const steps of inputs.steps) {
    found.push(await result(await nextChainKey(to.chain, to.genesisId, steps), to));
  }
  return shown(found);
}

function shownQuestion(question: Question): unknown {
  const { id, kind, heading, help, files, most, rows, choices, several } = question;
  const ofKind: Record<string, object> = {
    text: { most, rows, files },
    choice: { choices, several, files },
  };
  return { id, kind, heading, help, ...ofKind[kind] };
}

const listed = ({ week, records, hash }: Inputs): Volume => ({ week, records, hash: bytes(hash) });

function splitOneText(inputs: Inputs): unknown {
  const { recipients, ...message } = payload.parsePayload(textBytes(inputs));
  const [kept, rest] = splitText(
    message,
    recipients.map(({ id }) => id),
    inputs.letter.repeat(inputs.count),
  );
  return { kept: Array.from(kept).length, rest: rest.length };
}

const lists = (languages: Language[]): Map<Language, readonly string[]> =>
  new Map(languages.map((language) => [language, wordList(language)]));

function shownCodename(found: codename.ReadCodename): unknown {
  return { bits: toHex(found.codename.bits), corrections: found.corrections };
}

export const CALLS: Readonly<Record<string, (inputs: Inputs) => unknown>> = {
  parse_json: (inputs) => parseJson(textBytes(inputs)),
  check_signature: ({ public_key, signature, label, genesis_id, message }) =>
    checkSignature(
      bytes(public_key),
      bytes(signature),
      Label[label as keyof typeof Label],
      bytes(genesis_id) as GenesisId,
      bytes(message),
    ) ?? null,
  check_kem_public_key: ({ key }) => checkKemPublicKey(bytes(key)) ?? null,
  codename_words: ({ language, bits }) =>
    codename.codenameWords(new codename.Codename(bytes(bits)), wordList(language)),
  read_codename: ({ language, text }) =>
    shownCodename(codename.readCodename(text, wordList(language), language)),
  read_codename_in_any: ({ languages, text }) =>
    shownCodename(codename.readCodenameInAny(text, lists(languages))),
  contains_codename: ({ language, text }) => codename.containsCodename(text, wordList(language)),
  contains_codename_in_any: ({ languages, text }) =>
    codename.containsCodenameInAny(text, lists(languages).values()),
  derive_source_keys: async (inputs) => {
    const { signing, setKey, threadId } = await source(inputs);
    return shown({ signingKey: signing.publicKey, setKey, threadId });
  },
  set_token: async (inputs) => {
    const keys = await source(inputs);
    return inputs.sets.map((ids: string[]) => toHex(setToken(keys, ids)));
  },
  check_file_name: ({ names }) => {
    names.forEach(payload.checkFileName);
    return null;
  },
  safe_file_name: ({ names }) => names.map(payload.safeFileName),
  parse_payload: (inputs) => text(payload.encodePayload(payload.parsePayload(textBytes(inputs)))),
  split_text: splitOneText,
  open_envelope: openOneEnvelope,
  open_chunk: async ({ file_key, index, last, chunk }) => {
    const key = new chunks.FileKey(bytes(file_key));
    return shown({ sha256: sha256(await openChunk(key, index, await chunkBytes(chunk), last)) });
  },
  open_file: async ({ file_key, size, hash, chunks: recipes }) => {
    const sealed: Uint8Array[] = [];
    for (const recipe of recipes) sealed.push(await chunkBytes(recipe));
    const key = new chunks.FileKey(bytes(file_key));
    return shown({ sha256: sha256(await openFile(key, size, bytes(hash), sealed)) });
  },
  chunk_id: ({ file_key, indexes }) => {
    const key = new chunks.FileKey(bytes(file_key));
    return shown(indexes.map((index: number) => chunks.chunkId(key, index)));
  },
  file_hash: async ({ pattern, sizes }) => {
    const hashes: Uint8Array[] = [];
    for (const size of sizes) hashes.push(await fileHash(patternBytes(pattern, 0, size)));
    return shown(hashes);
  },
  padded_chunk_count: ({ counts }) => counts.map(paddedChunkCount),
  pair_chain: async (inputs) => {
    const keys = await source(inputs);
    const { recipient_id, signing_key, weeks } = inputs;
    const chain = (week: Week): ChainKey => pairChain(keys, recipient_id, bytes(signing_key), week);
    return weeks.map((week: Week) => toHex(chain(week).bytes));
  },
  next_chain_key: (inputs) => atSteps(inputs, (chain) => chain.bytes),
  reply_tag: (inputs) =>
    atSteps(inputs, (chain, { genesisId, threadId }) => replyTag(chain, genesisId, threadId)),
  record_key: async (inputs) =>
    toHex(await recordKey(pair(inputs), bytes(inputs.tag), bytes(inputs.salt))),
  seal_record: async (inputs) =>
    toHex(await sealRecord(pair(inputs), bytes(inputs.padded), bytes(inputs.random))),
  open_reply: openReply,
  parse_reply_message: (inputs) =>
    text(replies.encodeReplyMessage(replies.parseReplyMessage(textBytes(inputs)))),
  open_board: openBoard,
  parse_volumes: (inputs) => shown(parseVolumes(textBytes(inputs))),
  encode_volumes: ({ volumes }) => text(encodeVolumes(volumes.map(listed))),
  check_volume: async (inputs) =>
    (await checkVolume(bytes(inputs.volume), listed(inputs.listed))) ?? null,
  volume_of: ({ records }) => {
    const volume = volumeOf(records.map(bytes));
    return { size: volume.length, sha256: toHex(sha256(volume)) };
  },
  read_form: (inputs) => {
    const { questions } = readForm(textBytes(inputs), bytes(inputs.hash));
    return { questions: questions.map(shownQuestion) };
  },
  read_directory: (inputs) => shown(read(inputs)),
  check_current: (inputs) => directory.checkCurrent(read(inputs), inputs.day) ?? null,
  check_address: (inputs) => directory.checkAddress(read(inputs), inputs.address) ?? null,
  check_not_older: (inputs) => {
    const { delegation, sequence, sha256: hash, roots } = inputs.seen;
    const seen = { delegation, sequence, sha256: bytes(hash), roots: roots.map(bytes) };
    return directory.checkNotOlder(read(inputs), seen) ?? null;
  },
  current_key: (inputs) => {
    const recipient = read(inputs).recipients.find(({ id }) => id === inputs.recipient);
    return shown(directory.currentKey(recipient!, inputs.day));
  },
  name_in: ({ names, language }) => directory.nameIn(names, language),
  fingerprint: ({ genesis_id }) => directory.fingerprint(bytes(genesis_id)),
  puzzle_text: ({ genesis_id, kind, path_hash, day, nonce }) =>
    toHex(
      puzzleText(
        bytes(genesis_id) as GenesisId,
        kind,
        bytes(path_hash) as ChunkId,
        day,
        bytes(nonce),
      ),
    ),
  check_puzzle: ({ header, genesis_id, kind, path_hash, difficulty, day }) =>
    checkPuzzle(
      header,
      bytes(genesis_id) as GenesisId,
      kind,
      bytes(path_hash) as ChunkId,
      difficulty,
      day,
    ) ?? null,
  read_fingerprint: (inputs) => toHex(directory.readFingerprint(inputs.text)),
  ...CARRIED_CALLS,
};

async function fileHash(file: Uint8Array): Promise<Uint8Array> {
  const digests: Uint8Array[] = [];
  for (let index = 0; index < chunks.chunkCount(file.length); index++) {
    const at = index * 262128;
    digests.push(await chunks.pieceDigest(file.subarray(at, at + 262128)));
  }
  return chunks.fileHash(file.length, digests);
}
