/**
 * Sets of characters that must be the same on every device (SPEC 6.1, 7.2).
 *
 * Written out, since the categories of Unicode grow with each version.
 */

/** What a class of a regular expression holds for white space: SPEC 6.1. */
export const WHITE_SPACE =
  "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const FORBIDDEN =
  /[\0-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;
const SIGN = /[\0-@[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2000-\u206f\u2100-\u214f\ufeff]/;
const FOLDED =
  /[\0-\u024f\u0300-\u036f\u0400-\u052f\u1e00-\u1eff\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a]/g;
const MARK = /[\u0300-\u036f]/g;

/** Whether a file name may not hold a character. */
export function isForbidden(character: string): boolean {
  return FORBIDDEN.test(character);
}

/** Whether a character is no part of any word. */
export function isSign(character: string): boolean {
  return SIGN.test(character);
}

/** A text without what spelling leaves open: case, accents, wide and joined letters. */
export function fold(text: string): string {
  return text.replace(FOLDED, (character) =>
    character
      .normalize("NFKD")
      .replace(MARK, "")
      .replace(FOLDED, (part) => part.toLowerCase()),
  );
}
