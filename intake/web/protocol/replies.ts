/** Reading what the office answers (SPEC 9). */

import { concat, equal, toHex, toNumber, u32 } from "./bytes.ts";
import { signingKeysOf, type Directory } from "./directory.ts";
import { Malformed, ProtocolError, TooLarge, Unauthentic } from "./errors.ts";
import { hmac } from "./hashing.ts";
import { hpkeOpen } from "./hpke.ts";
import { bound, Label } from "./labels.ts";
import type { Day, GenesisId } from "./names.ts";
import { unpad } from "./padding.ts";
import { recipientBytes } from "./public_keys.ts";
import { checkRecipientIds } from "./recipient_ids.ts";
import { checkSignature } from "./signatures.ts";
import {
  RECIPIENTS_MAX,
  RECORD_SIZE,
  REPLY_INDEXES,
  REPLY_MESSAGE_MAX_SIZE,
  SIGNATURE_SIZE,
  TAG_SIZE,
} from "./sizes.ts";
import { setToken, type SourceKeys } from "./source_keys.ts";
import { encodeJson, Fields, parseJson } from "./strict_json.ts";

const PARTS_MAX = 64;

/** The message in one record: SPEC 9. */
export interface ReplyPart {
  readonly kind: "reply" | "acknowledgement";
  /** 16 bytes. */
  readonly replyId: Uint8Array;
  /** 0 to parts − 1. */
  readonly part: number;
  readonly parts: number;
  readonly day: Day;
  /** The recipients of the message that is answered. */
  readonly recipients: readonly string[];
  /** 16 bytes; the source's own, repeated. */
  readonly setToken: Uint8Array;
  readonly text: string;
}

/** A reply as far as its parts are there. */
export interface Reply {
  readonly recipientId: string;
  readonly replyId: Uint8Array;
  readonly kind: "reply" | "acknowledgement";
  readonly day: Day;
  /** The parts that are there, one after another. */
  readonly text: string;
  /** Which parts are missing, counting from 0. */
  readonly missingParts: readonly number[];
  readonly recipients: readonly string[];
  readonly setToken: Uint8Array;
}

/** A part, whose signing key signed it, and the index of its tag. */
type SignedPart = ReplyPart & { readonly recipientId: string; readonly index: number };

/** What is there of a reply: its parts by their places, and the lowest index of any. */
interface Gathered {
  readonly parts: Map<number, SignedPart>;
  index: number;
}

/** The tag (16 bytes) of reply `index` of a recipient, from 0 to 511: SPEC 9. */
export function replyTag(
  threadSecret: Uint8Array,
  genesisId: GenesisId,
  recipientId: string,
  index: number,
): Uint8Array {
  const label = bound(Label.TAG, genesisId);
  return hmac(threadSecret, label, recipientBytes(recipientId), u32(index)).slice(0, TAG_SIZE);
}

/** The bucket (32 bytes) that holds all replies of a thread: SPEC 9. */
export function bucket(threadSecret: Uint8Array, genesisId: GenesisId): Uint8Array {
  return hmac(threadSecret, bound(Label.BUCKET, genesisId));
}

/** The first `bits` bits of a bucket, 0 to 20, as a number. */
export function bucketValue(bucket: Uint8Array, bits: number): number {
  return Math.floor(toNumber(bucket.subarray(0, 4)) / 2 ** (32 - bits));
}

/** The message in a record. Raises `Malformed`. */
export function parseReplyMessage(data: Uint8Array): ReplyPart {
  const fields = new Fields(parseJson(data));
  const kind = fields.text("kind");
  const parts = fields.integer("parts", 1, PARTS_MAX);
  const part: ReplyPart = {
    kind: kind === "acknowledgement" ? kind : "reply",
    replyId: fields.bytes("reply_id", 16),
    part: fields.integer("part", 0, parts - 1),
    parts,
    day: fields.integer("day", 0) as Day,
    recipients: fields.textArray("recipients", 1, RECIPIENTS_MAX, Infinity),
    setToken: fields.bytes("set_token", 16),
    text: fields.text("text"),
  };
  fields.checkCritical();
  if (part.kind !== kind) throw new Malformed("an unknown kind");
  checkRecipientIds(part.recipients);
  return part;
}

/** The JSON of a message. Raises `TooLarge` over 2,876 bytes, `Malformed` outside the grammar. */
export function encodeReplyMessage(part: ReplyPart): Uint8Array {
  const encoded = encodeJson({
    kind: part.kind,
    reply_id: toHex(part.replyId),
    part: part.part,
    parts: part.parts,
    day: part.day,
    recipients: part.recipients,
    set_token: toHex(part.setToken),
    text: part.text,
  });
  parseReplyMessage(encoded);
  if (encoded.length > REPLY_MESSAGE_MAX_SIZE) throw new TooLarge("does not fit a record");
  return encoded;
}

/**
 * The message in a record (4,096 bytes) that one of a recipient's signing keys signed.
 * Raises `Malformed`, or `Unauthentic` where it is not for this source or not by these keys.
 */
