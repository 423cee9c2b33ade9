/** How much a message may hold, and whether it does. */

import { chunkCount } from "../protocol/chunks.ts";
import { paddedChunkCount } from "../protocol/padding.ts";
import { ATTACHMENTS_MAX, PIECE_SIZE } from "../protocol/sizes.ts";
import type { Office } from "../reach/office.ts";
import type { Answers } from "./sealing.ts";

/** Characters of a text: about a hundred printed pages. */
export const TEXT_MAX_LENGTH = 200_000;

/** Bytes of a text while the server takes no chunks: what the envelope holds beside the answers. */
export const TEXT_MAX_SIZE_IN_ENVELOPE = 20_000;

/** Bytes of all answers as the envelope holds them: with as many files as can be, they fit. */
const ANSWERS_MAX_SIZE = 12_000;

/** Bytes of text and answers as the envelope holds them while the server takes no chunks. */
const WRITTEN_MAX_SIZE_IN_ENVELOPE = 26_000;

/** Chunks that the rest of the longest text takes, at three bytes a character. */
const TEXT_CHUNKS = 3;

/** How many bytes of files a message may hold with the policy's chunks, a long text set apart. */
export function filesMaxSize(maxChunks: number): number {
  let chunks = maxChunks;
  while (chunks > 0 && paddedChunkCount(chunks) > maxChunks) chunks -= 1;
  return Math.max(0, chunks - TEXT_CHUNKS) * PIECE_SIZE;
}

/** Whether files may be attached now. */
export function takesFiles({ status, directory }: Office): boolean {
  return status.chunks.open && filesMaxSize(directory.policy.maxChunks) > 0;
}

/** Whether a text may be longer than its envelope. */
export function takesLongTexts({ status, directory }: Office): boolean {
  return status.chunks.open && directory.policy.maxChunks >= paddedChunkCount(TEXT_CHUNKS);
}

/** Why files do not fit one message: too many, or too large together; null where they do. */
export function filesProblem(sizes: readonly number[], maxChunks: number): "count" | "size" | null {
  if (sizes.length > ATTACHMENTS_MAX) return "count";
  const chunks = sizes.reduce((sum, size) => sum + chunkCount(size), TEXT_CHUNKS);
  return paddedChunkCount(chunks) > maxChunks ? "size" : null;
}

/** Whether a text is longer than can be sent now. */
export function textTooLong(text: string, office: Office): boolean {
  if (text.length > TEXT_MAX_LENGTH) return true;
  return !takesLongTexts(office) && sizeOf(text) > TEXT_MAX_SIZE_IN_ENVELOPE;
}

/** Whether an answer has more than the most bytes that its question leaves it. */
export function answerTooLong(text: string, most: number): boolean {
  return sizeOf(text) > most;
}

/** Whether the answers of a report are too large together, or with its text where that must fit beside them. */
export function answersTooLarge(text: string, answers: Answers, office: Office): boolean {
  const size = sizeOf(JSON.stringify(answers));
  const written = size + sizeOf(JSON.stringify(text));
  const all = takesLongTexts(office) ? 0 : written;
  return size > ANSWERS_MAX_SIZE || all > WRITTEN_MAX_SIZE_IN_ENVELOPE;
}

/** About how many characters of such a text fit in so many bytes, to the hundred. */
export function roomFor(text: string, most: number): number {
  return Math.floor((most * text.length) / sizeOf(text) / 100) * 100;
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
