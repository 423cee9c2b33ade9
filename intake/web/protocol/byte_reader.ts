/** Reading bytes from front to end. */

import { toNumber } from "./bytes.ts";
import { Malformed } from "./errors.ts";

/** Each method takes the next bytes, and raises `Malformed` where there are fewer. */
export class ByteReader {
  private readonly data: Uint8Array;
  private at = 0;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  read(size: number): Uint8Array {
    if (this.left < size) throw new Malformed("too short");
    this.at += size;
    return this.data.slice(this.at - size, this.at);
  }

  u8(): number {
    return toNumber(this.read(1));
  }

  u32(): number {
    return toNumber(this.read(4));
  }

  /** The bytes that follow their own length, a u32 from 1 to `most`. */
  sized(most: number): Uint8Array {
    const size = this.u32();
    if (size < 1 || size > most) throw new Malformed("a length out of range");
    return this.read(size);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.data.length - this.at;
  }

  /** Raises `Malformed` where bytes are left. */
  end(): void {
    if (this.left) throw new Malformed("bytes after the end");
  }
}
