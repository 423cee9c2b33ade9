/**
 * What the builder of the site puts in front of the program, once a language.
 *
 * `_("…")` and `ngettext("…", "…", n)` do not exist when the page runs: the builder replaces them by the
 * words of the catalogue, so that a page carries its own language and no other.
 */

/** The translation of a message. The message has to be written out as one literal. */
declare function _(message: string): string;

/** The form of a message that belongs to the number `n`. */
declare function ngettext(one: string, other: string, n: number): string;

/** The language of this page, as a tag: `en`. */
declare const LANGUAGE: string;

/** The tags of all languages that there are. */
declare const LANGUAGES: readonly string[];

/** How this language writes numbers and dates, as a tag: `en-GB`. */
declare const LOCALE: string;

/** The word list of this page's codenames: its name, its letters, and its words as packed by the builder. */
declare const WORD_LIST: {
  readonly name: string;
  readonly letters: string;
  readonly packed: string;
};

/** A question that the page asks itself, in its language: intake/questions/asked.py says what each part means. */
interface OwnQuestion {
  readonly kind: "text" | "recipients";
  readonly heading: string;
  readonly help: readonly string[];
  readonly rows: number;
}

/** What the page asks itself, first and last, in programs that ask it. */
declare const QUESTIONS: readonly OwnQuestion[];

/** Where the word lists of other languages lie, in programs that can load them. */
declare const OTHER_LISTS: readonly { readonly name: string; readonly path: string }[];

/** The word lists of other languages themselves, in programs that can load nothing. */
declare const INLINE_LISTS: readonly { readonly name: string; readonly text: string }[];
