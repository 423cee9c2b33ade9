/** The offline page's first screens: the office's keys, the fingerprint, and what the person wants. */

import { fromHex } from "../../protocol/bytes.ts";
import { nameIn } from "../../protocol/directory.ts";
import type { GenesisId } from "../../protocol/names.ts";
import { today } from "../../reach/clock.ts";
import { OfficeRefusal, type Office } from "../../reach/office.ts";
import { NoDirectoryFile, officeFromFile } from "../../reach/office_from_file.ts";
import {
  button,
  byId,
  complain,
  el,
  list,
  p,
  section,
  show,
  showFoot,
  type Child,
} from "../parts/elements.ts";
import { contactsIn } from "../parts/contacts.ts";
import { comparison } from "../parts/fingerprint.ts";
import { onBrowserBack, watchLeaving } from "../parts/leaving.ts";
import { fileButton } from "../parts/small_file.ts";
import { fill, writtenDay } from "../parts/wording.ts";
import { Report } from "../report/report.ts";
import { addWordList } from "../parts/word_list.ts";
import { startOfflineReplies } from "./board_file.ts";
import { showOfflineFirst } from "./first.ts";
import { reportIntoFile } from "./saving.ts";

function startOffline(): void {
  const served = location.protocol === "http:" || location.protocol === "https:";
  if (served) showServed();
  else askForKeys();
}

/** A page that a server gives can be another one for each visitor: it has to lie on a disk. */
function showServed(): void {
  show(
    _("Save this page first"),
    p(_("This page works only when you have saved it and open it from your own disk.")),
  );
}

function askForKeys(): void {
  onBrowserBack(null);
  const chooser = fileButton("keys", _("Choose the file with the keys"), (data) => {
    openOffice(data);
  });
  show(
    _("The offline page"),
    p(
      _(
        "This page encrypts a report on this device into a file, and opens replies. It cannot connect to anything, and it keeps nothing.",
      ),
    ),
    ...onlineNote(),
    section(
      _("The office’s keys"),
      p(
        _(
          "This page needs the file with the office’s keys. It stands beside this page on the office’s site and is called office.directory. It is good for about two weeks.",
        ),
      ),
      chooser,
    ),
  );
}

function openOffice(data: Uint8Array): void {
  const genesisId = fromHex(
    document.querySelector('meta[name="office"]')?.getAttribute("content") ?? "",
  ) as GenesisId;
  try {
    const office = officeFromFile(data, genesisId);
    byId("contacts").replaceChildren(
      el("h2", {}, _("Other ways to report")),
      list(contactsIn(office.directory.contacts, LANGUAGE, LANGUAGES)),
    );
    showOffice(office);
  } catch (error) {
    if (!(error instanceof OfficeRefusal || error instanceof NoDirectoryFile)) throw error;
    complain(byId("keys"), refusalWords(error));
  }
}

function showOffice(office: Office): void {
  onBrowserBack(askForKeys);
  const back = (): void => {
    showOffice(office);
  };
  const report = (): void => {
    const begin = (): void => {
      showOfflineFirst(() => {
        written.begin();
      }, back);
    };
    const written = new Report(office, reportIntoFile(back), begin);
    begin();
  };
  const replies = (): void => {
    startOfflineReplies(office, back);
  };
  show(
    nameIn(office.directory.names, LANGUAGE),
    section(_("Is this the right office?"), ...comparison(office.facts.genesisId)),
    p(
      _(
        "These digits stand in the page itself. Compare the page, too: its SHA-256 stands on the office’s site.",
      ),
    ),
    el(
      "div",
      { class: "buttons" },
      button(_("Write a report"), "main", report),
      button(_("Read your replies"), "plain", replies),
    ),
  );
  showFoot();
}

/** Said where the device seems to have a network: nothing here needs one. */
function onlineNote(): Child[] {
  if (!navigator.onLine) return [];
  return [
    el(
      "p",
      { class: "note" },
      _(
        "This device seems to be connected to a network. Cut it now if you can: pull the cable, switch on flight mode.",
      ),
    ),
  ];
}

function refusalWords(error: OfficeRefusal | NoDirectoryFile): string {
  if (error instanceof NoDirectoryFile) {
    return _("This is not the file with the office’s keys, or it is damaged. Load it once more.");
  }
  const { directory } = error;
  switch (error.reason) {
    case "expired":
      return fill(
        _(
          "These keys held until {date}. Load the file with the keys once more from the office’s site.",
        ),
        { date: writtenDay((directory?.expires ?? 1) - 1) },
      );
    case "clock":
      return fill(
        _(
          "This device says it is {device}, and these keys are from {date}. Set the date and try again.",
        ),
        { device: writtenDay(today()), date: writtenDay(directory?.issued ?? 0) },
      );
    case "other-address":
      return _("These keys are of another office than this page. Load both from one site.");
    default:
      return _(
        "These keys are not signed by the office. Somebody may have changed them. Do not use them.",
      );
  }
}

for (const { name, text } of INLINE_LISTS) addWordList(name, text);
watchLeaving();
startOffline();
