/** The page that takes a report and sends it to the server that gave the page. */

import { later } from "../../protocol/days.ts";
import { Board } from "../../reach/board.ts";
import { showBoardLine } from "../parts/board_line.ts";
import type { ReportDelivery } from "../parts/delivery.ts";
import { byId, p, show } from "../parts/elements.ts";
import { onBrowserBack, watchLeaving } from "../parts/leaving.ts";
import { openOfficePage, showClosed } from "../parts/opening.ts";
import { sendAfter } from "../parts/sending_screen.ts";
import { showNext } from "./codename_screen.ts";
import { showFirst } from "./first.ts";
import { Report } from "./report.ts";

// The heading names the office, as the page itself does.
const heading = byId("page").querySelector("h1")?.textContent ?? "";
let report: Report | undefined;

function begin(): void {
  onBrowserBack(null);
  showFirst(heading, () => void start());
}

async function start(): Promise<void> {
  report ??= await open();
  report?.begin();
}

/** Opens the office and begins to load the board, which nobody reads here: every visit is like every other. */
async function open(): Promise<Report | undefined> {
  onBrowserBack(() => undefined);
  show(heading, p(_("Checking the office’s keys and the server…")));
  const office = await openOfficePage();
  if (!office) return undefined;
  if (!office.status.envelopes.open) {
    showClosed(office.status.envelopes.reason);
    return undefined;
  }
  const board = new Board(false);
  showBoardLine(board);
  return new Report(office, online(board), begin);
}

function online(board: Board): ReportDelivery {
  return {
    button: _("Encrypt and send"),
    note: _("After sending you get your codename. Have paper and a pen ready."),
    codenameHeading: _("Your report is stored. This is your codename"),
    deliver: sendAfter(board),
    after({ directory }, day): void {
      showNext(day, later(day, directory.policy.codenameDays));
    },
  };
}

watchLeaving();
begin();
