/** Replies on the offline page: eight words, then a board that was saved elsewhere. */

import type { ReadCodename } from "../../protocol/codename.ts";
import { Malformed } from "../../protocol/errors.ts";
import { bucket, bucketValue, openBoard } from "../../protocol/replies.ts";
import type { SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import { button, byId, complain, el, list, p, show } from "../parts/elements.ts";
import { onBrowserBack } from "../parts/leaving.ts";
import { fileButton } from "../parts/small_file.ts";
import { fill } from "../parts/wording.ts";
import { askCodename, makeKeys, Replies } from "../replies/reading.ts";
import { followUpIntoFile } from "./saving.ts";

/** Asks for the codename, then for the board; `leave` goes back to the beginning. */
export function startOfflineReplies(office: Office, leave: () => void): void {
  const again = (): void => {
    startOfflineReplies(office, leave);
  };
  const otherLanguage = _(
    "If your words are of another language, use the offline page in that language.",
  );
  askCodename(otherLanguage, (read) => {
    void makeKeys(office, read).then((source) => {
      askForBoard(office, source, read, again);
    });
  });
  onBrowserBack(leave);
}

function askForBoard(
  office: Office,
  source: SourceKeys,
  read: ReadCodename,
  again: () => void,
): void {
  const open = async (data: Uint8Array): Promise<void> => {
    try {
      const replies = await openBoard(data, source, office.directory);
      const { corrections } = read;
      new Replies(office, source, replies, corrections, followUpIntoFile(), again).show();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      complain(
        byId("board"),
        _("This is not a reply board, or not all of it. Save it once more from the office’s site."),
      );
    }
  };
  const chooser = fileButton("board", _("Choose the saved board"), (data) => void open(data));
  onBrowserBack(again);
  show(
    _("The reply board"),
    ...boardWords(office, source).map((words) => p(words)),
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

/** Which part of the board to save: whole, or one bucket, by its number counted from 1. */
function boardWords({ directory, facts }: Office, source: SourceKeys): string[] {
  const { bucketBits } = directory;
  if (bucketBits === 0) {
    return [_("Your replies are on the reply board, among all others. Choose the file with it.")];
  }
  const value = bucketValue(bucket(source.threadSecret, facts.genesisId), bucketBits);
  const numbers = { n: value + 1, of: 2 ** bucketBits };
  return [
    fill(
      _("Your replies are in bucket {n} of {of}. Save that bucket, then choose the file."),
      numbers,
    ),
    _(
      "Whoever learns the number learns little: many codenames share it. But it shows that you have a codename, so write it down nowhere.",
    ),
  ];
}
