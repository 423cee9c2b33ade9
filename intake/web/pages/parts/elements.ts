/** Building and showing pieces of a page. Text goes in as text: nothing is ever read as HTML. */

import { fill } from "./wording.ts";

type Attribute = string | number | boolean | ((event: Event) => void);
export type Child = Node | string;

/** Returns a new element. A function is a listener for the event of its name; true is an empty attribute. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

export function p(...children: readonly Child[]): HTMLParagraphElement {
  return el("p", {}, ...children);
}

export function list(items: readonly Child[], tag: "ul" | "ol" = "ul"): HTMLElement {
  return el(tag, {}, ...items.map((item) => el("li", {}, item)));
}

/** A heading of the second level with what stands under it. */
export function section(heading: string, ...children: readonly Child[]): HTMLElement {
  return el("section", {}, el("h2", {}, heading), ...children);
}

/** A button that says what it does; `look` is one of the style sheet's: main, plain or quiet. */
export function button(text: string, look: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", class: look, click: act }, text);
}

/** Shows a screen: its heading, which takes the focus, and what stands under it. */
export function show(heading: Child, ...children: readonly Child[]): void {
  const title = el("h1", { tabindex: -1 }, heading);
  byId("page").replaceChildren(title, ...children);
  // Other ways to report stand at the foot of the first screen and of every refusal.
  document.body.className = "";
  scrollTo(0, 0);
  title.focus();
}

/** Says above the heading which of how many steps the screen is, and with the heading where it is read aloud. */
export function tellStep(step: number, of: number): void {
  const words = fill(_("Step {step} of {total}"), { step, total: of });
  const page = byId("page");
  page.querySelector("h1")?.setAttribute("aria-describedby", "step");
  page.prepend(el("p", { id: "step" }, words));
}

/** Shows the foot of the page, where the other ways to report stand, and the choice of language. */
export function showFoot(): void {
  document.body.className = "with-foot";
}

/** Says that the screen tells by itself what goes on, so that nothing below it has to. */
export function showAtWork(): void {
  document.body.className = "at-work";
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element;
}

/** A form with one button that leads on, and a way back where there is one. */
export function form(
  fields: readonly Child[],
  next: string,
  onNext: () => void,
  onBack?: () => void,
): HTMLFormElement {
  const submit = (event: Event): void => {
    event.preventDefault();
    onNext();
  };
  const buttons = el("div", { class: "buttons" }, el("button", { class: "main" }, next));
  if (onBack) buttons.append(button(_("Back"), "plain", onBack));
  return el("form", { submit, novalidate: true, autocomplete: "off" }, ...fields, buttons);
}

/** Says what is wrong with a field: in a summary that takes the focus, and beside the field. */
export function complain(field: HTMLElement, message: string): void {
  quietDown();
  const noteId = field.id + "-error";
  const jump = (event: Event): void => {
    event.preventDefault();
    field.focus();
  };
  const summary = el(
    "div",
    { class: "summary", role: "alert", tabindex: -1 },
    el("h2", {}, _("There is a problem")),
    p(el("a", { href: "#" + field.id, click: jump }, message)),
  );
  field.before(el("p", { class: "error", id: noteId }, message));
  field.setAttribute("aria-invalid", "true");
  const described = field.getAttribute("aria-describedby");
  field.setAttribute("aria-describedby", described ? `${noteId} ${described}` : noteId);
  byId("page").prepend(summary);
  summary.focus();
}

/** Takes back what `complain` said. */
export function quietDown(): void {
  for (const old of document.querySelectorAll(".summary, p.error")) old.remove();
  for (const field of document.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const described = field.getAttribute("aria-describedby") ?? "";
    const others = described.replace(/\S+-error ?/, "");
    if (others) field.setAttribute("aria-describedby", others);
    else field.removeAttribute("aria-describedby");
  }
}
