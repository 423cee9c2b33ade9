/** Files on their way: read, digested and sealed piece by piece, never whole in memory. */

import { equal } from "./protocol/bytes.ts";
import {
  chunkCount,
  chunkId,
  fileHash,
  newFileKey,
  pieceDigest,
  sealChunk,
  type FileKey,
} from "./protocol/chunks.ts";
import { PIECE_SIZE } from "./protocol/sizes.ts";

/** The device no longer gives out a file that was chosen, or gives out something else. */
export class FileUnreadable extends Error {
  /** The place of the file among those chosen; -1 for what is no file of the person's. */
  readonly place: number;

  constructor(place: number) {
    super("a chosen file cannot be read, or has changed");
    this.name = "FileUnreadable";
    this.place = place;
  }
}

export interface SealedChunk {
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
}

/** One file under one key. Each of its pieces is sealed once: again only to the same bytes. */
export class OutgoingFile {
  readonly key: FileKey = newFileKey();
  readonly size: number;
  readonly chunks: number;
  readonly #read: (start: number, end: number) => Promise<Uint8Array>;
  readonly #place: number;
  readonly #digests: Uint8Array[] = [];

  constructor(
    size: number,
    read: (start: number, end: number) => Promise<Uint8Array>,
    place: number,
  ) {
    this.size = size;
    this.chunks = chunkCount(size);
    this.#read = read;
    this.#place = place;
  }

  /** Returns chunk `index`, sealed. Raises FileUnreadable where the bytes are gone or are others than before. */
  async sealed(index: number): Promise<SealedChunk> {
    const start = index * PIECE_SIZE;
    const end = Math.min(this.size, start + PIECE_SIZE);
    const piece = await this.#read(start, end).catch(() => {
      throw new FileUnreadable(this.#place);
    });
    const digest = await pieceDigest(piece);
    const before = this.#digests[index];
    // Other bytes under the same key and nonce would betray both.
    if (piece.length !== end - start || (before && !equal(before, digest))) {
      throw new FileUnreadable(this.#place);
    }
    this.#digests[index] = digest;
    const bytes = await sealChunk(this.key, index, piece, index === this.chunks - 1);
    return { id: chunkId(this.key, index), bytes };
  }

  /** The file hash, 32 bytes; to be asked for when every piece has been sealed. */
  get hash(): Uint8Array {
    const { length } = this.#digests.filter(() => true);
    if (length !== this.chunks) throw new Error("not every piece has been sealed");
    return fileHash(this.size, this.#digests);
  }
}

/** A file that a person chose, the `place`-th. */
export function fileFromBlob(blob: Blob, place: number): OutgoingFile {
  const read = async (start: number, end: number): Promise<Uint8Array> =>
    new Uint8Array(await blob.slice(start, end).arrayBuffer());
  return new OutgoingFile(blob.size, read, place);
}

/** The rest of a text that did not fit its envelope. */
export function fileFromBytes(bytes: Uint8Array): OutgoingFile {
  return new OutgoingFile(
    bytes.length,
    (start, end) => Promise.resolve(bytes.subarray(start, end)),
    -1,
  );
}

/** Fill: so many whole chunks of zeros. */
export function fileOfZeros(chunks: number): OutgoingFile {
  return new OutgoingFile(
    chunks * PIECE_SIZE,
    (start, end) => Promise.resolve(new Uint8Array(end - start)),
    -1,
  );
}