export async function openReply(
  record: Uint8Array,
  source: SourceKeys,
  recipientId: string,
  signingKeys: readonly Uint8Array[],
): Promise<ReplyPart> {
  if (record.length !== RECORD_SIZE) throw new Malformed("not 4,096 bytes");
  const { genesisId, reply, threadId } = source;
  const tag = record.subarray(0, TAG_SIZE);
  const info = concat(bound(Label.REPLY, genesisId), tag);
  const padded = await hpkeOpen(reply, info, record.subarray(TAG_SIZE));
  const content = unpad(padded);
  if (content.length <= SIGNATURE_SIZE) throw new Malformed("no message");
  const end = content.length - SIGNATURE_SIZE;
  const [message, signature] = [content.subarray(0, end), content.subarray(end)];
  // SPEC 9: tag || thread id || rid || message
  const signed = concat(tag, threadId, recipientBytes(recipientId), message);
  const fits = (key: Uint8Array): boolean => {
    try {
      checkSignature(key, signature, Label.REPLY_MESSAGE, genesisId, signed);
      return true;
    } catch {
      return false;
    }
  };
  if (!signingKeys.some(fits)) throw new Unauthentic("not by this recipient");
  return parseReplyMessage(message);
}

/**
 * The replies to a source among the records of a board, in the order of SPEC 9.1. A record that does
 * not open or verify is passed over, whatever it is.
 * Raises `Malformed` where the board is not a whole number of records.
 */
export async function openBoard(
  board: Uint8Array,
  source: SourceKeys,
  directory: Directory,
): Promise<Reply[]> {
  if (board.length % RECORD_SIZE !== 0) throw new Malformed("not a whole number of records");
  const senders = sendersByTag(source, directory);
  const replies = new Map<string, Gathered>();
  for (let at = 0; at < board.length; at += RECORD_SIZE) {
    const record = board.subarray(at, at + RECORD_SIZE);
    const sender = senders.get(toHex(record.subarray(0, TAG_SIZE)));
    if (sender === undefined) continue;
    const keys = signingKeysOf(directory, sender.recipientId);
    const opened = await openReply(record, source, sender.recipientId, keys).catch(passOver);
    if (opened) addPart(replies, { ...opened, ...sender });
  }
  const found = Array.from(replies.values(), ({ parts, index }) => ({ index, ...joined(parts) }));
  return found.sort(byAge).map(({ index: _index, ...reply }) => reply);
}

/** By day, then recipient id, then index: indexes are given out in turn. */
function byAge(one: Reply & { index: number }, other: Reply & { index: number }): number {
  if (one.day !== other.day) return one.day - other.day;
  if (one.recipientId === other.recipientId) return one.index - other.index;
  return one.recipientId < other.recipientId ? -1 : 1;
}

/** Puts a part to those that it agrees with: SPEC 9.1. Of doubles the first counts. */
function addPart(replies: Map<string, Gathered>, part: SignedPart): void {
  const { recipientId, replyId, kind, parts, day, recipients, setToken, index } = part;
  const ids = [toHex(replyId), toHex(setToken)];
  const name = JSON.stringify([recipientId, ...ids, kind, parts, day, recipients]);
  const known = replies.get(name) ?? { parts: new Map<number, SignedPart>(), index };
  replies.set(name, known);
  if (!known.parts.has(part.part)) known.parts.set(part.part, part);
  known.index = Math.min(known.index, index);
}

function passOver(error: unknown): null {
  if (error instanceof ProtocolError) return null;
  throw error;
}

/** Whose reply it would be, active or retired, and of which index, by its tag (hex). */
function sendersByTag(
  source: SourceKeys,
  directory: Directory,
): Map<string, { recipientId: string; index: number }> {
  const senders = new Map<string, { recipientId: string; index: number }>();
  const ids = [...directory.recipients, ...directory.retired].map(({ id }) => id);
  for (const recipientId of new Set(ids)) {
    for (let index = 0; index < REPLY_INDEXES; index++) {
      const tag = replyTag(source.threadSecret, source.genesisId, recipientId, index);
      senders.set(toHex(tag), { recipientId, index });
    }
  }
  return senders;
}

/** One reply of the parts that are there, by their places. */
function joined(parts: ReadonlyMap<number, SignedPart>): Reply {
  const [first] = parts.values();
  const { recipientId, replyId, kind, day, recipients, setToken } = first!;
  const places = Array.from({ length: first!.parts }, (_, place) => place);
  return {
    recipientId,
    replyId,
    kind,
    day,
    text: places.map((place) => parts.get(place)?.text ?? "").join(""),
    missingParts: places.filter((place) => !parts.has(place)),
    recipients,
    setToken,
  };
}

/**
 * The recipient ids to propose for a follow-up, sorted: those active ones that stand in every set
 * which the source itself chose. None where the replies give no answer: SPEC 9.1.
 */
export function followUpRecipients(
  replies: readonly Reply[],
  source: SourceKeys,
  directory: Directory,
): string[] {
  const own = replies.filter((reply) => equal(reply.setToken, setToken(source, reply.recipients)));
  if (own.length === 0) return [];
  const active = directory.recipients.map(({ id }) => id);
  return active.filter((id) => own.every(({ recipients }) => recipients.includes(id)));
}
