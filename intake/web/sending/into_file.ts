/** A message sealed into a file: SPEC 11.1. One part at a time is in memory; the browser keeps the rest as it likes. */

import { firstDay, weekOf } from "../protocol/days.ts";
import type { Address, ChunkId, Day } from "../protocol/names.ts";
import { PUZZLE_CHUNK, PUZZLE_ENVELOPE, puzzleNonce, solvePuzzle } from "../protocol/puzzle.ts";
import { lastDayOf, SealedFileWriter } from "../protocol/sealed_file.ts";
import { PUZZLE_NONCE_SIZE } from "../protocol/sizes.ts";
import type { SourceKeys } from "../protocol/source_keys.ts";
import { Stopped } from "../reach/api.ts";
import { today } from "../reach/clock.ts";
import { OfficeRefusal, type Office } from "../reach/office.ts";
import { fileFromBlob } from "./outgoing_files.ts";
import { filesOf, prepare, sealFor, type Outgoing } from "./sealing.ts";

/** A message in a file, and the days that it carries. */
export interface SealedFile {
  readonly bytes: Blob;
  readonly day: Day;
  readonly lastDay: Day;
}

/**
 * Seals a message into a file; `tell` is given how many chunks of how many are sealed, and how far the work at
 * the next one's puzzle is: tries so far, and about how many it takes.
 *
 * Raises Stopped, FileUnreadable, MessageTooLarge, and OfficeRefusal where the office's keys have run
 * out meanwhile. Nothing of it has left the device then: a new try draws all keys anew.
 */
export async function sealToFile(
  outgoing: Outgoing,
  source: SourceKeys,
  office: Office,
  tell: (done: number, of: number, tried?: number, tries?: number) => void,
  signal: AbortSignal,
): Promise<SealedFile> {
  const lastDay = lastDayOf(firstDay(office.week));
  const parts = prepare(
    outgoing,
    outgoing.files.map((file) => fileFromBlob(file)),
    office,
  );
  const files = filesOf(parts);
  const stopWhereAborted = (): void => {
    if (signal.aborted) throw new Stopped();
  };
  const chunks = files.reduce((sum, file) => sum + file.chunks, 0);
  const { genesisId } = office.facts;
  const writer = new SealedFileWriter({ genesisId, lastDay, chunks });
  const { puzzleChunk, puzzleEnvelope } = office.directory.policy;
  // So that what is sealed is each file as it was at one time, and not two halves of two versions.
  tell(0, chunks);
  for (const file of parts.files) await file.readFirst(stopWhereAborted);
  const made = [new Blob([(await writer.begin()) as BlobPart])];
  const nonceFor = async (
    kind: number,
    id: Address | ChunkId,
    bits: number,
  ): Promise<Uint8Array> => {
    if (bits === 0) return new Uint8Array(PUZZLE_NONCE_SIZE);
    const header = await solvePuzzle(genesisId, kind, id, bits, lastDay, (tried) => {
      stopWhereAborted();
      tell(made.length - 1, chunks, tried, 2 ** bits);
    });
    return puzzleNonce(header);
  };
  for (const file of files) {
    for (let index = 0; index < file.chunks; index += 1) {
      stopWhereAborted();
      const { id, bytes } = await file.sealed(index);
      const nonce = await nonceFor(PUZZLE_CHUNK, id, puzzleChunk);
      made.push(new Blob([(await writer.chunk(id, nonce, bytes)) as BlobPart]));
      tell(made.length - 1, chunks);
    }
  }
  // Keys of another week would have to be loaded, which a page on a disk cannot.
  if (weekOf(today()) !== office.week) throw new OfficeRefusal("expired");
  const { address, bytes, day } = await sealFor(parts, source, office);
  const nonce = await nonceFor(PUZZLE_ENVELOPE, address, puzzleEnvelope);
  made.push(new Blob([(await writer.end(nonce, bytes)) as BlobPart]));
  return { bytes: new Blob(made, { type: "application/octet-stream" }), day, lastDay };
}
