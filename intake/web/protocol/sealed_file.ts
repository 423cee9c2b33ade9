/** The sealed file: a whole message in one file, to be sent later and from elsewhere (SPEC 11.1). */

import { concat, equal, toNumber, u32 } from "./bytes.ts";
import { pieceDigest } from "./chunks.ts";
import { firstDay, later, weekOf } from "./days.ts";
import { Foreign, Malformed, Outdated, Unauthentic } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import { bound, Label, labelled } from "./labels.ts";
import type { ChunkId, Day, GenesisId } from "./names.ts";
import { paddedChunkCount } from "./padding.ts";
import { KEY_DAYS, SEALED_FILE_AHEAD_DAYS } from "./lifetimes.ts";
import {
  CHUNK_ID_SIZE,
  CHUNK_SIZE,
  CHUNKS_MAX,
  ENVELOPE_SIZE,
  GENESIS_ID_SIZE,
  PUZZLE_NONCE_SIZE,
} from "./sizes.ts";

const HASH_SIZE = 32;
const NUMBERS_SIZE = 8;
const HEAD_SIZE = labelled(Label.SEALED_FILE).length + GENESIS_ID_SIZE + NUMBERS_SIZE + HASH_SIZE;
const CHUNK_PART_SIZE = CHUNK_ID_SIZE + PUZZLE_NONCE_SIZE + CHUNK_SIZE + HASH_SIZE;
const ENVELOPE_PART_SIZE = PUZZLE_NONCE_SIZE + ENVELOPE_SIZE + HASH_SIZE;
const LAST_SIZE = ENVELOPE_PART_SIZE + HASH_SIZE;

/** What a sealed file begins with: its office, its last day, its number of chunks. */
export interface SealedFileHead {
  readonly genesisId: GenesisId;
  readonly lastDay: Day;
  readonly chunks: number;
}

/** A chunk (262,144 bytes), its id (32), and the nonce (8) of its puzzle. */
export interface SealedChunk {
  readonly id: ChunkId;
  readonly nonce: Uint8Array;
  readonly chunk: Uint8Array;
}

/** The envelope (32,768 bytes) of a file that is whole, and the nonce (8) of its puzzle. */
export interface SealedEnvelope {
  readonly nonce: Uint8Array;
  readonly envelope: Uint8Array;
}

/** The last day of a file that is sealed on a day: that of the day's intake keys. */
export function lastDayOf(day: Day): Day {
  // SPEC 11.1: 7w + 13
  return later(firstDay(weekOf(day)), KEY_DAYS - 1);
}

/** The size of a file of so many chunks. */
export function sealedFileSize(chunks: number): number {
  return HEAD_SIZE + chunks * CHUNK_PART_SIZE + LAST_SIZE;
}

/**
 * Gives out the bytes of one file: `begin`, a `chunk` for each that the head counts, `end`.
 * Raises `Malformed` for a head that a reader would refuse.
 */
export class SealedFileWriter {
  readonly #head: SealedFileHead;
  readonly #parts = new Parts();
  #missing: number;

  constructor(head: SealedFileHead) {
    checkCount(head.chunks);
    this.#head = head;
    this.#missing = head.chunks;
  }

  /** The head. */
  begin(): Promise<Uint8Array> {
    const { genesisId, lastDay, chunks } = this.#head;
    // SPEC 11.1: labelled(SEALED_FILE) || genesis_id || u32 last day || u32 n
    return this.#parts.written(bound(Label.SEALED_FILE, genesisId), u32(lastDay), u32(chunks));
  }

  /** The part of the next chunk. */
  chunk(id: ChunkId, nonce: Uint8Array, chunk: Uint8Array): Promise<Uint8Array> {
    const sized = id.length === CHUNK_ID_SIZE && nonce.length === PUZZLE_NONCE_SIZE;
    if (!this.#missing || !sized || chunk.length !== CHUNK_SIZE) {
      throw new Error("not the next chunk of this file");
    }
    this.#missing -= 1;
    return this.#parts.written(id, nonce, chunk);
  }

