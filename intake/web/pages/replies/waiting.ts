/** Waiting for all of the board. Nothing is shown before it is there, unless the person insists. */

import type { Board } from "../../reach/board.ts";
import { boardWords } from "../parts/board_line.ts";
import { button, el, p, show, showAtWork } from "../parts/elements.ts";
import { onBrowserBack } from "../parts/leaving.ts";

/** Returns whether all is there, or false where the person wants what is there so far. Raises what broke the board. */
export function allThere(board: Board): Promise<boolean> {
  if (board.ended) return board.loaded.then(() => true);
  return new Promise((resolve, reject) => {
    const unwatch = board.watch(() => {
      tell(board);
    });
    const settle = (act: () => void) => (): void => {
      unwatch();
      act();
    };
    const early = settle(() => {
      resolve(false);
    });
    board.loaded.then(
      settle(() => {
        resolve(true);
      }),
      (error: unknown) => {
        unwatch();
        reject(error as Error);
      },
    );
    showWaiting(board, early);
  });
}

function showWaiting(board: Board, early: () => void): void {
  const look = (): void => {
    askWhetherEarly(early, () => {
      showWaiting(board, early);
    });
  };
  onBrowserBack(() => undefined);
  show(
    _("Looking for your replies"),
    el("p", { id: "now" }),
    el("progress", { id: "bar", max: 1, "aria-labelledby": "now" }),
    p(
      _(
        "You see what there is once all of the board is there: so nobody can tell from how long you stay whether something is for you.",
      ),
    ),
    el("div", { class: "buttons" }, button(_("Show what is there so far"), "plain", look)),
  );
  showAtWork();
  tell(board);
}

/** Says how far it is, where the screen that waits is shown. */
function tell({ progress }: Board): void {
  const now = document.getElementById("now");
  const bar = document.getElementById("bar");
  if (!now || !(bar instanceof HTMLProgressElement)) return;
  now.textContent = boardWords(progress);
  if (progress.total > 0) bar.value = progress.done / progress.total;
}

/** Says what looking early can tell. */
function askWhetherEarly(early: () => void, wait: () => void): void {
  onBrowserBack(wait);
  show(
    _("Look before all is there?"),
    p(
      _(
        "The board is loaded to its end for everybody. Who leaves before that can be told from the others, and most likely leaves because something was found.",
      ),
    ),
    p(_("If you look now, keep this page open until all of the board is there.")),
    el(
      "div",
      { class: "buttons" },
      button(_("Wait until all is there"), "main", wait),
      button(_("Show what is there so far"), "plain", early),
    ),
  );
}

/** Says what it can tell to be content with a part of a board whose rest cannot be loaded. */
export function askWhetherInPart(look: () => void, back: () => void): void {
  onBrowserBack(back);
  show(
    _("Look at a part of the board?"),
    p(
      _(
        "Others try again until all of the board is there. Who does not can be told from them, and most likely has found something.",
      ),
    ),
    p(_("If you look now, try again later all the same.")),
    el(
      "div",
      { class: "buttons" },
      button(_("Back"), "main", back),
      button(_("Show what is there so far"), "plain", look),
    ),
  );
}
