/** Filling up to one size, so that sizes tell nothing (SPEC 2, `pad`; 8.2). */

import { concat, toNumber, u32 } from "./bytes.ts";
import { Malformed, TooLarge } from "./errors.ts";

/** `u32(length) || data || zeros`, `size` bytes in all. Raises `TooLarge`. */
export function pad(data: Uint8Array, size: number): Uint8Array {
  const room = size - 4 - data.length;
  if (room < 0) throw new TooLarge("does not fit");
  return concat(u32(data.length), data, new Uint8Array(room));
}

/** What `pad` was given. Raises `Malformed`. */
export function unpad(data: Uint8Array): Uint8Array {
  if (data.length < 4) throw new Malformed("no room for a length");
  const end = 4 + toNumber(data.subarray(0, 4));
  if (end > data.length) throw new Malformed("a length over the room");
  if (data.subarray(end).some((byte) => byte !== 0)) throw new Malformed("padding other than zero");
  return data.subarray(4, end);
}

/** How many chunks a message of `count` chunks is filled up to: SPEC 8.2. */
export function paddedChunkCount(count: number): number {
  if (count === 0) return 0;
  if (count <= 8) return 1 << (32 - Math.clz32(count - 1));
  // Padmé: E = floor(log2 n), z = E − (floor(log2 E) + 1)
  const exponent = 31 - Math.clz32(count);
  const step = 2 ** (exponent - (32 - Math.clz32(exponent)));
  return Math.ceil(count / step) * step;
}
