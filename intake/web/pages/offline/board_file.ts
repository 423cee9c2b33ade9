/** Replies on the offline page: eight words, then a board that was saved elsewhere. */

import type { ReadCodename } from "../../protocol/codename.ts";
import { Malformed } from "../../protocol/errors.ts";
import type { ReadingTags } from "../../protocol/reading_tags.ts";
import { readBoard, type Reply } from "../../protocol/replies.ts";
import type { Office } from "../../reach/office.ts";
import { button, byId, complain, el, list, p, show } from "../parts/elements.ts";
import { onBrowserBack } from "../parts/leaving.ts";
import { fileButton } from "../parts/small_file.ts";
import { askCodename, forgetTyped } from "../replies/asking.ts";
import { makeTags } from "../replies/key_screen.ts";
import { Replies } from "../replies/reading.ts";
import { followUpIntoFile } from "./saving.ts";

/** Asks for the codename, then for the board; `leave` goes back to the beginning. */
export function startOfflineReplies(office: Office, leave: () => void): void {
  const ask = (): void => {
    askCodename((read) => {
      void makeTags(office, read).then((tags) => {
        askForBoard(office, tags, read, ask);
      });
    });
    onBrowserBack(() => {
      forgetTyped();
      leave();
    });
  };
  ask();
}

function askForBoard(
  office: Office,
  tags: ReadingTags,
  { corrections }: ReadCodename,
  again: () => void,
): void {
  const open = async (data: Uint8Array): Promise<void> => {
    let found: Reply[];
    try {
      found = await readBoard([data], tags, office.directory);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      complain(
        byId("board"),
        _("This is not a reply board, or not all of it. Save it once more from the office’s site."),
      );
      return;
    }
    const around = { corrections, delivery: followUpIntoFile(), again, rest: null, empty: false };
    new Replies(office, tags.source, found, around).show();
  };
  const chooser = fileButton("board", _("Choose the saved board"), (data) => void open(data));
  onBrowserBack(again);
  show(
    _("The reply board"),
    p(_("Your replies are on the reply board, among all others. Choose the file with it.")),
    p(_("You find it on this page of the office’s site:")),
    list(
      office.directory.addresses.map((address) =>
        el("code", {}, `${address}/${LANGUAGE}/plain/#replies`),
      ),
    ),
    chooser,
    el("div", { class: "buttons" }, button(_("Back"), "plain", again)),
  );
}