  /** The part of the envelope, and the end. Nothing can follow. */
  async end(nonce: Uint8Array, envelope: Uint8Array): Promise<Uint8Array> {
    const sized = nonce.length === PUZZLE_NONCE_SIZE && envelope.length === ENVELOPE_SIZE;
    if (this.#missing || !sized) throw new Error("not the envelope of this file");
    return concat(await this.#parts.written(nonce, envelope), this.#parts.digest());
  }
}

/**
 * Reads one file, part by part, for an office and on a day.
 *
 * `wants` is how many bytes it takes next, 0 once the file has ended well; `head` what it began
 * with, once that was read.
 */
export class SealedFileReader {
  readonly #genesisId: GenesisId;
  readonly #day: Day;
  readonly #parts = new Parts();
  #missing = 0;
  head: SealedFileHead | null = null;
  wants = HEAD_SIZE;

  constructor(genesisId: GenesisId, day: Day) {
    this.#genesisId = genesisId;
    this.#day = day;
  }

  /**
   * What the next `wants` bytes are: the head, a chunk, or in the end the envelope. Fewer bytes
   * mean that there are no more. Raises `Malformed`, `Unauthentic`, `Foreign` or `Outdated`.
   */
  async feed(part: Uint8Array): Promise<SealedFileHead | SealedChunk | SealedEnvelope> {
    if (this.head === null) {
      this.head = await this.#readHead(part);
      this.#missing = this.head.chunks;
      this.#ask();
      return this.head;
    }
    // The last part is asked for with a byte more, which must not be there.
    const last = this.#missing === 0;
    const size = last ? this.wants - 1 : this.wants;
    if (part.length < size) throw new Malformed("ends before its end");
    if (part.length > size) throw new Malformed("bytes after the end");
    return last ? this.#readLast(part) : this.#readChunk(part);
  }

  #ask(): void {
    this.wants = this.#missing ? CHUNK_PART_SIZE : LAST_SIZE + 1;
  }

  async #readHead(part: Uint8Array): Promise<SealedFileHead> {
    const label = labelled(Label.SEALED_FILE);
    if (!equal(part.subarray(0, label.length), label)) throw new Malformed("not a sealed file");
    if (part.length < HEAD_SIZE) throw new Malformed("ends before its end");
    const body = await this.#parts.checked(part);
    const numbersAt = label.length + GENESIS_ID_SIZE;
    const genesisId = body.slice(label.length, numbersAt) as GenesisId;
    const lastDay = toNumber(body.subarray(numbersAt, numbersAt + 4)) as Day;
    const chunks = toNumber(body.subarray(numbersAt + 4));
    if (!equal(genesisId, this.#genesisId)) throw new Foreign("another office");
    checkCount(chunks);
    if (this.#day > lastDay) throw new Outdated("past its last day");
    if (lastDay > this.#day + SEALED_FILE_AHEAD_DAYS)
      throw new Outdated("a last day too far ahead");
    return { genesisId, lastDay, chunks };
  }

  async #readChunk(part: Uint8Array): Promise<SealedChunk> {
    const body = await this.#parts.checked(part);
    this.#missing -= 1;
    this.#ask();
    const nonceEnd = CHUNK_ID_SIZE + PUZZLE_NONCE_SIZE;
    return {
      id: body.slice(0, CHUNK_ID_SIZE) as ChunkId,
      nonce: body.slice(CHUNK_ID_SIZE, nonceEnd),
      chunk: body.subarray(nonceEnd),
    };
  }

  async #readLast(part: Uint8Array): Promise<SealedEnvelope> {
    const body = await this.#parts.checked(part.subarray(0, ENVELOPE_PART_SIZE));
    if (!equal(this.#parts.digest(), part.subarray(ENVELOPE_PART_SIZE))) {
      throw new Unauthentic("parts that are not those of one file");
    }
    this.wants = 0;
    return { nonce: body.slice(0, PUZZLE_NONCE_SIZE), envelope: body.slice(PUZZLE_NONCE_SIZE) };
  }
}

/** The hashes of parts, one after another, and the hash of them all. */
class Parts {
  readonly #digests: Uint8Array[] = [];

  /** A part: its pieces, and their SHA-256 behind them. */
  async written(...pieces: Uint8Array[]): Promise<Uint8Array> {
    const body = concat(...pieces);
    const digest = await pieceDigest(body);
    this.#digests.push(digest);
    return concat(body, digest);
  }

  /** A part without its hash, if that fits. Raises `Unauthentic`. */
  async checked(part: Uint8Array): Promise<Uint8Array> {
    const body = part.subarray(0, part.length - HASH_SIZE);
    const digest = await pieceDigest(body);
    if (!equal(digest, part.subarray(part.length - HASH_SIZE))) {
      throw new Unauthentic("an altered or damaged part");
    }
    this.#digests.push(digest);
    return body;
  }

  /** The hash of the hashes of all parts so far. */
  digest(): Uint8Array {
    return sha256(...this.#digests);
  }
}

function checkCount(chunks: number): void {
  if (chunks > CHUNKS_MAX || paddedChunkCount(chunks) !== chunks) {
    throw new Malformed("a number of chunks that is not padded");
  }
}
