/** Sealing what a source says for the office (SPEC 7). */

import { aesSeal } from "./aes.ts";
import { concat, random, toNumber, utf8 } from "./bytes.ts";
import { chunkCount, newFileKey } from "./chunks.ts";
import { TooLarge } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import { hpkeSeal, newKemSecretKey } from "./hpke.ts";
import { bound, Label, labelled } from "./labels.ts";
import type { Address, KeyHash, Week } from "./names.ts";
import { pad, paddedChunkCount } from "./padding.ts";
import { encodePayload, type Payload } from "./payload.ts";
import { keyHash, recipientBytes } from "./public_keys.ts";
import { ENVELOPE_SLOTS, PAYLOAD_MAX_SIZE } from "./sizes.ts";
import { pairChain, setToken, type SourceKeys } from "./source_keys.ts";
import { encodeJson } from "./strict_json.ts";

const VERSION = 1;
const CONTENT_KEY_SIZE = 32;
const MESSAGE_ID_SIZE = 16;
const NONCE = new Uint8Array(12);
// SPEC 7: the body without its 16-byte tag
const PADDED_SIZE = 27791;
// SPEC 7: content key, c_0, source signing key
const SLOT_CONTENT_SIZE = 96;
const RECIPIENT_BYTES = 32;
// The two quotation marks of an empty text in JSON.
const EMPTY_TEXT_SIZE = 2;

/** What a source says: a payload but for what comes from its keys and its recipients. */
export type Message = Omit<Payload, "recipients" | "setToken" | "signingKey">;

/** A recipient that shall be able to read. */
export interface SealTo {
  readonly id: string;
  /** Its intake public key (1216 bytes), and the week of that. */
  readonly publicKey: Uint8Array;
  readonly week: Week;
  /** The key (32 bytes) that the directory names, under which its answers will be. */
  readonly signingKey: Uint8Array;
}

/** 16 random bytes; the same ones again mean the same message. */
export function newMessageId(): Uint8Array {
  return random(MESSAGE_ID_SIZE);
}

/**
 * The longest beginning of `text` that fits into the envelope of `message`, and the bytes of the
 * rest, which travel as a file: SPEC 7.1. `message.text`, `.rest` and `.fill` are not looked at.
 * Raises `TooLarge` where not even a message without text fits, `Malformed` where a text is not
 * Unicode.
 */
export function splitText(
  message: Message,
  recipientIds: readonly string[],
  text: string,
): [kept: string, rest: Uint8Array] {
  encodeJson(text); // Half of a surrogate pair would become another character in UTF-8.
  const characters = Array.from(text);
  const beginning = (count: number): string => characters.slice(0, count).join("");
  const size = utf8(text).length;
  const fits = (count: number): boolean => {
    const kept = beginning(count);
    const around = sizeAroundText(message, recipientIds, size - utf8(kept).length);
    return around + utf8(JSON.stringify(kept)).length <= PAYLOAD_MAX_SIZE;
  };
  if (fits(characters.length)) return [text, new Uint8Array(0)];
  let [most, tooMany] = [0, Math.min(characters.length, PAYLOAD_MAX_SIZE)];
  while (tooMany - most > 1) {
    const middle = (most + tooMany) >> 1;
    if (fits(middle)) most = middle;
    else tooMany = middle;
  }
  if (!fits(most)) throw new TooLarge("no room for a text");
  const kept = beginning(most);
  return [kept, utf8(text.slice(kept.length))];
}

/** The size of a payload but for its text, with stand-ins for what is not known yet. */
function sizeAroundText(
  message: Message,
  recipientIds: readonly string[],
  restSize: number,
): number {
  const chunks = chunkCount(restSize);
  const rest = { size: restSize, key: newFileKey(), chunks, hash: standIn(32) };
  const files = restSize > 0 ? [...message.attachments, rest] : message.attachments;
  const count = files.reduce((sum, file) => sum + file.chunks, 0);
  const fill = paddedChunkCount(count) - count;
  const recipients = recipientIds.map((id, slot) => ({
    id,
    key: standIn(32, slot) as KeyHash,
    slot,
  }));
  const payload = encodePayload({
    ...message,
    text: "",
    rest: restSize > 0 ? rest : null,
    fill: fill > 0 ? { key: newFileKey(), chunks: fill } : null,
    recipients: recipients.sort(byId),
    setToken: standIn(16),
    signingKey: standIn(32),
  });
  return payload.length - EMPTY_TEXT_SIZE;
}

const standIn = (size: number, byte: number = 0): Uint8Array => new Uint8Array(size).fill(byte);

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}

/**
 * The envelope (32,768 bytes) that carries `message` to one to four recipients.
 * Raises `TooLarge` where it does not fit, `Malformed` for a key that cannot be sealed to.
 */
export async function sealEnvelope(
  message: Message,
  source: SourceKeys,
  recipients: readonly SealTo[],
): Promise<Uint8Array> {
  const { genesisId } = source;
  const places = randomSlots();
  const sealedFor = recipients.map(({ id, publicKey }, place) => ({
    id,
    key: keyHash(publicKey),
    slot: places[place] ?? ENVELOPE_SLOTS,
  }));
  const payload = encodePayload({
    ...message,
    recipients: sealedFor.sort(byId),
    setToken: setToken(
      source,
      recipients.map(({ id }) => id),
    ),
    signingKey: source.signing.publicKey,
  });
  if (payload.length > PAYLOAD_MAX_SIZE) throw new TooLarge("does not fit an envelope");
  const contentKey = random(CONTENT_KEY_SIZE);
  const commitment = sha256(bound(Label.COMMIT, genesisId), contentKey);
  const readers = places.map((_, slot) => recipients[places.indexOf(slot)]);
  const slots = await sealSlots(readers, contentKey, source);
  const signed = concat(commitment, sha256(labelled(Label.SLOTS), slots), payload);
  const signature = source.signing.sign(Label.MESSAGE, genesisId, signed);
  const header = concat([VERSION], commitment, slots);
  const body = pad(concat(payload, signature), PADDED_SIZE);
  return concat(header, await aesSeal(contentKey, NONCE, header, body));
}

/** The four slots in random order. */
function randomSlots(): number[] {
  const slots = Array.from({ length: ENVELOPE_SLOTS }, (_, slot) => ({ slot, at: random(6) }));
  return slots.sort((one, other) => toNumber(one.at) - toNumber(other.at)).map(({ slot }) => slot);
}

/** SPEC 7: a slot without a reader is sealed to a key pair made for it and forgotten. */
async function sealSlots(
  readers: readonly (SealTo | undefined)[],
  contentKey: Uint8Array,
  source: SourceKeys,
): Promise<Uint8Array> {
  const label = bound(Label.SLOT, source.genesisId);
  const slots: Uint8Array[] = [];
  for (const reader of readers) {
    const rid = reader ? recipientBytes(reader.id) : standIn(RECIPIENT_BYTES);
    const key = reader ? reader.publicKey : newKemSecretKey().publicKey;
    const content = reader ? slotContent(reader, contentKey, source) : standIn(SLOT_CONTENT_SIZE);
    slots.push(await hpkeSeal(key, concat(label, rid), content));
  }
  return concat(...slots);
}

function slotContent(reader: SealTo, contentKey: Uint8Array, source: SourceKeys): Uint8Array {
  const chain = pairChain(source, reader.id, reader.signingKey, reader.week);
  return concat(contentKey, chain.bytes, source.threadId);
}

/** The address of an envelope, 32 bytes. */
export function envelopeAddress(envelope: Uint8Array): Address {
  return sha256(envelope) as Address;
}
