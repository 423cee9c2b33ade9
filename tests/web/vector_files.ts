/** The vectors of `tests/vectors` as its README describes them. */

import { readdirSync, readFileSync } from "node:fs";

import { FileKey, sealChunk } from "../../intake/web/protocol/chunks.ts";
import { toHex } from "../../intake/web/protocol/bytes.ts";
import { sha256 } from "../../intake/web/protocol/hashing.ts";

const FOLDER = new URL("../vectors/", import.meta.url);

/** Inputs are what their call says they are; a wrong one fails its test. */
export type Inputs = any;

export interface Vector {
  readonly file: string;
  readonly area: string;
  readonly what: string;
  readonly call: string;
  readonly expect: string;
  readonly inputs: Inputs;
}

/** The vectors of some areas, each in a folder of its own. */
export function vectors(areas: readonly string[]): Vector[] {
  return areas
    .flatMap((area) => readdirSync(new URL(`${area}/`, FOLDER)).map((name) => `${area}/${name}`))
    .map((file) => {
      const inputs: Inputs = read(file);
      const { area, what, call, expect } = inputs;
      return { file, area, what, call, expect, inputs };
    });
}

function read(file: string): Inputs {
  return JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
}

export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** The bytes of a JSON text that is given as text, or as hex where it is none. */
export function textBytes(inputs: Inputs): Uint8Array {
  return "text" in inputs ? new Uint8Array(Buffer.from(inputs.text, "utf8")) : bytes(inputs.hex);
}

export function envelopeBytes(recipe: Inputs): Uint8Array {
  const envelope =
    "base" in recipe
      ? envelopeBytes(read(recipe.base).envelope)
      : new Uint8Array(Buffer.from(recipe.base64, "base64"));
  return altered(envelope, recipe);
}

/** The `size` bytes from `start` on of a pattern taken again and again. */
export function patternBytes(pattern: string, start: number, size: number): Uint8Array {
  const once = bytes(pattern);
  return Uint8Array.from({ length: size }, (_, at) => once[(start + at) % once.length] ?? 0);
}

export async function chunkBytes(recipe: Inputs): Promise<Uint8Array> {
  const piece = patternBytes(recipe.pattern, recipe.start, recipe.size);
  const key = new FileKey(bytes(recipe.file_key));
  const chunk = await sealChunk(key, recipe.index, piece, recipe.last);
  if (toHex(sha256(chunk)) !== recipe.sha256) throw new Error("the chunk is sealed otherwise");
  return altered(chunk, recipe);
}

/** Some bytes with bits turned round, then cut or filled up with zeros. */
export function altered(data: Uint8Array, recipe: Inputs): Uint8Array {
  const size: number = recipe.resize ?? data.length;
  const changed = new Uint8Array(Math.max(size, data.length));
  changed.set(data);
  for (const [offset, byte] of recipe.xor ?? []) changed[offset]! ^= parseInt(byte, 16);
  return changed.slice(0, size);
}
