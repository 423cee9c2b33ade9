/** Choosing who may read: recipients by their titles. */

import { nameIn, type Recipient } from "../../protocol/directory.ts";
import type { Office } from "../../reach/office.ts";
import { el } from "./elements.ts";

/** The title of a recipient in the page's language. */
export function titleOf(recipient: Recipient): string {
  return nameIn(recipient.titles, LANGUAGE);
}

/** The title of a recipient id; the id itself where the directory no longer names it. */
export function titleOfId(office: Office, id: string): string {
  const recipient = office.directory.recipients.find((one) => one.id === id);
  return recipient ? titleOf(recipient) : id;
}

/** Returns a group of boxes, one a recipient; `ticked` is what is kept, and changed in place. */
export function recipientBoxes(
  legend: string,
  recipients: readonly Recipient[],
  ticked: Set<string>,
): HTMLFieldSetElement {
  const boxes = recipients.map((recipient) => {
    const change = (): void => {
      if (box.checked) ticked.add(recipient.id);
      else ticked.delete(recipient.id);
    };
    const box = el("input", { type: "checkbox", checked: ticked.has(recipient.id), change });
    return el("label", { class: "box" }, box, el("span", {}, titleOf(recipient)));
  });
  return el(
    "fieldset",
    { id: "recipients", tabindex: -1 },
    el("legend", { class: "hidden" }, legend),
    ...boxes,
  );
}
