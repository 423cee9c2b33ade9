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
import { paddedChunkCount } from "./protocol/chunks.ts";
import { envelopeAddress, sealEnvelope, splitText, type Message } from "./protocol/envelope.ts";
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
  /** 16 bytes; the same again is the same message. */
  readonly messageId: Uint8Array;
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

/**
 * Sends a message. Returns when its envelope is stored, with the day that the envelope carries.
 *
 * What waiting cannot mend is raised, and the line is stopped then: a new try makes everything anew.
 */
export async function send(
  outgoing: Outgoing,
  source: SourceKeys,
  office: Office,
  line: Line,
  tell: (progress: Progress) => void,
): Promise<number> {
  try {
    const parts = prepare(outgoing, office);
    const files = [...parts.files, parts.rest, parts.fill].filter((file) => file !== null);
    let storedSince = Date.now();
    await storeFiles(files, office, line, tell);
    return await storeEnvelope(parts, source, office, line, async () => {
      if (Date.now() - storedSince < STORED_FOR_MS) return;
      const again = Date.now();
      await storeFiles(files, office, line, tell);
      storedSince = again;
    });
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
    messageId: outgoing.messageId,
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
  parts: Parts,
  source: SourceKeys,
  office: Office,
  line: Line,
  beforeEach: () => Promise<void>,
): Promise<number> {
  let sealed: SealedEnvelope | null = null;
  let day = 0;
  await line.carry(async () => {
    await beforeEach();
    if (sealed === null || today() >= sealed.until) sealed = await seal(parts, source, office);
    const { address, bytes, puzzleBits } = sealed;
    ({ day } = sealed);
    const puzzle = await puzzleFor(office, ENVELOPE_PUZZLE, address, puzzleBits);
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
