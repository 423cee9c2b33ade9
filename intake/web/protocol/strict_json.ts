/** JSON of which every value has exactly one text (SPEC 5). */

import { fromHex, utf8 } from "./bytes.ts";
import { Malformed } from "./errors.ts";

const DEPTH_MAX = 8;
const ELEMENTS_MAX = 1024;
const NAME = /^[a-z][a-z0-9_-]{0,31}$/;
const LONE_SURROGATE = /\p{Cs}/u;

/** What a JSON text can stand for. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

// The mark in front, which a decoder drops by itself, is not part of the grammar.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The one text of `value`, in UTF-8. Raises `Malformed` where it has none. */
export function encodeJson(value: JsonValue): Uint8Array {
  return utf8(textOf(value));
}

/** The value that `data` is the text of. Raises `Malformed`. */
export function parseJson(data: Uint8Array): JsonValue {
  let text: string;
  let value: JsonValue;
  try {
    text = decoder.decode(data);
    value = JSON.parse(text) as JsonValue;
  } catch {
    throw new Malformed("not JSON");
  }
  if (textOf(value) !== text) throw new Malformed("JSON in another form than its own");
  return value;
}

function textOf(value: JsonValue): string {
  checkValue(value, 1);
  // JSON.stringify writes strings just as SPEC 5 wants them, but for lone surrogates.
  return JSON.stringify(value);
}

function checkValue(value: JsonValue, depth: number): void {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) throw new Malformed("a number out of range");
  } else if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new Malformed("half a character");
  } else if (typeof value === "object" && value !== null) {
    const isArray = Array.isArray(value);
    const names = Object.keys(value);
    if (depth > DEPTH_MAX) throw new Malformed("nested too deep");
    if (names.length > ELEMENTS_MAX) throw new Malformed("too many elements");
    if (!isArray && !names.every((name) => NAME.test(name))) throw new Malformed("a wrong name");
    Object.values(value).forEach((inner: JsonValue) => checkValue(inner, depth + 1));
  } else if (typeof value !== "boolean" && value !== null) {
    throw new Malformed("not a value of JSON");
  }
}

/**
 * The checked reading of one object: each method gives a member, or raises `Malformed` where it is
 * missing or of another type, length or range.
 */
export class Fields {
  private readonly members: Readonly<Record<string, JsonValue>>;
  private readonly known = new Set(["critical"]);

  constructor(value: JsonValue) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new Malformed("not an object");
    }
    this.members = value as Readonly<Record<string, JsonValue>>;
  }

  /** Whether there is a member of this name. */
  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }

  /** The names of all members, of which there are `least` to `most`. */
  names(least: number, most: number): string[] {
    const names = Object.keys(this.members);
    if (names.length < least || names.length > most) throw wrong();
    return names;
  }

  /** What stands under a name, whatever it is. */
  value(name: string): JsonValue {
    this.known.add(name);
    if (!this.has(name)) throw new Malformed("a member is missing");
    return this.members[name]!;
  }

  /** An integer in [least, most]. */
  integer(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.value(name);
    if (typeof value !== "number" || value < least || value > most) throw wrong();
    return value;
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== "boolean") throw wrong();
    return value;
  }

  /** A string of `least` to `most` bytes in UTF-8. */
  text(name: string, most: number = Infinity, least: number = 0): string {
    return checkText(this.value(name), most, least);
  }

  /** The bytes that a string of exactly `size` times two hexadecimal digits stands for. */
  bytes(name: string, size: number): Uint8Array {
    return bytesOf(this.value(name), size);
  }

  /** An array of `least` to `most` such strings. */
  bytesArray(name: string, least: number, most: number, size: number): Uint8Array[] {
    return this.array(name, least, most).map((value) => bytesOf(value, size));
  }

  /** An array of `least` to `most` elements. */
  array(name: string, least: number, most: number): readonly JsonValue[] {
    const value = this.value(name);
    if (!Array.isArray(value) || value.length < least || value.length > most) throw wrong();
    return value as readonly JsonValue[];
  }

  /** An array of `least` to `most` objects. */
  objects(name: string, least: number, most: number): Fields[] {
    return this.array(name, least, most).map((value) => new Fields(value));
  }

  /** An array of `least` to `most` strings of at most `size` bytes. */
  textArray(name: string, least: number, most: number, size: number): string[] {
    return this.array(name, least, most).map((value) => checkText(value, size, 0));
  }

  object(name: string): Fields {
    return new Fields(this.value(name));
  }

  objectOrNull(name: string): Fields | null {
    return this.value(name) === null ? null : this.object(name);
  }

  /** An object of `least` to `most` members that are all texts of at most `size` bytes. */
  texts(name: string, least: number, most: number, size: number): Readonly<Record<string, string>> {
    const inner = this.object(name);
    inner.names(least, most).forEach((key) => inner.text(key, size));
    return inner.members as Readonly<Record<string, string>>;
  }

  /** Called for a top-level object when all that this version knows of it was asked for. */
  checkCritical(): void {
    if (!this.has("critical")) return;
    const names = this.textArray("critical", 0, ELEMENTS_MAX, Infinity);
    if (!names.every((name) => this.known.has(name))) throw new Malformed("an unknown member");
  }
}

function bytesOf(value: JsonValue, size: number): Uint8Array {
  if (typeof value !== "string" || value.length !== size * 2 || !/^[0-9a-f]*$/.test(value)) {
    throw wrong();
  }
  return fromHex(value);
}

function checkText(value: JsonValue, most: number, least: number): string {
  if (typeof value !== "string") throw wrong();
  const size = utf8(value).length;
  if (size < least || size > most) throw wrong();
  return value;
}

function wrong(): Malformed {
  return new Malformed("a member of another type, length or range");
}
