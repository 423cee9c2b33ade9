/** Filling up to one size, so that sizes tell nothing (SPEC 2, `pad`). */

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
