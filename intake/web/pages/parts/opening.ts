/** What a visit begins with (SPEC 11.5): the office, checked before anyone types; or why not, and other ways. */

import { fromHex } from "../../protocol/bytes.ts";
import type { Directory } from "../../protocol/directory.ts";
import type { Day, GenesisId } from "../../protocol/names.ts";
import { today } from "../../reach/clock.ts";
import { getFile, ServerError } from "../../reach/api.ts";
import { openOffice, OfficeRefusal, type Office, type PageFacts } from "../../reach/office.ts";
import { contactsIn } from "./contacts.ts";
import { byId, button, el, list, p, show, showFoot, type Child } from "./elements.ts";
import { addWordList } from "./word_list.ts";
import { fill, writtenDay } from "./wording.ts";

/**
 * Opens the office, or shows why it cannot be written to from here and now and returns undefined.
 *
 * First come files of the page's own: the word lists of other languages, for everybody.
 */
export async function openOfficePage(): Promise<Office | undefined> {
  try {
    await loadWordLists();
    const office = await openOffice(pageFacts());
    showContacts(office.directory);
    return office;
  } catch (error) {
    if (!(error instanceof OfficeRefusal)) throw error;
    showRefusal(error);
    return undefined;
  }
}

async function loadWordLists(): Promise<void> {
  for (const { name, path } of OTHER_LISTS) {
    try {
      addWordList(name, await getFile(path));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      throw new OfficeRefusal("unreachable");
    }
  }
}

/** Shows why the office takes nothing now, in the words for a code of SPEC 11. */
export function showClosed(reason: string): void {
  const replies = el(
    "a",
    { href: "replies/" },
    _("You have a codename already? Read your replies"),
  );
  const heading = _("This office cannot take reports now");
  show(heading, p(closedWords(reason)), ...nothingTyped(), p(replies));
  showFoot();
}

/** Says why a server takes nothing. */
export function closedWords(reason: string): string {
  switch (reason) {
    case "full":
    case "disk":
      return _(
        "The server has no room left. It opens again when the office has fetched what is there.",
      );
    case "day-budget":
      return _("The server has taken as much as it may in one day. It opens again tomorrow.");
    case "not-fetched":
      return _(
        "The office has not fetched its reports for weeks, so the server takes no new ones.",
      );
    case "directory-expired":
    case "no-directory":
      return _(
        "The office’s keys have run out. It has to renew them before anyone can write to it.",
      );
    default:
      return _("The server takes nothing at the moment.");
  }
}

/** The page's way to start over, and what became of what was typed. */
export function nothingTyped(): Child[] {
  return [
    p(_("Nothing was sent.")),
    el(
      "div",
      { class: "buttons" },
      button(_("Try again"), "main", () => location.reload()),
    ),
  ];
}

/** Whether the page was opened at an onion address. */
export function isOnion(): boolean {
  return location.hostname.endsWith(".onion");
}

/** What stands in the page's own bytes under a name; empty where nothing does. */
export function pageMeta(name: string): string {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
}

/** The office that this page was built for. */
export function pageOffice(): GenesisId {
  return fromHex(pageMeta("office")) as GenesisId;
}

function pageFacts(): PageFacts {
  const [delegation, sequence] = pageMeta("lowest").split(" ").map(Number);
  return {
    genesisId: pageOffice(),
    buildDay: Number(pageMeta("build-day")) as Day,
    // What is not there is lower than no directory: none is refused that others take.
    lowest: [delegation ?? 0, sequence ?? 0],
    origin: location.origin,
  };
}

function showContacts(directory: Directory): void {
  byId("contacts").replaceChildren(list(contactsIn(directory.contacts, LANGUAGE, LANGUAGES)));
}

function showRefusal(refusal: OfficeRefusal): void {
  const { directory } = refusal;
  if (directory) showContacts(directory);
  const [heading, ...words] = refusalWords(refusal);
  show(heading as string, ...words.map((text) => p(text)), ...nothingTyped());
  showFoot();
}

function refusalWords({ reason, directory, serverDay }: OfficeRefusal): string[] {
  switch (reason) {
    case "unreachable":
      return [
        _("The server does not answer"),
        _("Your line may be broken, or the server is being worked on."),
      ];
    case "not-ready":
      return [
        _("This office cannot take reports yet"),
        _("The server has no keys of the office that this page could encrypt to."),
      ];
    case "outdated":
      return [
        _("The office’s keys are not the newest"),
        _(
          "The server gives out older keys than this page knows of. It may have been set back, or somebody may want you to write to people who have left the office.",
        ),
        _(
          "Try again in an hour. If it stays so, reach the office in a way that you know from elsewhere.",
        ),
      ];
    case "not-genuine":
      return [
        _("Do not use this page"),
        _("What the server gave out is not signed by the office. Somebody may have changed it."),
        _("Reach the office in a way that you know from elsewhere."),
      ];
    case "other-address":
      return [
        _("This is not one of the office’s addresses"),
        _("A page at another address may have been set up to watch you. The office signed these:"),
        ...(directory?.addresses ?? []),
      ];
    case "clock":
      return [
        _("The clock of this device is wrong"),
        fill(_("This device says it is {device}. By the server it is {server}."), {
          device: writtenDay(today()),
          server: writtenDay(serverDay ?? 0),
        }),
        _(
          "With a wrong date this page could use keys that have run out. Set the date and try again.",
        ),
      ];
    case "expired":
      return [
        _("The office’s keys have run out"),
        fill(
          _("They held until {date}. The office has to renew them before anyone can write to it."),
          {
            date: writtenDay((directory?.expires ?? 1) - 1),
          },
        ),
      ];
  }
}
