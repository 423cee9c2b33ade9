/** The word lists: that of this page, as the builder packed it, and those of other languages. */

import { containsCodename, readCodename, type ReadCodename } from "../../protocol/codename.ts";
import { NotACodename } from "../../protocol/errors.ts";

interface WordList {
  readonly name: string;
  readonly words: readonly string[];
}

/**
 * Returns the words of a packed list.
 *
 * A digit says how many letters a word shares with the one before; what follows it is the rest of the word.
 * Its letters are numbered `a` to `z`, then `A` to `Z`: the place of each in `letters`.
 */
export function unpackWords(packed: string, letters: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  for (const [, shared, rest] of packed.matchAll(/(\d)(\D*)/g)) {
    const own = Array.from(rest as string, (letter) => letters.charAt(numberOf(letter)));
    word = word.slice(0, Number(shared)) + own.join("");
    words.push(word);
  }
  return words;
}

function numberOf(letter: string): number {
  return letter >= "a" ? letter.charCodeAt(0) - 97 : letter.charCodeAt(0) - 65 + 26;
}

let own: readonly string[] | undefined;
const others: WordList[] = [];

/** Returns the 2,048 words of this page's codenames. */
export function pageWords(): readonly string[] {
  return (own ??= unpackWords(WORD_LIST.packed, WORD_LIST.letters));
}

/** Takes in the list of another language: `text` holds its letters and its packed words, a line each. */
export function addWordList(name: string, text: string): void {
  const [letters, packed] = text.split("\n");
  others.push({ name, words: unpackWords(packed ?? "", letters ?? "") });
}

/** Reads a codename in any list, that of this page first: SPEC 6.1. Raises NotACodename. */
export function readTyped(text: string): ReadCodename {
  try {
    return readCodename(text, pageWords(), WORD_LIST.name);
  } catch (error) {
    if (!(error instanceof NotACodename)) throw error;
    for (const { name, words } of others) {
      try {
        return readCodename(text, words, name);
      } catch (another) {
        if (!(another instanceof NotACodename)) throw another;
      }
    }
    throw error;
  }
}

/** Whether a text holds a codename in any list. */
export function holdsCodename(text: string): boolean {
  return [pageWords(), ...others.map(({ words }) => words)].some((words) =>
    containsCodename(text, words),
  );
}
