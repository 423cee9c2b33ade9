/**
 * One message on its way: chunks first, the envelope last, each carried until the server has it.
 *
 * Everything is made here, in memory, and nothing of it is kept: closing the page ends it.
 */

import { toHex } from "../protocol/bytes.ts";
import { STORED_FOR_DAYS } from "../protocol/lifetimes.ts";
import type { Day } from "../protocol/names.ts";
import { PUZZLE_CHUNK, PUZZLE_ENVELOPE } from "../protocol/puzzle.ts";
import { CHUNK_SIZE, ENVELOPE_SIZE } from "../protocol/sizes.ts";
import type { SourceKeys } from "../protocol/source_keys.ts";
import { putChunk, putEnvelope, Stopped } from "../reach/api.ts";
import { today } from "../reach/clock.ts";
import type { Line } from "../reach/line.ts";
import type { Office } from "../reach/office.ts";
import {
  FileChanged,
  fileFromBlob,
  FileUnreadable,
  giveBack,
  type OutgoingFile,
} from "./outgoing_files.ts";
import { Pace } from "./pace.ts";
import { headerFor } from "./puzzles.ts";
import {
  filesOf,
  prepare,
  RecipientsGone,
  seal,
  type Outgoing,
  type Parts,
  type SealedEnvelope,
} from "./sealing.ts";

/** SPEC 11: a chunk stored longer ago than this is sent again before its envelope. */
const STORED_FOR_MS = STORED_FOR_DAYS * 86_400_000;
/** How often files may turn out changed before somebody should stop changing them. */
const RESTARTS = 5;

/** How far it is: bytes done of all bytes, of the person's files in "reading", else of what is sent. */
export interface Progress {
  readonly step: "reading" | "files" | "envelope";
  readonly done: number;
  readonly total: number;
  /** The file that changed last, and is sent anew. */
  readonly anew: File | null;
}

/** One message under one id and one set of keys. */
interface Attempt {
  readonly parts: Parts;
  sealed: SealedEnvelope | null;
  anew: File | null;
}

/** By source: whose envelope was handed to the line, and whose answer has not come. */
const unanswered = new WeakMap<SourceKeys, Attempt>();

/**
 * Files of which some chunks may be stored, but that no envelope names yet.
 *
 * Who went back to mend something goes on with them afterwards, under the same keys.
 */
const begun = new WeakMap<File, OutgoingFile>();

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
 * What waiting cannot mend is raised, and the line is stopped then. A new try makes everything anew but the files
 * of which something is stored, unless the envelope may be stored: then the same bytes go out, so that the office
 * never sees two versions of one message.
 */
export async function send(
  outgoing: Outgoing,
  source: SourceKeys,
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<Day> {
  try {
    const attempt = unansweredAttempt(outgoing, source) ?? newAttempt(outgoing, office);
    const day = await storeAll(attempt, source, office, line, tell);
    unanswered.delete(source);
    return day;
  } catch (error) {
    line.stop();
    if (!goesOn(error)) forget(outgoing);
    throw error;
  }
}

/** Whether a new try goes on with the files as they are. */
function goesOn(error: unknown): boolean {
  return (
    error instanceof Stopped || error instanceof FileUnreadable || error instanceof RecipientsGone
  );
}

function newAttempt(outgoing: Outgoing, office: Office): Attempt {
  const files = outgoing.files.map((file) => begun.get(file) ?? begin(file));
  const parts = prepare({ ...outgoing, files: [...outgoing.files] }, files, office);
  return { parts, sealed: null, anew: null };
}

function begin(file: File): OutgoingFile {
  const outgoing = fileFromBlob(file);
  begun.set(file, outgoing);
  return outgoing;
}

function forget({ files }: Outgoing): void {
  for (const file of files) begun.delete(file);
}

/** Stores what is not stored, or too long ago. A file that changed starts anew, while no envelope names it. */
async function storeFiles(
  attempt: Attempt,
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<void> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      await readFiles(attempt, line, tell);
      await storeChunks(attempt, office, line, tell);
      return;
    } catch (error) {
      const final = attempt.sealed !== null || restarts === RESTARTS;
      if (!(error instanceof FileChanged) || final) throw error;
      const { files, outgoing } = attempt.parts;
      const place = files.indexOf(error.file);
      const chosen = outgoing.files[place];
      if (!chosen) throw error;
      files[place] = begin(chosen);
      attempt.anew = chosen;
    }
  }
}

