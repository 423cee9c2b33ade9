/** Bytes: joining, comparing, numbers in big-endian order, text and hexadecimal (SPEC 2). */

const encoder = new TextEncoder();

/** The bytes of `parts` one after another. */
export function concat(...parts: ArrayLike<number>[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether two byte strings are the same. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** `value`, an integer from 0 to 2^53 − 1, as an unsigned big-endian number of `size` bytes. */
export function number(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let rest = value, at = size - 1; at >= 0; at--, rest = Math.floor(rest / 256)) {
    bytes[at] = rest % 256;
  }
  return bytes;
}

export const u32 = (value: number): Uint8Array => number(value, 4);

/** The unsigned big-endian number in at most 6 bytes. */
export function toNumber(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Lower-case hexadecimal, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of `hex`, which the caller knows to be an even number of hexadecimal digits. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** `size` bytes that nobody can guess. */
export function random(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
