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

/** How this language writes numbers and dates, as a tag: `en-GB`. */
declare const LOCALE: string;

/** The word list of this page's codenames: its name, its letters, and its words as packed by the builder. */
declare const WORD_LIST: {
  readonly name: string;
  readonly letters: string;
  readonly packed: string;
};

/** A question of a report, in the page's language: intake/questions/asked.py says what each part means. */
interface Question {
  readonly name: string;
  readonly kind: "text" | "answer" | "recipients";
  readonly heading: string;
  readonly help: readonly string[];
  readonly rows: number;
  readonly required: boolean;
  readonly most: number | null;
  readonly files: boolean;
}

/** What a report is asked, in this order; in programs that ask it. */
declare const QUESTIONS: readonly Question[];
