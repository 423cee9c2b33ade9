/** The question for the codename: eight words of any language that the page knows. */

import { readCodenameInAny, type ReadCodename } from "../../protocol/codename.ts";
import { NotACodename } from "../../protocol/errors.ts";
import { codenamePieces } from "../../protocol/typed_words.ts";
import { complain, el, form, p, quietDown, show, showFoot } from "../parts/elements.ts";
import { forgetOnLeaving, onBrowserBack } from "../parts/leaving.ts";
import { textField } from "../parts/text_fields.ts";
import { wordLists } from "../parts/word_list.ts";
import { fill } from "../parts/wording.ts";

/** The words as they were typed last: who looks for the wrong one among them types that one alone. */
let typed = "";

/** Forgets the words that were typed: once they have found something, nobody types them again. */
export function forgetTyped(): void {
  typed = "";
}

/** Asks for the codename; in the field stands what was typed last and found nothing. */
export function askCodename(onRead: (read: ReadCodename) => void): void {
  forgetOnLeaving(forgetTyped);
  const field = textField("codename", typed, 3, () => undefined);
  field.setAttribute("autocapitalize", "none");
  field.setAttribute("aria-describedby", "codename-help");
  const onNext = (): void => {
    quietDown();
    try {
      const read = readCodenameInAny(field.value, wordLists());
      typed = field.value;
      onRead(read);
    } catch (error) {
      if (!(error instanceof NotACodename)) throw error;
      const word = error.position === null ? "" : selectWord(field, error.position);
      complain(field, codenameProblem(error, word));
    }
  };
  onBrowserBack(null);
  show(
    _("Read your replies"),
    form(
      [
        el("label", { for: field.id }, _("Your codename")),
        el(
          "p",
          { id: "codename-help", class: "help" },
          _(
            "The eight words from your paper, in their order. Capital letters, the keyboard’s language and one slip in a word do not matter.",
          ),
        ),
        field,
      ],
      _("Show the replies"),
      onNext,
    ),
    p(
      _(
        "The words are not sent. This page makes keys of them on this device and looks for your replies among all that are on the board.",
      ),
    ),
  );
  showFoot();
}

/** Selects a word, counting from 1, for the moment when the field has the focus; returns it. */
function selectWord(field: HTMLTextAreaElement, position: number): string {
  let [start, end] = [0, 0];
  for (const piece of codenamePieces(field.value).slice(0, position)) {
    start = field.value.indexOf(piece, end);
    end = start + piece.length;
  }
  field.setSelectionRange(start, end);
  return field.value.slice(start, end);
}

function codenameProblem(error: NotACodename, word: string): string {
  switch (error.reason) {
    case "count":
      return _("These are not eight words. Type all eight, with spaces between them.");
    case "word":
      return fill(_("Word {n}, “{word}”, is not in the list. Look at your paper."), {
        n: error.position ?? 0,
        word,
      });
    case "check":
      return _(
        "One of these words is wrong, or they are in the wrong order. Compare each with your paper.",
      );
  }
}
