/** The page that takes a report and sends it to the server that gave the page. */

import { later } from "../../protocol/days.ts";
import type { ReportDelivery } from "../parts/delivery.ts";
import { watchLeaving } from "../parts/leaving.ts";
import { openOfficePage, showClosed } from "../parts/opening.ts";
import { sendOnScreen } from "../parts/sending_screen.ts";
import { showNext } from "./codename_screen.ts";
import { showFirst } from "./first.ts";
import { Report } from "./report.ts";

async function startReport(): Promise<void> {
  const office = await openOfficePage();
  if (!office) return;
  if (office.status.envelopes.open) new Report(office, online).begin();
  else showClosed(office.status.envelopes.reason);
}

const online: ReportDelivery = {
  button: _("Encrypt and send"),
  note: _("After sending you get your codename. Have paper and a pen ready."),
  codenameHeading: _("Your report is stored. This is your codename"),
  first: showFirst,
  deliver: sendOnScreen,
  after({ directory }, day): void {
    showNext(day, later(day, directory.policy.codenameDays));
  },
};

watchLeaving();
void startReport();
