/** The page that shows replies: it loads the board from the server that gave the page, for everybody alike. */

import type { ReadCodename } from "../../protocol/codename.ts";
import { later } from "../../protocol/days.ts";
import type { ReadingTags } from "../../protocol/reading_tags.ts";
import { readBoard } from "../../protocol/replies.ts";
import { Board } from "../../reach/board.ts";
import type { Office } from "../../reach/office.ts";
import { showBoardLine } from "../parts/board_line.ts";
import type { FollowUpDelivery } from "../parts/delivery.ts";
import { button, byId, el, p, show, showFoot } from "../parts/elements.ts";
import { onBrowserBack, watchLeaving } from "../parts/leaving.ts";
import { openOfficePage } from "../parts/opening.ts";
import { sendAfter } from "../parts/sending_screen.ts";
import { fill, writtenDay } from "../parts/wording.ts";
import { askCodename } from "./asking.ts";
import { makeTags } from "./key_screen.ts";
import { Replies } from "./reading.ts";
import { allThere, askWhetherInPart } from "./waiting.ts";

async function startReplies(): Promise<void> {
  const office = await openOfficePage();
  if (!office) return;
  const board = new Board(true);
  showBoardLine(board);
  new Visit(office, board).ask();
}

/** One visit, in which any number of codenames may be typed. */
class Visit {
  readonly #office: Office;
  readonly #board: Board;
  readonly #delivery: FollowUpDelivery;

  constructor(office: Office, board: Board) {
    this.#office = office;
    this.#board = board;
    this.#delivery = online(board);
  }

  readonly ask = (): void => {
    askCodename((read) => void this.#look(read));
    const report = el("a", { href: "../" }, _("You have no codename yet? Report something"));
    byId("page").append(p(report));
  };

  async #look(read: ReadCodename): Promise<void> {
    const tags = await makeTags(this.#office, read);
    try {
      await this.#show(tags, read, await allThere(this.#board));
    } catch {
      this.#showBroken(tags, read);
    }
  }

  async #show(tags: ReadingTags, read: ReadCodename, all: boolean): Promise<void> {
    const found = await readBoard([...this.#board.volumes], tags, this.#office.directory);
    const showAll = (): void => void this.#show(tags, read, true);
    new Replies(this.#office, tags.source, found, {
      corrections: read.corrections,
      delivery: this.#delivery,
      again: this.ask,
      empty: all && this.#board.volumes.length === 0,
      rest: all ? null : { loaded: this.#board.loaded, showAll },
    }).show();
  }

  #showBroken(tags: ReadingTags, read: ReadCodename): void {
    const back = (): void => {
      this.#showBroken(tags, read);
    };
    const early = (): void => {
      askWhetherInPart(() => void this.#show(tags, read, false), back);
    };
    onBrowserBack(() => undefined);
    show(
      _("The reply board could not be loaded"),
      p(
        _(
          "The server gave out a part of it that is damaged, or none. Your replies are not lost. Try again later.",
        ),
      ),
      el(
        "div",
        { class: "buttons" },
        button(_("Try again"), "main", () => {
          location.reload();
        }),
        button(_("Show what is there so far"), "plain", early),
      ),
    );
    showFoot();
  }
}

function online(board: Board): FollowUpDelivery {
  return {
    button: _("Encrypt and send"),
    note: _(
      "This page sends over the same line over which it loaded the board. So the server can tell that somebody who looked for replies has written, though not to which report it belongs. The command line can use two lines; a page cannot.",
    ),
    deliver: sendAfter(board),
    after({ directory }, day, leave): void {
      const until = writtenDay(later(day, directory.policy.codenameDays));
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
}

watchLeaving();
void startReplies();
