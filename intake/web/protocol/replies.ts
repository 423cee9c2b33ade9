/** Reading what the office answers (SPEC 9). */

import { aesOpen } from "./aes.ts";
import { concat, equal, toHex } from "./bytes.ts";
import { chainHmac, type ChainKey } from "./chain_keys.ts";
import { signingKeysOf, type Directory } from "./directory.ts";
import { Malformed, ProtocolError, TooLarge, Unauthentic } from "./errors.ts";
import { bound, Label } from "./labels.ts";
import type { Day, GenesisId, ThreadId } from "./names.ts";
import { unpad } from "./padding.ts";
import { recipientBytes } from "./public_keys.ts";
import { readingTags, type Owner, type ReadingTags } from "./reading_tags.ts";
import { checkRecipientIds } from "./recipient_ids.ts";
import { checkSignature } from "./signatures.ts";
import {
  RECIPIENTS_MAX,
  RECORD_SIZE,
  REPLY_MESSAGE_MAX_SIZE,
  SALT_SIZE,
  SIGNATURE_SIZE,
  TAG_SIZE,
} from "./sizes.ts";
import { setToken, type SourceKeys } from "./source_keys.ts";
import { encodeJson, Fields, parseJson } from "./strict_json.ts";
import { Turns } from "./turns.ts";

const SEALED_AT = TAG_SIZE + SALT_SIZE;
const NOTHING = new Uint8Array(0);
// A record's key is used once, so its nonce need not differ from anything.
const NONCE = new Uint8Array(12);
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
  /** A part of it lies in two records: a backup of the recipient's was in use. */
  readonly cameTwice: boolean;
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
    text: fields.text("text", REPLY_MESSAGE_MAX_SIZE),
  };
  fields.checkCritical();
  if (part.kind !== kind) throw new Malformed("an unknown kind");
  checkRecipientIds(part.recipients);
  return part;
}

/** The JSON of a message. Raises `TooLarge` over 908 bytes, `Malformed` outside the grammar. */
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
 * The message in a record (1,024 bytes) that one of a recipient's signing keys signed; `chain` is
 * the chain key of the record's index. Raises `Malformed`, or `Unauthentic` where it is not of this
 * chain, index and thread, or not by these keys.
 */
export async function openReply(
  record: Uint8Array,
  chain: ChainKey,
  genesisId: GenesisId,
  threadId: ThreadId,
  recipientId: string,
  signingKeys: readonly Uint8Array[],
): Promise<ReplyPart> {
  if (record.length !== RECORD_SIZE) throw new Malformed("not 1,024 bytes");
  const tag = record.subarray(0, TAG_SIZE);
  // SPEC 9: HMAC(c_i, bound(REPLY) || thread || tag || salt)
  const marks = record.subarray(0, SEALED_AT);
  const key = await chainHmac(chain)(bound(Label.REPLY, genesisId), threadId, marks);
  const content = unpad(await aesOpen(key, NONCE, NOTHING, record.subarray(SEALED_AT)));
  if (content.length <= SIGNATURE_SIZE) throw new Malformed("no message");
  const end = content.length - SIGNATURE_SIZE;
  const [message, signature] = [content.subarray(0, end), content.subarray(end)];
  // SPEC 9: tag || thread || rid || message
  const signed = concat(tag, threadId, recipientBytes(recipientId), message);
  const fits = (signingKey: Uint8Array): boolean => {
    try {
      checkSignature(signingKey, signature, Label.REPLY_MESSAGE, genesisId, signed);
      return true;
    } catch {
      return false;
    }
  };
  if (!signingKeys.some(fits)) throw new Unauthentic("not by this recipient");
  return parseReplyMessage(message);
}

/**
 * The replies to a source among volumes of the board, in the order of SPEC 9.1; `board` are pieces
 * of it, each a whole number of records, else `Malformed`. A record with one of the source's tags
 * that does not open or verify is passed over, whatever it is.
 */
export async function openBoard(
  board: Iterable<Uint8Array>,
  source: SourceKeys,
  directory: Directory,
  day: Day,
): Promise<Reply[]> {
  return readBoard(board, await readingTags(source, directory, day), directory);
}

/** The same, where the tags of the source are made already. */
export async function readBoard(
  board: Iterable<Uint8Array>,
  tags: ReadingTags,
  directory: Directory,
): Promise<Reply[]> {
  const reading = new BoardReading(tags, directory);
  for (const piece of board) await reading.add(piece);
  return reading.replies();
}

