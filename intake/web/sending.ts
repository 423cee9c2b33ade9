/**
 * One message on its way: chunks first, the envelope last, each carried until the server has it.
 *
 * Everything is made here, in memory, and nothing of it is kept: closing the page ends it.
 */

import { putChunk, putEnvelope, ServerError } from "./api.ts";
import { today } from "./clock.ts";
import { fileFromBlob, fileFromBytes, fileOfZeros, type OutgoingFile } from "./files.ts";
import type { Line } from "./line.ts";
import { freshOffice, OfficeRefusal, type Office } from "./office.ts";
import { toHex } from "./protocol/bytes.ts";
import { paddedChunkCount } from "./protocol/padding.ts";
import {
  envelopeAddress,
  newMessageId,
  sealEnvelope,
  splitText,
  type Message,
} from "./protocol/envelope.ts";
import { safeFileName, type Attachment } from "./protocol/payload.ts";
import { solvePuzzle } from "./protocol/puzzle.ts";
import { KEY_DAYS } from "./protocol/sizes.ts";
import type { SourceKeys } from "./protocol/source_keys.ts";

const CLIENT = "fidelio-web 0.1";
/** Chunks sent at once: enough to hide the round trips of a line that is far from slow. */
const IN_FLIGHT = 4;
/** A line that takes longer for a chunk carries one at a time, so that none runs out of time. */
const SLOW_MS = 15_000;
/** SPEC 11: a chunk stored longer ago than this is sent again before its envelope. */
const STORED_FOR_MS = 7 * 86_400_000;
/** SPEC 7.1: a longer media type is left out. */
const MEDIA_TYPE_MAX_SIZE = 100;
const ENVELOPE_PUZZLE = 1;
const CHUNK_PUZZLE = 2;

/** What a person wants to send. */
export interface Outgoing {
  readonly kind: "report" | "follow-up";
  readonly text: string;
  readonly answers: Readonly<Record<string, string>>;
  readonly files: readonly File[];
  readonly recipientIds: readonly string[];
}

/** How far it is: chunks stored of chunks in all, then the envelope. */
export interface Progress {
  readonly stored: number;
  readonly total: number;
}

/** None of the chosen recipients is active any more. */
export class NoRecipientLeft extends Error {}

/** The text does not fit while the server takes no chunks, or all is more than a message may hold. */
export class MessageTooLarge extends Error {}

/** One message under one id and one set of keys. */
interface Attempt {
  readonly parts: Parts;
  sealed: SealedEnvelope | null;
  /** When all chunks were stored, in milliseconds; 0 before. */
  storedSince: number;
}

/** By source: whose envelope was handed to the line, and whose answer has not come. */
const unanswered = new WeakMap<SourceKeys, Attempt>();

/** Whether the server may hold this message of the source, although nothing has said so. */
export function mayBeStored(outgoing: Outgoing, source: SourceKeys): boolean {
  return unansweredAttempt(outgoing, source) !== null;
}

function unansweredAttempt(outgoing: Outgoing, source: SourceKeys): Attempt | null {
  const attempt = unanswered.get(source);
  return attempt && isSame(attempt.parts.outgoing, outgoing) ? attempt : null;
}

function isSame(one: Outgoing, other: Outgoing): boolean {
  const words = ({ kind, text, answers, recipientIds }: Outgoing): string =>
    JSON.stringify([kind, text, answers, recipientIds]);
  return (
    words(one) === words(other) &&
    one.files.length === other.files.length &&
    one.files.every((file, place) => file === other.files[place])
  );
}

/**
 * Sends a message. Returns when its envelope is stored, with the day that the envelope carries.
 *
 * What waiting cannot mend is raised, and the line is stopped then. A new try makes everything anew, unless the
 * envelope may be stored: then the same bytes go out, so that the office never sees two versions of one message.
 */
