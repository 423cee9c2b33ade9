/**
 * Files on their way: read, digested and sealed piece by piece, never whole in memory.
 *
 * A file that a person chose is read twice. The first reading takes the digest of each piece; the
 * second one seals, and only what still has that digest. So what goes out is the file as it was at
 * one time, and a piece that changed meanwhile is never sealed under the same key (SPEC 8).
 */

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
import type { ChunkId } from "./protocol/names.ts";
import { PIECE_SIZE } from "./protocol/sizes.ts";

/** Pieces that the first reading takes from the device at once: 4 MiB. */
const READ_AT_ONCE = 16;

/** Pieces that the second one takes at once: each taking costs the page much, whatever its size. */
const SEALED_AT_ONCE = 4;

/** Bytes of the buffer that has an engine look for memory to free. */
const COUNTED = 4 * 1024 * 1024;

/** Pieces that are read together, from index `first` on. */
interface Block {
  readonly first: number;
  readonly bytes: Promise<Uint8Array>;
  /** The pieces that nobody asked for yet, and how many are not sealed yet. */
  readonly untaken: Set<number>;
  unsealed: number;
}

/** Returns bytes that nobody else holds. */
type Read = (start: number, end: number) => Promise<Uint8Array>;

/** The device no longer gives out a file that was chosen. */
export class FileUnreadable extends Error {
  readonly file: OutgoingFile;

  constructor(file: OutgoingFile) {
    super("a chosen file cannot be read");
    this.file = file;
  }
}

/** A file can be read, but holds other bytes than before: it has to start anew, under another key. */
export class FileChanged extends FileUnreadable {}

export interface SealedChunk {
  readonly id: ChunkId;
  readonly bytes: Uint8Array;
}

/** One file under one key. Each of its pieces is sealed once: again only to the same bytes. */
export class OutgoingFile {
  readonly key: FileKey = newFileKey();
  readonly size: number;
  readonly chunks: number;
  /** As the person's device names it; empty for what is no file of the person's. */
  readonly name: string;
  /** When the server last said that it holds a chunk, in milliseconds, by the chunk's index. */
  readonly storedAt: number[] = [];
  readonly #read: Read;
  readonly #digests: Uint8Array[] = [];
  #block: Block | null = null;

  constructor(size: number, read: Read, name = "") {
    this.size = size;
    this.name = name;
    this.chunks = chunkCount(size);
    this.#read = read;
  }

  /** Whether every piece has been read once. */
  get isRead(): boolean {
    return this.#digests.filter(() => true).length === this.chunks;
  }

  /** Reads everything once; `tell` is given the bytes so far. Raises FileUnreadable, FileChanged. */
  async readFirst(tell: (bytes: number) => void): Promise<void> {
    for (let index = 0; index < this.chunks; index += READ_AT_ONCE) {
      const start = index * PIECE_SIZE;
      const end = Math.min(this.size, start + READ_AT_ONCE * PIECE_SIZE);
      const bytes = await this.#bytes(start, end);
      const pieces = Array.from({ length: chunkCount(bytes.length) }, (_piece, n) =>
        this.#compare(index + n, pieceOf(bytes, n)),
      );
      await Promise.all(pieces);
      giveBack(bytes);
      tell(end);
    }
  }

  /** Returns chunk `index`, sealed. Raises FileUnreadable, FileChanged. */
  async sealed(index: number): Promise<SealedChunk> {
    const block = this.#take(index);
    const read = await block.bytes;
    const piece = pieceOf(read, index - block.first);
    await this.#compare(index, piece);
    const bytes = await sealChunk(this.key, index, piece, index === this.chunks - 1);
    block.unsealed -= 1;
    if (block.unsealed === 0) giveBack(read);
    return { id: chunkId(this.key, index), bytes };
  }

  /** Takes a piece from the block read last, or from a new one that begins with it. */
  #take(index: number): Block {
    if (this.#block?.untaken.delete(index)) return this.#block;
    const end = Math.min(this.chunks, index + SEALED_AT_ONCE);
    const bytes = this.#bytes(index * PIECE_SIZE, Math.min(this.size, end * PIECE_SIZE));
    const untaken = new Set(Array.from({ length: end - index - 1 }, (_piece, n) => index + 1 + n));
    this.#block = { first: index, bytes, untaken, unsealed: end - index };
    return this.#block;
  }

  /** The file hash, 32 bytes; to be asked for when every piece has been read. */
  get hash(): Uint8Array {
    if (!this.isRead) throw new Error("not every piece has been read");
    return fileHash(this.size, this.#digests);
  }

  async #bytes(start: number, end: number): Promise<Uint8Array> {
    const bytes = await this.#read(start, end).catch(() => {
      throw new FileUnreadable(this);
    });
    // Some devices give out less of a file that has become shorter.
    if (bytes.length !== end - start) throw new FileUnreadable(this);
    return bytes;
  }

  /** Holds a piece to its first reading: other bytes under the same key and nonce would betray both. */
  async #compare(index: number, piece: Uint8Array): Promise<void> {
    const digest = await pieceDigest(piece);
    const before = (this.#digests[index] ??= digest);
    if (!equal(before, digest)) throw new FileChanged(this);
  }
}

function pieceOf(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(index * PIECE_SIZE, (index + 1) * PIECE_SIZE);
}

/**
 * Gives the memory of bytes back at once, where the engine can, and has the engine look for more.
 *
 * What a request has copied cannot be given back. An engine counts the memory of buffers to know when to look
 * for what nobody needs, and with these given back it counts next to none: the empty one, which takes no memory
 * before it is written to, stands in for what it does not see. Without it a page grows by hundreds of megabytes.
 */
export function giveBack({ buffer }: Uint8Array): void {
  (buffer as { transfer?: (size: number) => unknown }).transfer?.(0);
  new ArrayBuffer(COUNTED);
}

/** A file that a person chose. */
export function fileFromBlob(file: File): OutgoingFile {
  const read: Read = async (start, end) =>
    new Uint8Array(await file.slice(start, end).arrayBuffer());
  return new OutgoingFile(file.size, read, file.name);
}

/** The rest of a text that did not fit its envelope. */
export function fileFromBytes(bytes: Uint8Array): OutgoingFile {
  return new OutgoingFile(bytes.length, (start, end) => Promise.resolve(bytes.slice(start, end)));
}

/** Fill: so many whole chunks of zeros. */
export function fileOfZeros(chunks: number): OutgoingFile {
  return new OutgoingFile(chunks * PIECE_SIZE, (start, end) =>
    Promise.resolve(new Uint8Array(end - start)),
  );
}