/** Reads each of the person's files once. */
async function readFiles(
  { parts, anew }: Attempt,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<void> {
  const unread = parts.files.filter((file) => !file.isRead);
  const total = unread.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const file of unread) {
    await file.readFirst((bytes) => {
      if (line.signal.aborted) throw new Stopped();
      tell({ step: "reading", done: before + bytes, total, anew });
    });
    before += file.size;
  }
}

/** Stores every chunk that has to be, a few at once, each carried until the server has it. */
async function storeChunks(
  { parts, anew }: Attempt,
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<void> {
  const files = filesOf(parts);
  const pieces = missing(files);
  const total = files.reduce((sum, file) => sum + file.chunks, 0) * CHUNK_SIZE + ENVELOPE_SIZE;
  let done = total - ENVELOPE_SIZE - pieces.length * CHUNK_SIZE;
  const tellDone = (): void => {
    const step = done + ENVELOPE_SIZE < total ? "files" : "envelope";
    tell({ step, done, total, anew });
  };
  const pace = new Pace();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const store = async ({ file, index }: Piece): Promise<void> => {
    await storeChunk(file, index, office, line, pace);
    done += CHUNK_SIZE;
    tellDone();
  };
  tellDone();
  for (let next = pieces.shift(); next || underWay.size > 0;) {
    if (next && failures.length === 0 && underWay.size < pace.atOnce) {
      const running: Promise<void> = store(next)
        .catch((error: unknown) => {
          failures.push(error);
          // The others are waited for only where they go on.
          if (!(error instanceof FileChanged)) line.stop();
        })
        .finally(() => underWay.delete(running));
      underWay.add(running);
      next = pieces.shift();
    } else {
      await Promise.race(underWay);
      if (failures.length > 0) next = undefined;
    }
  }
  if (failures.length > 0) throw failures[0];
}

interface Piece {
  readonly file: OutgoingFile;
  readonly index: number;
}

function missing(files: readonly OutgoingFile[]): Piece[] {
  const since = Date.now() - STORED_FOR_MS;
  return files.flatMap((file) =>
    Array.from({ length: file.chunks }, (_piece, index) => ({ file, index })).filter(
      ({ index }) => (file.storedAt[index] ?? 0) <= since,
    ),
  );
}

async function storeChunk(
  file: OutgoingFile,
  index: number,
  office: Office,
  line: Line,
  pace: Pace,
): Promise<void> {
  const { id, bytes } = await file.sealed(index);
  const { genesisId } = office.facts;
  await line.carry(async () => {
    const bits = office.directory.policy.puzzleChunk;
    const puzzle = await headerFor(genesisId, PUZZLE_CHUNK, id, bits, line);
    const began = Date.now();
    await pace.time((timeout) => putChunk(toHex(id), bytes, puzzle, line.signal, timeout));
    file.storedAt[index] = began;
  });
  giveBack(bytes);
}

/** Stores the files, then the envelope; files that are stored for too long by then once more before it. */
async function storeAll(
  attempt: Attempt,
  source: SourceKeys,
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<Day> {
  for (;;) {
    await storeFiles(attempt, office, line, tell);
    const day = await storeEnvelope(attempt, source, office, line);
    if (day !== null) return day;
  }
}

/**
 * Seals and stores the envelope. Every try sends the same bytes, as long as its keys hold.
 *
 * Returns the day that it carries, or null where it has waited so long that its files have to be stored again.
 */
async function storeEnvelope(
  attempt: Attempt,
  source: SourceKeys,
  office: Office,
  line: Line,
): Promise<Day | null> {
  let day: Day | null = null;
  await line.carry(async () => {
    if (missing(filesOf(attempt.parts)).length > 0) return;
    if (attempt.sealed === null || today() >= attempt.sealed.until) {
      attempt.sealed = await seal(attempt.parts, source, office);
    }
    const { address, bytes, puzzleBits } = attempt.sealed;
    // A later try may know a later directory, which asks for more.
    const bits = Math.max(puzzleBits, office.directory.policy.puzzleEnvelope);
    const puzzle = await headerFor(office.facts.genesisId, PUZZLE_ENVELOPE, address, bits, line);
    unanswered.set(source, attempt);
    forget(attempt.parts.outgoing);
    await putEnvelope(toHex(address), bytes, puzzle, line.signal);
    day = attempt.sealed.day;
  });
  return day;
}
