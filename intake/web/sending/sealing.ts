/** A message made ready: cut into what its envelope holds and what travels as files, then sealed. */

import { firstDay, later } from "../protocol/days.ts";
import {
  envelopeAddress,
  newMessageId,
  sealEnvelope,
  splitText,
  type Message,
} from "../protocol/envelope.ts";
import { KEY_DAYS } from "../protocol/lifetimes.ts";
import type { Address, Day } from "../protocol/names.ts";
import { paddedChunkCount } from "../protocol/padding.ts";
import { safeFileName, type Attachment } from "../protocol/payload.ts";
import type { SourceKeys } from "../protocol/source_keys.ts";
import { ServerError } from "../reach/api.ts";
import { today } from "../reach/clock.ts";
import { freshOffice, OfficeRefusal, type Office } from "../reach/office.ts";
import { fileFromBytes, fileOfZeros, type OutgoingFile } from "./outgoing_files.ts";

const CLIENT = "fidelio-web 0.1";
/** SPEC 7.1: a longer media type is left out. */
const MEDIA_TYPE_MAX_SIZE = 100;

/** By the ids of questions. */
export type Answers = Message["answers"];

/** What a person wants to send. */
export interface Outgoing {
  readonly kind: "report" | "follow-up";
  readonly text: string;
  readonly answers: Answers;
  readonly files: readonly File[];
  readonly recipientIds: readonly string[];
}

/** Some of the chosen recipients are not active any more: a person decides whether the others shall have it. */
export class RecipientsGone extends Error {
  /** The ids of those that were chosen and are still active. */
  readonly left: readonly string[];

  constructor(left: readonly string[]) {
    super("a chosen recipient is gone");
    this.name = "RecipientsGone";
    this.left = left;
  }
}

/** The text does not fit while the server takes no chunks, or all is more than a message may hold. */
export class MessageTooLarge extends Error {}

/** A message cut into what goes into its envelope and what travels as files. */
export interface Parts {
  readonly outgoing: Outgoing;
  readonly message: Message;
  /** One for each file of the person's; another takes its place where one starts anew. */
  readonly files: OutgoingFile[];
  readonly rest: OutgoingFile | null;
  readonly fill: OutgoingFile | null;
}

/** An envelope, and until when it may be sent. */
export interface SealedEnvelope {
  readonly address: Address;
  readonly bytes: Uint8Array;
  readonly puzzleBits: number;
  readonly day: Day;
  /** The day on which the first of its keys ends. */
  readonly until: Day;
}

/** Cuts a message whose files are `files`, in the same order. Raises MessageTooLarge. */
export function prepare(outgoing: Outgoing, files: OutgoingFile[], office: Office): Parts {
  const noHash = new Uint8Array(32);
  const message: Message = {
    kind: outgoing.kind,
    messageId: newMessageId(),
    day: today(),
    language: LANGUAGE,
    client: CLIENT,
    delegation: office.directory.delegation.number,
    sequence: office.directory.sequence,
    form: office.directory.form,
    answers: outgoing.answers,
    text: "",
    rest: null,
    attachments: attachments(outgoing, files, () => noHash),
    fill: null,
  };
  const [kept, restBytes] = splitText(message, outgoing.recipientIds, outgoing.text);
  const rest = restBytes.length > 0 ? fileFromBytes(restBytes) : null;
  const chunks = [...files, rest].reduce((sum, file) => sum + (file?.chunks ?? 0), 0);
  const total = paddedChunkCount(chunks);
  const { open } = office.status.chunks;
  if (total > (open ? office.directory.policy.maxChunks : 0)) throw new MessageTooLarge();
  const fill = total > chunks ? fileOfZeros(total - chunks) : null;
  return { outgoing, message: { ...message, text: kept }, files, rest, fill };
}

/** Everything of a message that travels as chunks. */
export function filesOf({ files, rest, fill }: Parts): OutgoingFile[] {
  return [...files, rest, fill].filter((file) => file !== null);
}

/** Seals the envelope of a message to the office's keys of today; its files have been sealed before. */
export async function seal(
  parts: Parts,
  source: SourceKeys,
  office: Office,
): Promise<SealedEnvelope> {
  const fresh = await freshOffice(office).catch((error: unknown) => {
    // A server that is only away is asked again.
    const away = error instanceof OfficeRefusal && error.reason === "unreachable";
    throw away ? new ServerError(0, "") : error;
  });
  return sealFor(parts, source, fresh);
}

/**
 * Seals the envelope of a message to the keys of an office, which the caller knows to be those of today.
 *
 * Raises RecipientsGone: never is it sealed to the rest unasked (SPEC 9.1).
 */
export async function sealFor(
  parts: Parts,
  source: SourceKeys,
  fresh: Office,
): Promise<SealedEnvelope> {
  const { recipientIds } = parts.outgoing;
  const chosen = fresh.directory.recipients.filter(({ id }) => recipientIds.includes(id));
  if (chosen.length < recipientIds.length) throw new RecipientsGone(chosen.map(({ id }) => id));
  const recipients = chosen.map(({ id, signingKey }) => ({
    id,
    publicKey: fresh.keys.get(id) as Uint8Array,
    week: fresh.week,
    signingKey,
  }));
  const { files, rest, fill } = parts;
  const day = today();
  const message: Message = {
    ...parts.message,
    day,
    delegation: fresh.directory.delegation.number,
    sequence: fresh.directory.sequence,
    form: fresh.directory.form,
    attachments: attachments(parts.outgoing, files, (file) => file.hash),
    rest: rest && { size: rest.size, key: rest.key, chunks: rest.chunks, hash: rest.hash },
    fill: fill && { key: fill.key, chunks: fill.chunks },
  };
  const bytes = await sealEnvelope(message, source, recipients);
  return {
    address: envelopeAddress(bytes),
    bytes,
    puzzleBits: fresh.directory.policy.puzzleEnvelope,
    day,
    until: later(firstDay(fresh.week), KEY_DAYS),
  };
}

function attachments(
  outgoing: Outgoing,
  files: readonly OutgoingFile[],
  hashOf: (file: OutgoingFile) => Uint8Array,
): Attachment[] {
  return files.map((file, place) => {
    const chosen = outgoing.files[place] as File;
    return {
      name: safeFileName(chosen.name),
      size: file.size,
      mediaType: chosen.type.length > MEDIA_TYPE_MAX_SIZE ? "" : chosen.type,
      key: file.key,
      chunks: file.chunks,
      hash: hashOf(file),
    };
  });
}
