/** What a source says, as it stands in an envelope (SPEC 7.1, 7.2). */

import { toHex, utf8 } from "./bytes.ts";
import { chunkCount, FileKey } from "./chunks.ts";
import type { Day, KeyHash } from "./names.ts";
import { paddedChunkCount } from "./padding.ts";
import { Contradictory, Malformed } from "./errors.ts";
import { checkRecipientIds } from "./recipient_ids.ts";
import {
  ANSWER_MAX_SIZE,
  ANSWERS_MAX,
  ATTACHMENTS_MAX,
  CHUNKS_MAX,
  ENVELOPE_SLOTS,
  FILE_NAME_MAX_SIZE,
  KEM_PUBLIC_KEY_SIZE,
  RECIPIENTS_MAX,
} from "./sizes.ts";
import { encodeJson, Fields, parseJson } from "./strict_json.ts";

const CLIENT_MAX_SIZE = 64;
const MEDIA_TYPE_MAX_SIZE = 100;
const EXTENSION_MAX_SIZE = 16;
const LANGUAGE = /^[a-z0-9-]{2,16}$/;
const NAME_FORBIDDEN = /[/\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const WHITE_SPACE_AT_ENDS = /^\p{White_Space}+|\p{White_Space}+$/gu;

/** One recipient that an envelope was sealed for. */
export interface SealedFor {
  readonly id: string;
  /** SHA-256 of the intake public key, 32 bytes. */
  readonly key: KeyHash;
  /** 0 to 3. */
  readonly slot: number;
}

/** What the rest of a long text and an attachment have in common: one file. */
export interface TextRest {
  /** In bytes. */
  readonly size: number;
  readonly key: FileKey;
  readonly chunks: number;
  /** The file hash, 32 bytes: SPEC 8. */
  readonly hash: Uint8Array;
}

export interface Attachment extends TextRest {
  readonly name: string;
  /** A media type, or empty. */
  readonly mediaType: string;
}

/** Chunks of zeros that hide how many chunks a message has: SPEC 8.2. */
export interface Fill {
  readonly key: FileKey;
  readonly chunks: number;
}

/** Every member of SPEC 7.1. */
export interface Payload {
  readonly kind: "report" | "follow-up";
  /** 16 bytes. */
  readonly messageId: Uint8Array;
  readonly recipients: readonly SealedFor[];
  /** 16 bytes. */
  readonly setToken: Uint8Array;
  /** 32 bytes. */
  readonly signingKey: Uint8Array;
  /** 1216 bytes. */
  readonly replyKey: Uint8Array;
  /** 32 bytes. */
  readonly threadSecret: Uint8Array;
  readonly day: Day;
  readonly language: string;
  readonly client: string;
  readonly delegation: number;
  readonly sequence: number;
  readonly answers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly rest: TextRest | null;
  readonly attachments: readonly Attachment[];
  readonly fill: Fill | null;
}

/** The JSON of a payload. Raises `Malformed` or `Contradictory` where no reader would take it. */
export function encodePayload(payload: Payload): Uint8Array {
  const { rest, fill } = payload;
  const encoded = encodeJson({
    kind: payload.kind,
    message_id: toHex(payload.messageId),
    recipients: payload.recipients.map(({ id, key, slot }) => ({ id, key: toHex(key), slot })),
    set_token: toHex(payload.setToken),
    signing_key: toHex(payload.signingKey),
    reply_key: toHex(payload.replyKey),
    thread_secret: toHex(payload.threadSecret),
    day: payload.day,
    language: payload.language,
    client: payload.client,
    directory: { delegation: payload.delegation, sequence: payload.sequence },
    answers: payload.answers,
    text: payload.text,
    rest: rest && describeFile(rest),
    attachments: payload.attachments.map((file) => {
      const { size, ...others } = describeFile(file);
      return { name: file.name, size, type: file.mediaType, ...others };
    }),
    fill: fill && { key: toHex(fill.key.bytes), chunks: fill.chunks },
  });
  // What a reader would refuse must not leave: the source would never learn of it.
  parsePayload(encoded);
  return encoded;
}

function describeFile(file: TextRest): { size: number; key: string; chunks: number; hash: string } {
  const { size, key, chunks, hash } = file;
  return { size, key: toHex(key.bytes), chunks, hash: toHex(hash) };
}

/** The payload in `data`. Raises `Malformed`, or `Contradictory` where its files do not add up. */
export function parsePayload(data: Uint8Array): Payload {
  const fields = new Fields(parseJson(data));
  const directory = fields.object("directory");
  const rest = fields.objectOrNull("rest");
  const fill = fields.objectOrNull("fill");
  const attachments = fields.array("attachments", 0, ATTACHMENTS_MAX);
  const payload: Payload = {
    kind: oneOf(fields.text("kind"), ["report", "follow-up"]),
    messageId: fields.bytes("message_id", 16),
    recipients: readRecipients(fields),
    setToken: fields.bytes("set_token", 16),
    signingKey: fields.bytes("signing_key", 32),
    replyKey: fields.bytes("reply_key", KEM_PUBLIC_KEY_SIZE),
    threadSecret: fields.bytes("thread_secret", 32),
    day: fields.integer("day", 0) as Day,
    language: readLanguage(fields),
    client: fields.text("client", CLIENT_MAX_SIZE),
    delegation: directory.integer("delegation", 0),
    sequence: directory.integer("sequence", 0),
    answers: fields.texts("answers", 0, ANSWERS_MAX, ANSWER_MAX_SIZE),
    text: fields.text("text"),
    rest: rest && readFile(rest),
    attachments: attachments.map((value) => readAttachment(new Fields(value))),
    fill: fill && { key: readFileKey(fill), chunks: fill.integer("chunks", 1, CHUNKS_MAX) },
  };
  fields.checkCritical();
  checkFiles(payload);
  return payload;
}

function oneOf<Value extends string>(text: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Malformed("an unknown kind");
  return found;
}

function readRecipients(fields: Fields): SealedFor[] {
  const recipients = fields.array("recipients", 1, RECIPIENTS_MAX).map((value) => {
    const one = new Fields(value);
    return {
      id: one.text("id"),
      key: one.bytes("key", 32) as KeyHash,
      slot: one.integer("slot", 0, ENVELOPE_SLOTS - 1),
    };
  });
  checkRecipientIds(recipients.map(({ id }) => id));
  if (!allDiffer(recipients.map(({ key }) => toHex(key)))) throw new Malformed("a key twice");
  if (!allDiffer(recipients.map(({ slot }) => slot))) throw new Malformed("a slot twice");
  return recipients;
}

function readLanguage(fields: Fields): string {
  const language = fields.text("language");
  if (!LANGUAGE.test(language)) throw new Malformed("not a language");
  return language;
}

function readAttachment(fields: Fields): Attachment {
  const name = fields.text("name");
  checkFileName(name);
  return { name, mediaType: fields.text("type", MEDIA_TYPE_MAX_SIZE), ...readFile(fields) };
}

function readFile(fields: Fields): TextRest {
  return {
    size: fields.integer("size", 0),
    key: readFileKey(fields),
    chunks: fields.integer("chunks", 1, CHUNKS_MAX),
    hash: fields.bytes("hash", 32),
  };
}

function readFileKey(fields: Fields): FileKey {
  return new FileKey(fields.bytes("key", 32));
}

/** SPEC 7.1: what all files of a payload must be together. */
function checkFiles({ attachments, rest, fill }: Payload): void {
  const files = rest ? [...attachments, rest] : attachments;
  if (files.some((file) => file.chunks !== chunkCount(file.size))) {
    throw new Contradictory("chunks that do not fit the size");
  }
  const keys = [...files, ...(fill ? [fill] : [])].map((file) => toHex(file.key.bytes));
  if (!allDiffer(keys)) throw new Contradictory("a file key twice");
  const count = files.reduce((sum, file) => sum + file.chunks, 0);
  const total = count + (fill ? fill.chunks : 0);
  if (total > CHUNKS_MAX || total !== paddedChunkCount(count)) {
    throw new Contradictory("a number of chunks that is not padded");
  }
}

function allDiffer(values: readonly (string | number)[]): boolean {
  return new Set(values).size === values.length;
}

/** Raises `Malformed` for a file name that is refused by SPEC 7.2. */
export function checkFileName(name: string): void {
  const isClean = name === name.replace(NAME_FORBIDDEN, "").replace(WHITE_SPACE_AT_ENDS, "");
  if (!isClean || isNoName(name) || utf8(name).length > FILE_NAME_MAX_SIZE) {
    throw new Malformed("not a file name");
  }
}

/** A name as close to `name` as `checkFileName` takes: SPEC 7.2. */
export function safeFileName(name: string): string {
  const last = name.replace(/^.*[/\\]/su, "");
  const clean = last.replace(NAME_FORBIDDEN, "").replace(WHITE_SPACE_AT_ENDS, "");
  const dot = clean.lastIndexOf(".");
  const isExtension = dot > 0 && utf8(clean.slice(dot)).length <= EXTENSION_MAX_SIZE;
  const extension = isExtension ? clean.slice(dot) : "";
  const stem = isExtension ? clean.slice(0, dot) : clean;
  const cut = beginning(stem, FILE_NAME_MAX_SIZE - utf8(extension).length) + extension;
  const safe = cut.replace(WHITE_SPACE_AT_ENDS, "");
  return isNoName(safe) ? "file" : safe;
}

function isNoName(name: string): boolean {
  return name === "" || name === "." || name === "..";
}

/** The longest beginning of at most `size` bytes that ends on a character. */
function beginning(text: string, size: number): string {
  let end = 0;
  let room = size;
  for (const character of text) {
    room -= utf8(character).length;
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
