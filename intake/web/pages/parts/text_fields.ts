/** Screens that ask one thing each. What is typed is kept at every key, so going back loses nothing. */

import { containsCodenameInAny } from "../../protocol/codename.ts";
import type { Office } from "../../reach/office.ts";
import { takesFiles, takesLongTexts, TEXT_MAX_LENGTH, textTooLong } from "../../sending/limits.ts";
import { complain, el, form, show, type Child } from "./elements.ts";
import { wordLists } from "./word_list.ts";
import { fill, writtenNumber } from "./wording.ts";

export interface TextQuestion {
  /** Also the id of the field. */
  readonly name: string;
  readonly heading: string;
  readonly help: readonly Child[];
  readonly rows: number;
  readonly required: boolean;
  /** The most that fits: characters of a text, or bytes of an answer. */
  readonly tooLong: (text: string) => string | null;
  readonly value: string;
  readonly keep: (text: string) => void;
  /** What stands under the field. */
  readonly more?: readonly Child[];
}

/** The words on the button that leads on, and the ways on and back. */
export interface Ways {
  readonly next: string;
  readonly onNext: () => void;
  readonly onBack: () => void;
}

/** Asks for a text. Its field is the whole screen: the heading is its label. */
export function askText(question: TextQuestion, ways: Ways): void {
  const { name } = question;
  const field = textField(name, question.value, question.rows, question.keep);
  const onNext = (): void => {
    const problem = textProblem(field.value, question.required, question.tooLong);
    if (problem) complain(field, problem);
    else ways.onNext();
  };
  const help = el("div", { id: name + "-help", class: "help" }, ...question.help);
  field.setAttribute("aria-describedby", help.id);
  const label = el("label", { for: name }, question.heading);
  const fields = [help, field, ...(question.more ?? [])];
  show(label, form(fields, ways.next, onNext, ways.onBack));
}

/** A field for text whose contents no browser keeps, corrects or sends away. */
export function textField(
  id: string,
  value: string,
  rows: number,
  keep: (text: string) => void,
): HTMLTextAreaElement {
  const field = el("textarea", {
    id,
    rows,
    autocomplete: "off",
    // A browser's spelling help may send what is typed to its maker.
    spellcheck: "false",
    input: () => {
      keep(wellFormed(field.value));
    },
  });
  field.value = value;
  return field;
}

/** Says why a text may not be sent, or null. */
export function textProblem(
  text: string,
  required: boolean,
  tooLong: (text: string) => string | null,
): string | null {
  if (required && !text.trim()) return _("This cannot be empty. A few words are enough.");
  if (containsCodenameInAny(text, wordLists().values())) {
    return _(
      "This text contains eight words that are a codename. Take them out: a codename must never be sent to anyone, not even to the office.",
    );
  }
  return tooLong(text);
}

/** Says how much can be sent now, where that is less than usual. */
export function limitNotes(office: Office): Child[] {
  const limits = [
    ...(takesFiles(office) ? [] : [_("The server takes no files at the moment.")]),
    ...(takesLongTexts(office) ? [] : [_("There is room for a text of about 20,000 characters.")]),
  ];
  return limits.length > 0 ? [el("p", { class: "note" }, limits.join(" "))] : [];
}

/** Returns what says that a text is too long to be sent now, or null where it is not. */
export function textLimit(office: Office): (text: string) => string | null {
  return (text) => {
    if (!textTooLong(text, office)) return null;
    const room = takesLongTexts(office)
      ? fill(_("There is room for {n} characters."), { n: writtenNumber(TEXT_MAX_LENGTH) })
      : _("There is room for a text of about 20,000 characters.");
    return `${_("This text is too long.")} ${room}`;
  };
}

/** Half of a character, which a damaged paste may leave behind, cannot be encoded. */
function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
