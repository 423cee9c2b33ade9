/** The office's half of SPEC 8: opening chunks and files. It exists to test the source's half. */

import { aesOpen } from "../../../../intake/web/protocol/aes.ts";
import { concat, equal, number } from "../../../../intake/web/protocol/bytes.ts";
import {
  chunkCount,
  fileHash,
  pieceDigest,
  type FileKey,
} from "../../../../intake/web/protocol/chunks.ts";
import { Contradictory, Malformed } from "../../../../intake/web/protocol/errors.ts";
import { CHUNK_SIZE, PIECE_SIZE } from "../../../../intake/web/protocol/sizes.ts";

/** The piece in a chunk, with its filling. */
export async function openChunk(
  fileKey: FileKey,
  index: number,
  chunk: Uint8Array,
  last: boolean,
): Promise<Uint8Array> {
  if (chunk.length !== CHUNK_SIZE) throw new Malformed("size");
  const nonce = concat(number(index, 11), [last ? 1 : 0]);
  return aesOpen(fileKey.aeadKey, nonce, new Uint8Array(0), chunk);
}

/** The file in its chunks: SPEC 8.1. */
export async function openFile(
  fileKey: FileKey,
  size: number,
  hash: Uint8Array,
  chunks: readonly Uint8Array[],
): Promise<Uint8Array> {
  const count = chunkCount(size);
  const pieces: Uint8Array[] = [];
  for (const [index, chunk] of chunks.slice(0, count).entries()) {
    const piece = await openChunk(fileKey, index, chunk, index === count - 1);
    const end = Math.min(PIECE_SIZE, size - index * PIECE_SIZE);
    if (piece.subarray(end).some((byte) => byte !== 0)) throw new Malformed("filling");
    pieces.push(piece.subarray(0, end));
  }
  if (chunks.length !== count) throw new Contradictory("another number of chunks");
  const digests = await Promise.all(pieces.map(pieceDigest));
  if (!equal(fileHash(size, digests), hash)) throw new Contradictory("another hash");
  return concat(...pieces);
}