export async function send(
  outgoing: Outgoing,
  source: SourceKeys,
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<number> {
  try {
    const attempt = unansweredAttempt(outgoing, source) ?? {
      parts: prepare({ ...outgoing, files: [...outgoing.files] }, office),
      sealed: null,
      storedSince: 0,
    };
    const { parts } = attempt;
    const files = [...parts.files, parts.rest, parts.fill].filter((file) => file !== null);
    const keepStored = async (): Promise<void> => {
      if (Date.now() - attempt.storedSince < STORED_FOR_MS) return;
      const began = Date.now();
      await storeFiles(files, office, line, tell);
      attempt.storedSince = began;
    };
    await keepStored();
    tell({ stored: 1, total: 1 });
    const day = await storeEnvelope(attempt, source, office, line, keepStored);
    unanswered.delete(source);
    return day;
  } catch (error) {
    line.stop();
    throw error;
  }
}

/** A message cut into what goes into its envelope and what travels as files. */
interface Parts {
  readonly outgoing: Outgoing;
  readonly message: Message;
  readonly files: readonly OutgoingFile[];
  readonly rest: OutgoingFile | null;
  readonly fill: OutgoingFile | null;
}

interface SealedEnvelope {
  readonly address: Uint8Array;
  readonly bytes: Uint8Array;
  readonly puzzleBits: number;
  readonly day: number;
  /** The day on which the first of its keys ends. */
  readonly until: number;
}

function prepare(outgoing: Outgoing, office: Office): Parts {
  const files = outgoing.files.map(fileFromBlob);
  const noHash = new Uint8Array(32);
  const message: Message = {
    kind: outgoing.kind,
    messageId: newMessageId(),
    day: today(),
    language: LANGUAGE,
    client: CLIENT,
    delegation: office.directory.delegation.number,
    sequence: office.directory.sequence,
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

async function seal(parts: Parts, source: SourceKeys, office: Office): Promise<SealedEnvelope> {
  const fresh = await freshOffice(office).catch((error: unknown) => {
    // A server that is only away is asked again.
    const away = error instanceof OfficeRefusal && error.reason === "unreachable";
    throw away ? new ServerError(0, "") : error;
  });
  const recipients = parts.outgoing.recipientIds
    .map((id) => ({ id, publicKey: fresh.keys.get(id) }))
    .filter((one): one is { id: string; publicKey: Uint8Array } => one.publicKey !== undefined);
  if (recipients.length === 0) throw new NoRecipientLeft();
  const { files, rest, fill } = parts;
  const day = today();
  const message: Message = {
    ...parts.message,
    day,
    delegation: fresh.directory.delegation.number,
    sequence: fresh.directory.sequence,
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
    until: fresh.week * 7 + KEY_DAYS,
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

/** Stores every chunk of all files, a few at once, each carried until the server has it. */
async function storeFiles(
  files: readonly OutgoingFile[],
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<void> {
  const pieces = files.flatMap((file) =>
    Array.from({ length: file.chunks }, (_piece, index) => ({ file, index })),
  );
  const total = pieces.length;
  const bits = office.directory.policy.puzzleChunk;
  let stored = 0;
  let took = 0;
  tell({ stored, total });
  const carryOn = async (once: boolean): Promise<void> => {
    for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
      const { id, bytes } = await piece.file.sealed(piece.index);
      await line.carry(async () => {
        const puzzle = await puzzleFor(office, CHUNK_PUZZLE, id, bits);
        const began = Date.now();
        await putChunk(toHex(id), bytes, puzzle, line.signal);
        took = Date.now() - began;
      });
      stored += 1;
      tell({ stored, total });
      if (once) return;
    }
  };
  // The first one tells how fast the line is.
  await carryOn(true);
  await Promise.all(Array.from({ length: took > SLOW_MS ? 1 : IN_FLIGHT }, () => carryOn(false)));
}

/** Seals and stores the envelope. Every try sends the same bytes, as long as its keys hold. */
async function storeEnvelope(
  attempt: Attempt,
  source: SourceKeys,
  office: Office,
  line: Line,
  beforeEach: () => Promise<void>,
): Promise<number> {
  let day = 0;
  await line.carry(async () => {
    await beforeEach();
    if (attempt.sealed === null || today() >= attempt.sealed.until) {
      attempt.sealed = await seal(attempt.parts, source, office);
    }
    const { address, bytes, puzzleBits } = attempt.sealed;
    ({ day } = attempt.sealed);
    // A later try may know a later directory, which asks for more.
    const bits = Math.max(puzzleBits, office.directory.policy.puzzleEnvelope);
    const puzzle = await puzzleFor(office, ENVELOPE_PUZZLE, address, bits);
    unanswered.set(source, attempt);
    await putEnvelope(toHex(address), bytes, puzzle, line.signal);
  });
  return day;
}

/** The header that the directory asks for with an upload; empty where it asks for none. */
function puzzleFor(
  office: Office,
  kind: number,
  pathHash: Uint8Array,
  bits: number,
): Promise<string> {
  if (bits === 0) return Promise.resolve("");
  return solvePuzzle(office.facts.genesisId, kind, pathHash, bits, today());
}
