/** The word list of this page, as the builder packed it: intake/site/words.py. */

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

let unpacked: readonly string[] | undefined;

/** Returns the 2,048 words of this page's codenames. */
export function pageWords(): readonly string[] {
  return (unpacked ??= unpackWords(WORD_LIST.packed, WORD_LIST.letters));
}
