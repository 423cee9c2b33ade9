/** Leaving the page: at once and for good on one key, or never by accident. */

import { button, byId } from "./elements.ts";

let guarded = false;
let stopWork: () => void = () => undefined;
let forget: () => void = () => undefined;
let stepBack: (() => void) | null = null;
let entryPushed = false;

/** Asks before the page is left, as long as something would be lost by it. */
export function guardLeaving(on: boolean): void {
  guarded = on;
}

/** Names what to stop when the page is left. */
export function onLeaving(stop: () => void): void {
  stopWork = stop;
}

/** Names what to forget when the page is left, beside what it shows. */
export function forgetOnLeaving(act: () => void): void {
  forget = act;
}

/**
 * Lets the browser's own way back lead one step back instead of out of the page; null where it does not.
 *
 * One more entry of history stands for it, which says nothing about the step.
 */
export function onBrowserBack(step: (() => void) | null): void {
  stepBack = step;
  if (step && !entryPushed) pushEntry();
}

/** Empties the page and puts a blank one in its place. */
export function leaveNow(): void {
  guarded = false;
  wipe();
  location.replace("about:blank");
}

/** Makes the ways out work. To be called once, when the page opens. */
export function watchLeaving(): void {
  byId("exit").replaceChildren(button(_("Leave this page (Esc)"), "exit", leaveNow));
  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !event.isComposing) leaveNow();
    },
    true,
  );
  addEventListener("beforeunload", (event) => {
    if (guarded) event.preventDefault();
  });
  addEventListener("popstate", () => {
    entryPushed = false;
    if (!stepBack) {
      history.back();
      return;
    }
    pushEntry();
    stepBack();
  });
  // A page that the browser keeps for its way back keeps what was typed as well.
  addEventListener("pagehide", wipe);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

function pushEntry(): void {
  history.pushState(null, "");
  entryPushed = true;
}

function wipe(): void {
  stopWork();
  forget();
  // The step may hold what was typed.
  stepBack = null;
  document.body.replaceChildren();
}
