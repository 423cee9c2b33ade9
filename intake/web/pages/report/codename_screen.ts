/** The codename: shown once the report is stored, then two of its words typed back. */

import { codenameWords, readCodename, type Codename } from "../../protocol/codename.ts";
import { later } from "../../protocol/days.ts";
import type { Day } from "../../protocol/names.ts";
import {
  button,
  complain,
  el,
  form,
  list,
  p,
  quietDown,
  section,
  show,
} from "../parts/elements.ts";
import { guardLeaving, onBrowserBack } from "../parts/leaving.ts";
import { pageWords } from "../parts/word_list.ts";
import { fill, writtenDay } from "../parts/wording.ts";

const ASKED_BACK = 2;

/** What stands around a codename. */
export interface Around {
  readonly heading: string;
  /** The last day on which the office answers to it. */
  readonly until: Day;
  /** Shows what comes after it. */
  readonly next: () => void;
}

/** Shows the codename. */
export function showCodename(codename: Codename, around: Around): void {
  const words = codenameWords(codename, pageWords());
  onBrowserBack(() => undefined);
  show(
    around.heading,
    el("ol", { class: "codename", translate: "no" }, ...words.map((word) => el("li", {}, word))),
    p(
      _(
        "These eight words, in this order, are the only way to the replies. Nobody can give them to you again, and whoever has them can read your replies and write in your name.",
      ),
    ),
    section(
      _("How to keep it"),
      list([
        _("Write the words on paper now, among other things, such as a shopping list."),
        _("Do not photograph them, and do not store them on a work device."),
        _("Tell them to nobody, not even to the office."),
      ]),
    ),
    p(
      fill(
        _("The office answers to this codename until {date}. A follow-up from you extends that."),
        { date: writtenDay(around.until) },
      ),
    ),
    el(
      "div",
      { class: "buttons" },
      button(_("I have written them down"), "main", () => {
        askBack(codename, askedPlaces(), around);
      }),
    ),
  );
}

/** Asks for some of the words, so that a slip of the pen is found while the words can still be seen. */
function askBack(codename: Codename, places: readonly number[], around: Around): void {
  const words = codenameWords(codename, pageWords());
  const fields = places.map((place) => wordField(place));
  const showAgain = (): void => {
    showCodename(codename, around);
  };
  const onNext = (): void => {
    quietDown();
    for (const [index, field] of fields.entries()) {
      const place = places[index] as number;
      if (!isWord(words, place, field.value)) {
        complain(
          field,
          fill(_("This is not word {n}. Look at your paper, or see the words again."), {
            n: place + 1,
          }),
        );
        return;
      }
    }
    around.next();
  };
  const labelled = fields.flatMap((field, index) => [
    el("label", { for: field.id }, fill(_("Word {n}"), { n: (places[index] as number) + 1 })),
    field,
  ]);
  const asked = form(labelled, _("Check"), onNext);
  asked.lastElementChild?.append(button(_("See the words again"), "plain", showAgain));
  onBrowserBack(showAgain);
  show(_("Type two of the words from your paper"), asked);
}

/** What happens next and by when. Nothing of the codename is on the page any more. */
export function showNext(day: Day, until: Day): void {
  guardLeaving(false);
  onBrowserBack(() => undefined);
  show(
    _("What happens next"),
    list([
      fill(_("By {date} the office should confirm that it has read your report."), {
        date: writtenDay(day + 7),
      }),
      fill(_("By {date} it should tell you what it has done about it, or intends to do."), {
        date: writtenDay(monthsAfter(later(day, 7), 3)),
      }),
      fill(_("Until {date} it answers to your codename."), { date: writtenDay(until) }),
    ]),
    p(
      _(
        "Come back to this site, choose “Read your replies”, and type the eight words. You can add something to your report there, too.",
      ),
    ),
    p(_("This page has forgotten the words. You can close it now.")),
  );
}

function wordField(place: number): HTMLInputElement {
  return el("input", {
    type: "text",
    id: `word-${String(place + 1)}`,
    class: "word",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  });
}

/** Whether what was typed is read as the word at a place, as forgivingly as the whole codename is. */
function isWord(words: readonly string[], place: number, typed: string): boolean {
  const all = words.map((word, index) => (index === place ? typed : word));
  try {
    const { codename } = readCodename(all.join(" "), pageWords(), WORD_LIST.name);
    return codenameWords(codename, pageWords())[place] === words[place];
  } catch {
    return false;
  }
}

/** Two different places, in order. */
function askedPlaces(): number[] {
  const places = new Set<number>();
  while (places.size < ASKED_BACK) {
    places.add((crypto.getRandomValues(new Uint8Array(1))[0] as number) % 8);
  }
  return [...places].sort((one, other) => one - other);
}

function monthsAfter(day: Day, months: number): Day {
  const date = new Date(day * 86_400_000);
  return Math.floor(date.setUTCMonth(date.getUTCMonth() + months) / 86_400_000) as Day;
}
