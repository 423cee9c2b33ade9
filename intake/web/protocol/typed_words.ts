/** Finding the word of a list that somebody typed: SPEC 6.1, steps 1 and 2. */

import { fold, isSign, WHITE_SPACE } from "./characters.ts";
import { WORDS } from "./sizes.ts";

const LETTERS_MIN = 4;
// SPEC 6.1: white space and dashes, and what else people write between words
const WIDE_GAPS = `${WHITE_SPACE}\\-\\u2010-\\u2015`;
const GAPS = `${WIDE_GAPS},;./_|\\xad\\xb7\\u200b-\\u200d\\u2060\\ufeff`;
/** The keys of a US English keyboard, and what a Russian one writes with them. */
const ENGLISH_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю";

/** What a list is searched by. */
export interface LookUp {
  /** The words, folded. */
  readonly folded: readonly string[];
  /** Their indexes: by the whole word, and by each beginning that only one word has. */
  readonly indexes: ReadonlyMap<string, number>;
}

const lookUps = new WeakMap<readonly string[], LookUp>();

export function lookUp(words: readonly string[]): LookUp {
  const known = lookUps.get(words);
  if (known) return known;
  const folded = words.map(fold);
  const made = { folded, indexes: indexesOf(folded) };
  lookUps.set(words, made);
  return made;
}

function indexesOf(folded: readonly string[]): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>();
  const shared = new Set<string>();
  folded.forEach((word, index) => {
    for (let size = LETTERS_MIN; size <= word.length; size++) {
      const beginning = word.slice(0, size);
      if (indexes.has(beginning)) shared.add(beginning);
      indexes.set(beginning, index);
    }
  });
  shared.forEach((beginning) => indexes.delete(beginning));
  folded.forEach((word, index) => indexes.set(word, index));
  return indexes;
}

/** The pieces of a text, cut at all separators: SPEC 6.1. */
export function pieces(text: string): string[] {
  return cut(text, GAPS);
}

/** SPEC 6.1, step 1: the pieces of a text that shall be a codename. */
export function codenamePieces(text: string): string[] {
  // A comma may be a letter of the other keyboard layout.
  const found = cut(text, WIDE_GAPS);
  return found.length === WORDS ? found : pieces(text);
}

function cut(text: string, gaps: string): string[] {
  return text.split(new RegExp(`[${gaps}]+`)).filter(strip);
}

/** SPEC 6.1, steps 2a and 2b. */
export function knownWord(piece: string, list: LookUp): number | undefined {
  return list.indexes.get(strip(fold(piece)));
}

/** SPEC 6.1, step 2: the word that a piece stands for. */
export function findWord(
  piece: string,
  list: LookUp,
  language: string,
): { index: number; corrected: boolean } | null {
  const typed = strip(fold(piece));
  const swapped = strip(fold(otherLayout(piece, language)));
  for (const word of [typed, swapped]) {
    const index = list.indexes.get(word);
    if (index !== undefined) return { index, corrected: false };
  }
  for (const word of [typed, swapped]) {
    const index = nearestWord(word, list);
    if (index !== undefined) return { index, corrected: true };
  }
  return null;
}

/** Without signs at both ends. */
function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSign(text[start]!)) start++;
  while (start < end && isSign(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** The piece as the same keys write it in the list's own layout; as it is for other languages. */
function otherLayout(piece: string, language: string): string {
  const isRussian = language === "russian";
  if (!isRussian && language !== "english") return piece;
  const [from, to] = isRussian ? [ENGLISH_KEYS, RUSSIAN_KEYS] : [RUSSIAN_KEYS, ENGLISH_KEYS];
  return Array.from(piece.normalize("NFC").toLowerCase(), (character) => {
    const key = from.indexOf(character);
    return key < 0 ? character : to[key];
  }).join("");
}

/** The index of the only word that is one slip away. */
function nearestWord(typed: string, list: LookUp): number | undefined {
  const letters = Array.from(typed);
  if (letters.length < LETTERS_MIN) return undefined;
  const near: number[] = [];
  list.folded.forEach((word, index) => {
    if (isOneSlip(letters, Array.from(word))) near.push(index);
  });
  return near.length === 1 ? near[0] : undefined;
}

/** Whether one letter is inserted, missing or replaced, or two neighbours are swapped. */
function isOneSlip(one: readonly string[], other: readonly string[]): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const same = (from: number, otherFrom: number): boolean =>
    one.slice(from).join() === other.slice(otherFrom).join();
  if (one.length > other.length) return same(start + 1, start);
  if (one.length < other.length) return same(start, start + 1);
  const swapped = one[start] === other[start + 1] && one[start + 1] === other[start];
  return same(start + 1, start + 1) || (swapped && same(start + 2, start + 2));
}
