/** The word lists: that of this page, as the builder packed it, and those of other languages. */

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
const others = new Map<string, readonly string[]>();

/** Returns the 2,048 words of this page's codenames. */
export function pageWords(): readonly string[] {
  return (own ??= unpackWords(WORD_LIST.packed, WORD_LIST.letters));
}

/** Takes in the list of another language: `text` holds its letters and its packed words, a line each. */
export function addWordList(name: string, text: string): void {
  const [letters, packed] = text.split("\n");
  others.set(name, unpackWords(packed ?? "", letters ?? ""));
}

/** Returns all lists that are there by their names, that of this page first. */
export function wordLists(): ReadonlyMap<string, readonly string[]> {
  return new Map([[WORD_LIST.name, pageWords()], ...others]);
}
