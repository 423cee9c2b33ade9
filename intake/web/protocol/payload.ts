/** What a source says, as it stands in an envelope (SPEC 7.1, 7.2). */

import { toHex, utf8 } from "./bytes.ts";
import { isForbidden, WHITE_SPACE } from "./characters.ts";
import { chunkCount, FileKey } from "./chunks.ts";
import { Contradictory, Malformed } from "./errors.ts";
import { isQuestionId } from "./form.ts";
import type { Day, KeyHash } from "./names.ts";
import { paddedChunkCount } from "./padding.ts";
import { checkRecipientIds } from "./recipient_ids.ts";
import {
  ANSWER_MAX_SIZE,
  ANSWERS_MAX,
  ATTACHMENTS_MAX,
  CHOICES_MAX,
  CHUNKS_MAX,
  ENVELOPE_SLOTS,
  FILE_NAME_MAX_SIZE,
  RECIPIENTS_MAX,
} from "./sizes.ts";
import { encodeJson, Fields, parseJson, type JsonValue } from "./strict_json.ts";

const CLIENT_MAX_SIZE = 64;
const MEDIA_TYPE_MAX_SIZE = 100;
const EXTENSION_MAX_SIZE = 16;
const LANGUAGE = /^[a-z0-9-]{2,16}$/;
const WHITE_SPACE_AT_ENDS = new RegExp(`^[${WHITE_SPACE}]+|[${WHITE_SPACE}]+$`, "g");
const NAME_WITHOUT_NAME = "file";
/** What this device knows nothing of may be a format character to another. */
const UNASSIGNED = /\p{Cn}/u;

/** What stands under a question: a text, or the ids of what was chosen. */
export type Answer = string | readonly string[];

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
  readonly day: Day;
  readonly language: string;
  readonly client: string;
  readonly delegation: number;
  readonly sequence: number;
  /** SHA-256 of the questionnaire that was asked, 32 bytes. */
  readonly form: Uint8Array;
  /** By the ids of questions. */
  readonly answers: Readonly<Record<string, Answer>>;
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
    day: payload.day,
    language: payload.language,
    client: payload.client,
    directory: { delegation: payload.delegation, sequence: payload.sequence },
    form: toHex(payload.form),
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
  const attachments = fields.objects("attachments", 0, ATTACHMENTS_MAX);
  const payload: Payload = {
    kind: oneOf(fields.text("kind"), ["report", "follow-up"]),
    messageId: fields.bytes("message_id", 16),
    recipients: readRecipients(fields),
    setToken: fields.bytes("set_token", 16),
    signingKey: fields.bytes("signing_key", 32),
    day: fields.integer("day", 0) as Day,
    language: readLanguage(fields),
    client: fields.text("client", CLIENT_MAX_SIZE),
    delegation: directory.integer("delegation", 0),
    sequence: directory.integer("sequence", 0),
    form: fields.bytes("form", 32),
    answers: readAnswers(fields.object("answers")),
    text: fields.text("text"),
    rest: rest && readFile(rest),
    attachments: attachments.map(readAttachment),
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
  const recipients = fields.objects("recipients", 1, RECIPIENTS_MAX).map((one) => ({
    id: one.text("id"),
    key: one.bytes("key", 32) as KeyHash,
    slot: one.integer("slot", 0, ENVELOPE_SLOTS - 1),
  }));
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

function readAnswers(fields: Fields): Record<string, Answer> {
  const answers = fields.names(0, ANSWERS_MAX).map((question): [string, Answer] => {
    const value = fields.value(question);
    return [
      question,
      typeof value === "string"
        ? fields.text(question, ANSWER_MAX_SIZE)
        : readChoices(fields.array(question, 1, CHOICES_MAX)),
    ];
  });
  return Object.fromEntries(answers);
}

function readChoices(values: readonly JsonValue[]): string[] {
  const chosen = values.filter((value) => typeof value === "string");
  if (chosen.length < values.length || !allDiffer(chosen) || !chosen.every(isQuestionId)) {
    throw new Malformed("choices that are none");
  }
  return chosen;
}

function readAttachment(fields: Fields): Attachment {
  const name = fields.text("name");
  return {
    // SPEC 7.1: a bad name costs the name, never the message
    name: isFileName(name) ? name : NAME_WITHOUT_NAME,
    mediaType: fields.text("type", MEDIA_TYPE_MAX_SIZE),
    ...readFile(fields),
  };
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
  if (!isFileName(name)) throw new Malformed("not a file name");
}

function isFileName(name: string): boolean {
  const isBad = (character: string): boolean => /[/\\]/.test(character) || isForbidden(character);
  return (
    !isNoName(name) &&
    !Array.from(name).some(isBad) &&
    name === trimmed(name) &&
    utf8(name).length <= FILE_NAME_MAX_SIZE
  );
}

/** A name as close to `name` as `checkFileName` takes: SPEC 7.2. */
export function safeFileName(name: string): string {
  const last = name.replace(/^.*[/\\]/su, "");
  const isKept = (character: string): boolean =>
    !isForbidden(character) && !UNASSIGNED.test(character);
  const clean = trimmed(Array.from(last).filter(isKept).join(""));
  const dot = clean.lastIndexOf(".");
  const isExtension = dot > 0 && utf8(clean.slice(dot)).length <= EXTENSION_MAX_SIZE;
  const extension = isExtension ? clean.slice(dot) : "";
  const stem = isExtension ? clean.slice(0, dot) : clean;
  const cut = beginning(stem, FILE_NAME_MAX_SIZE - utf8(extension).length) + extension;
  const safe = trimmed(cut);
  return isNoName(safe) ? NAME_WITHOUT_NAME : safe;
}

function trimmed(name: string): string {
  return name.replace(WHITE_SPACE_AT_ENDS, "");
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
