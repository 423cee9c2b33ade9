/** The line below each screen that says how far the board is loaded, while it is. */

import type { Board, BoardProgress } from "../../reach/board.ts";
import { byId } from "./elements.ts";
import { fill, writtenSize } from "./wording.ts";

/** Keeps the line up to date. It is not read aloud: nobody has to wait for it. */
export function showBoardLine(board: Board): void {
  board.watch(() => {
    // The page may have been left, and emptied.
    if (document.getElementById("board-line"))
      byId("board-line").textContent = board.ended ? "" : boardWords(board.progress);
  });
}

/** Says how far it is, and that this is so for everybody. */
export function boardWords({ done, total, line }: BoardProgress): string {
  const how =
    total > 0
      ? fill(_("Loading the reply board: {done} of {total}."), {
          done: writtenSize(done),
          total: writtenSize(total),
        })
      : _("Loading the reply board…");
  const trouble =
    line.is === "waiting" ? _("The server does not answer; loading goes on by itself.") + " " : "";
  return `${how} ${trouble}${_("This is the same for everybody, with or without a codename.")}`;
}
