/** Files as chunks of one size (SPEC 8). */

import { aesSeal } from "./aes.ts";
import { concat, number, random, u32 } from "./bytes.ts";
import { Malformed, TooLarge } from "./errors.ts";
import { digest, expand, hmac, sha256 } from "./hashing.ts";
import { Label, labelled } from "./labels.ts";
import type { ChunkId } from "./names.ts";
import { Secret } from "./secret.ts";
import { PIECE_SIZE } from "./sizes.ts";

const KEY_SIZE = 32;
const COUNTER_SIZE = 11;

/**
 * The key of one file (32 bytes), used for that file alone. Nothing is sealed under it: one key for
 * sealing and one for ids come from it, 32 bytes each.
 */
export class FileKey extends Secret {
  readonly #bytes: Uint8Array;
  #aeadKey: Uint8Array | null = null;
  #idKey: Uint8Array | null = null;

  constructor(bytes: Uint8Array) {
    super();
    if (bytes.length !== KEY_SIZE) throw new Malformed("a key of another length");
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  // SPEC 8: HKDF-Expand(file key, labelled(L), 32): the file key stands in a bound payload
  get aeadKey(): Uint8Array {
    return (this.#aeadKey ??= expand(this.#bytes, labelled(Label.FILE_AEAD_KEY)));
  }

  get idKey(): Uint8Array {
    return (this.#idKey ??= expand(this.#bytes, labelled(Label.FILE_ID_KEY)));
  }
}

export function newFileKey(): FileKey {
  return new FileKey(random(KEY_SIZE));
}

/** The number of chunks of a file of `size` bytes. */
export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / PIECE_SIZE));
}

/** 32 bytes under which the server stores chunk `index`, counting from 0. */
export function chunkId(fileKey: FileKey, index: number): ChunkId {
  return hmac(fileKey.idKey, labelled(Label.CHUNK), u32(index)) as ChunkId;
}

/**
 * The chunk (262,144 bytes) of a piece, which has 262,128 bytes, or fewer where it is the last; only
 * that of an empty file has none.
 * Seal each piece once: sending again repeats the same bytes, a file that changed gets a new key.
 */
export async function sealChunk(
  fileKey: FileKey,
  index: number,
  piece: Uint8Array,
  last: boolean,
): Promise<Uint8Array> {
  if (piece.length > PIECE_SIZE) throw new TooLarge("a piece that is too long");
  const isShort = piece.length < PIECE_SIZE;
  const isEmpty = index > 0 && piece.length === 0;
  if ((isShort && !last) || isEmpty) throw new Malformed("a piece that is too short");
  // SPEC 8: nonce = u88(i) || u8(1 if last, else 0)
  const nonce = concat(number(index, COUNTER_SIZE), [last ? 1 : 0]);
  return aesSeal(fileKey.aeadKey, nonce, new Uint8Array(0), filled(piece));
}

function filled(piece: Uint8Array): Uint8Array {
  if (piece.length === PIECE_SIZE) return piece;
  const whole = new Uint8Array(PIECE_SIZE);
  whole.set(piece);
  return whole;
}

/** SHA-256 of a piece's own bytes, without filling: 32 bytes. */
export function pieceDigest(piece: Uint8Array): Promise<Uint8Array> {
  return digest(piece);
}

/** The file hash, 32 bytes, from the digests of all pieces in order. */
export function fileHash(size: number, digests: readonly Uint8Array[]): Uint8Array {
  return sha256(labelled(Label.FILE), number(size, 8), ...digests);
}