/** A part as it was found; `doubled` where another record holds the same. */
interface Found {
  readonly owner: Owner;
  readonly record: Uint8Array;
  readonly part: ReplyPart;
  readonly doubled: boolean;
}

/** Finds the replies to a source while the board comes, piece by piece. */
export class BoardReading {
  readonly #tags: ReadingTags;
  readonly #directory: Directory;
  readonly #turns = new Turns();
  /** The parts that agree with each other, by their places. */
  readonly #gathered = new Map<string, Map<number, Found>>();

  constructor(tags: ReadingTags, directory: Directory) {
    this.#tags = tags;
    this.#directory = directory;
  }

  /** Looks through some records. Raises `Malformed` where one is not whole. */
  async add(piece: Uint8Array): Promise<void> {
    if (piece.length % RECORD_SIZE !== 0) throw new Malformed("not a whole number of records");
    for (let at = 0; at < piece.length; at += RECORD_SIZE) {
      const record = piece.subarray(at, at + RECORD_SIZE);
      const owner = this.#tags.owner(record);
      if (owner) await this.#open(record.slice(), await owner);
      if (this.#turns.isOver) await this.#turns.give();
    }
  }

  /** What was found so far, in the order of SPEC 9.1. */
  replies(): Reply[] {
    const found = Array.from(this.#gathered.values(), (parts) => ({
      first: [...parts.values()].sort(byPlace)[0]!,
      reply: joined(parts),
    }));
    return found
      .sort((one, other) => byAge(one.reply, other.reply) || byPlace(one.first, other.first))
      .map(({ reply }) => reply);
  }

  async #open(record: Uint8Array, owner: Owner): Promise<void> {
    const { genesisId, threadId } = this.#tags.source;
    const { chain, recipientId } = owner;
    const keys = signingKeysOf(this.#directory, recipientId);
    const part = await openReply(record, chain, genesisId, threadId, recipientId, keys).catch(
      passOver,
    );
    if (!part) return;
    const name = groupOf(recipientId, part);
    const parts = this.#gathered.get(name) ?? new Map<number, Found>();
    this.#gathered.set(name, parts);
    const found = { owner, record, part, doubled: false };
    const before = parts.get(part.part);
    parts.set(part.part, before ? firstOf(before, found) : found);
  }
}

function passOver(error: unknown): null {
  if (error instanceof ProtocolError) return null;
  throw error;
}

/** SPEC 9.1: parts that disagree in any of these are parts of different replies. */
function groupOf(recipientId: string, part: ReplyPart): string {
  const { replyId, kind, parts, day, recipients, setToken } = part;
  return JSON.stringify([
    recipientId,
    toHex(replyId),
    kind,
    parts,
    day,
    recipients,
    toHex(setToken),
  ]);
}

/** That of two records of the same part which counts, flagged where they differ. */
function firstOf(one: Found, other: Found): Found {
  const order = byPlace(one, other) || byBytes(one.record, other.record);
  return order === 0 ? one : { ...(order < 0 ? one : other), doubled: true };
}

/** By week, then index: a recipient gives out indexes in turn. */
function byPlace({ owner: one }: Found, { owner: other }: Found): number {
  return one.week - other.week || one.index - other.index;
}

function byBytes(one: Uint8Array, other: Uint8Array): number {
  const place = one.findIndex((byte, at) => byte !== other[at]);
  return place < 0 ? 0 : one[place]! - other[place]!;
}

/** By day, then recipient id. */
function byAge(one: Reply, other: Reply): number {
  if (one.day !== other.day || one.recipientId === other.recipientId) return one.day - other.day;
  return one.recipientId < other.recipientId ? -1 : 1;
}

/** One reply of the parts that are there. */
function joined(parts: ReadonlyMap<number, Found>): Reply {
  const [first] = parts.values();
  const { parts: count, replyId, kind, day, recipients, setToken } = first!.part;
  const places = Array.from({ length: count }, (_, place) => place);
  return {
    recipientId: first!.owner.recipientId,
    replyId,
    kind,
    day,
    text: places.map((place) => parts.get(place)?.part.text ?? "").join(""),
    missingParts: places.filter((place) => !parts.has(place)),
    recipients,
    setToken,
    cameTwice: [...parts.values()].some(({ doubled }) => doubled),
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
