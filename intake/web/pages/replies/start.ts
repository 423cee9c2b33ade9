/** The page that shows replies: it loads the board from the server that gave the page. */

import type { ReadCodename } from "../../protocol/codename.ts";
import { Malformed } from "../../protocol/errors.ts";
import { openBoard } from "../../protocol/replies.ts";
import { loadBucket, loadWholeBoard, type LoadedBoard } from "../../reach/board.ts";
import type { Office } from "../../reach/office.ts";
import type { FollowUpDelivery } from "../parts/delivery.ts";
import { button, byId, el, p, show, showFoot } from "../parts/elements.ts";
import { watchLeaving } from "../parts/leaving.ts";
import { openOfficePage, orRefusal } from "../parts/opening.ts";
import { sendOnScreen } from "../parts/sending_screen.ts";
import { fill, writtenDay } from "../parts/wording.ts";
import { askCodename, makeKeys, Replies } from "./reading.ts";

async function startReplies(): Promise<void> {
  const office = await openOfficePage();
  if (!office) return;
  const board = await orRefusal(() => loadWholeBoard(office));
  if (board === undefined) return;
  const otherLanguage = _("If your words are of another language, change to it below.");
  askCodename(otherLanguage, (read) => void lookForReplies(office, board, read));
  byId("page").append(p(el("a", { href: "../" }, _("You have no codename yet? Report something"))));
}

async function lookForReplies(
  office: Office,
  whole: LoadedBoard | null,
  read: ReadCodename,
): Promise<void> {
  const source = await makeKeys(office, read);
  const board = await orRefusal(async () => whole ?? (await loadBucket(office, source)));
  if (!board) return;
  try {
    const replies = await openBoard(board.records, source, board.office.directory);
    const again = (): void => {
      location.reload();
    };
    new Replies(board.office, source, replies, read.corrections, online, again).show();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    showBrokenBoard();
  }
}

function showBrokenBoard(): void {
  show(
    _("The reply board is damaged"),
    p(_("What the server gave out is no reply board. Your replies are not lost. Try again later.")),
    el(
      "div",
      { class: "buttons" },
      button(_("Try again"), "main", () => {
        location.reload();
      }),
    ),
  );
  showFoot();
}

const online: FollowUpDelivery = {
  button: _("Encrypt and send"),
  deliver: sendOnScreen,
  after({ directory }, day, leave): void {
    const until = writtenDay(day + directory.policy.codenameDays);
    show(
      _("Your follow-up is stored"),
      p(_("The office reads it with its next delivery and puts it to your report.")),
      p(
        fill(_("Your codename now works until {date}. It is still the same eight words."), {
          date: until,
        }),
      ),
      el("div", { class: "buttons" }, button(_("Back to the replies"), "main", leave)),
    );
  },
};

watchLeaving();
void startReplies();
