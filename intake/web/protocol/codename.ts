/** The eight words that a source carries, and all ways of typing them (SPEC 6). */

import { concat, random } from "./bytes.ts";
import { Malformed, NotACodename } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import { Label, labelled } from "./labels.ts";
import { Secret } from "./secret.ts";
import { BITS_SIZE, WORDS } from "./sizes.ts";
import { codenamePieces, findWord, knownWord, lookUp, pieces } from "./typed_words.ts";

const WORD_BITS = 11n;

/** 80 random bits (10 bytes). */
export class Codename extends Secret {
  readonly #bits: Uint8Array;

  constructor(bits: Uint8Array) {
    super();
    if (bits.length !== BITS_SIZE) throw new Malformed("not 80 bits");
    this.#bits = bits;
  }

  get bits(): Uint8Array {
    return this.#bits;
  }
}

/** A word that was typed with one slip, shown to the one who typed it. */
export interface Correction {
  /** Counting from 1. */
  readonly position: number;
  readonly typed: string;
  readonly word: string;
}

export interface ReadCodename {
  readonly codename: Codename;
  readonly corrections: readonly Correction[];
}

export function newCodename(): Codename {
  return new Codename(random(BITS_SIZE));
}

/** The eight words of a codename in a list of 2,048. */
export function codenameWords(codename: Codename, words: readonly string[]): string[] {
  // SPEC 6: bits || check, eleven bits a word, the most significant first
  let number = 0n;
  for (const byte of concat(codename.bits, [check(codename.bits)])) {
    number = (number << 8n) | BigInt(byte);
  }
  return Array.from({ length: WORDS }, (_, place) => {
    const index = (number >> (BigInt(WORDS - 1 - place) * WORD_BITS)) & 2047n;
    return words[Number(index)]!;
  });
}

/**
 * The codename in a text that someone typed: SPEC 6.1. `language` is the list's name, `english` or
 * `russian`; only for these the other keyboard layout is tried. Raises `NotACodename`.
 */
export function readCodename(
  text: string,
  words: readonly string[],
  language: string,
): ReadCodename {
  const typed = codenamePieces(text);
  if (typed.length !== WORDS) throw new NotACodename("count");
  const list = lookUp(words);
  const corrections: Correction[] = [];
  const indexes = typed.map((piece, place) => {
    const found = findWord(piece, list, language);
    if (!found) throw new NotACodename("word", place + 1);
    if (found.corrected) {
      corrections.push({ position: place + 1, typed: piece, word: words[found.index]! });
    }
    return found.index;
  });
  const bits = bitsOf(indexes);
  if (!bits) throw new NotACodename("check");
  return { codename: new Codename(bits), corrections };
}

/**
 * The codename in words of any of some lists, by language; the first list is that of the reader's
 * own language. Where no list reads the text, raises what `readCodename` raises for the one that
 * reads the most of it.
 */
export function readCodenameInAny(
  text: string,
  lists: ReadonlyMap<string, readonly string[]>,
): ReadCodename {
  // SPEC 6.1, "Which list"
  let told: NotACodename | undefined;
  for (const [language, words] of lists) {
    try {
      return readCodename(text, words, language);
    } catch (error) {
      if (!(error instanceof NotACodename)) throw error;
      if (!told || piecesRead(error) > piecesRead(told)) told = error;
    }
  }
  throw told ?? new Error("a codename is read in one list at least");
}

function piecesRead({ position }: NotACodename): number {
  // Not eight pieces are that in every list.
  return position === null ? WORDS : position - 1;
}

/** Whether a text holds a codename, which nobody should send: the end of SPEC 6.1. */
export function containsCodename(text: string, words: readonly string[]): boolean {
  const list = lookUp(words);
  const indexes = pieces(text).map((piece) => knownWord(piece, list));
  return indexes.some((_, start) => {
    const neighbours = indexes.slice(start, start + WORDS);
    if (neighbours.length < WORDS || neighbours.includes(undefined)) return false;
    return bitsOf(neighbours as number[]) !== null;
  });
}

/** Whether a text holds a codename in one of some lists. */
export function containsCodenameInAny(text: string, lists: Iterable<readonly string[]>): boolean {
  return [...lists].some((words) => containsCodename(text, words));
}

/** The 10 bytes that eight indexes stand for; null where their check fails. */
function bitsOf(indexes: readonly number[]): Uint8Array | null {
  let number = 0n;
  for (const index of indexes) number = (number << WORD_BITS) | BigInt(index);
  const bytes = Uint8Array.from({ length: BITS_SIZE + 1 }, (_, at) =>
    Number((number >> BigInt((BITS_SIZE - at) * 8)) & 255n),
  );
  const bits = bytes.slice(0, BITS_SIZE);
  return check(bits) === bytes[BITS_SIZE] ? bits : null;
}

function check(bits: Uint8Array): number {
  return sha256(labelled(Label.CODENAME_CHECK), bits)[0]!;
}
