/** A screen on which one answer is chosen, or several. */

import { el, form, p, show, type Child } from "../parts/elements.ts";
import type { Ways } from "../parts/text_fields.ts";
import type { Asked } from "./questionnaire.ts";

/** Asks; `chosen` holds the ids of what is chosen, and is changed in place; `changed` is told of it. */
export function askChoice(
  question: Asked,
  chosen: Set<string>,
  changed: () => void,
  ways: Ways,
  more: readonly Child[],
): void {
  const { name, heading, help, choices, several } = question;
  const box = (id: string, label: string): HTMLElement => {
    const change = (): void => {
      if (!several) chosen.clear();
      if (id && field.checked) chosen.add(id);
      else chosen.delete(id);
      changed();
    };
    const checked = id ? chosen.has(id) : chosen.size === 0;
    const type = several ? "checkbox" : "radio";
    const field = el("input", { type, name, checked, change });
    return el("label", { class: "box" }, field, el("span", {}, label));
  };
  const boxes = choices.map(({ id, label }) => box(id, label));
  // A choice among radio buttons cannot be taken back otherwise.
  if (!several) boxes.push(box("", _("No answer")));
  const words = [...help, several ? _("Tick all that fits. You can leave this empty.") : ""];
  show(
    heading,
    form(
      [
        el("div", { class: "help" }, ...words.filter(Boolean).map((text) => p(text))),
        el(
          "fieldset",
          { id: name, tabindex: -1 },
          el("legend", { class: "hidden" }, heading),
          ...boxes,
        ),
        ...more,
      ],
      ways.next,
      ways.onNext,
      ways.onBack,
    ),
  );
}
