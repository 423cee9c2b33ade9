/** Delivery into a file: sealed before the person's eyes, saved after the codename was written down. */

import { TooLarge } from "../../protocol/errors.ts";
import type { Day } from "../../protocol/names.ts";
import { CHUNK_SIZE } from "../../protocol/sizes.ts";
import { Stopped } from "../../reach/api.ts";
import { OfficeRefusal, type Office } from "../../reach/office.ts";
import { sealToFile, type SealedFile } from "../../sending/into_file.ts";
import { FileUnreadable } from "../../sending/outgoing_files.ts";
import { MessageTooLarge, type Outgoing } from "../../sending/sealing.ts";
import type { Delivery, FollowUpDelivery, KeyMaker, ReportDelivery } from "../parts/delivery.ts";
import { button, el, list, p, section, show, type Child } from "../parts/elements.ts";
import { guardLeaving, onBrowserBack, onLeaving } from "../parts/leaving.ts";
import { cannotEncrypt, fill, workWords, writtenDay, writtenSize } from "../parts/wording.ts";

const FILE_NAME = "message.fidelio";

/** Delivers a report into a file; `leave` goes back to the beginning afterwards. */
export function reportIntoFile(leave: () => void): ReportDelivery {
  const file = new IntoFile();
  return {
    button: file.button,
    note: _("First you get your codename, then the file. Have paper and a pen ready."),
    codenameHeading: _("Your report is encrypted. This is your codename"),
    deliver: file.deliver,
    after: (office, day) => {
      file.offer(office, day, () => {
        guardLeaving(false);
        leave();
      });
    },
  };
}

/** Delivers follow-ups into files, one after another. */
export function followUpIntoFile(): FollowUpDelivery {
  const file = new IntoFile();
  return {
    button: file.button,
    note: "",
    deliver: file.deliver,
    after: (office, day, leave) => {
      file.offer(office, day, leave);
    },
  };
}

class IntoFile implements Delivery {
  readonly button = _("Encrypt into a file");
  #sealed: SealedFile | null = null;

  readonly deliver = async (
    outgoing: Outgoing,
    makeKeys: KeyMaker,
    office: Office,
    goBack: () => void,
  ): Promise<Day | null> => {
    for (;;) {
      const screen = new SealingScreen();
      try {
        const source = await makeKeys(screen.keysDone);
        this.#sealed = await sealToFile(outgoing, source, office, screen.sealed, screen.signal);
        return this.#sealed.day;
      } catch (error) {
        if (!(error instanceof Stopped) && (await asksToTryAgain(error))) continue;
        goBack();
        return null;
      } finally {
        onLeaving(() => undefined);
      }
    }
  };

  /** Offers the file, as often as the person wants, until they say that they have it. */
  offer(office: Office, day: Day, done: () => void): void {
    const sealed = this.#sealed;
    if (!sealed) return;
    const address = URL.createObjectURL(sealed.bytes);
    guardLeaving(true);
    onBrowserBack(() => undefined);
    const finish = (): void => {
      URL.revokeObjectURL(address);
      this.#sealed = null;
      guardLeaving(false);
      showSaved(office, day, sealed.lastDay, done);
    };
    const until = fill(_("Send it until {date}. After that it is of no use."), {
      date: writtenDay(sealed.lastDay),
    });
    show(
      _("Save the sealed file"),
      p(
        fill(
          _("Everything is encrypted in one file of {size}. Only those you chose can read it."),
          {
            size: writtenSize(sealed.bytes.size),
          },
        ),
      ),
      p(el("strong", {}, until)),
      el(
        "p",
        {},
        el(
          "a",
          { class: "button main", href: address, download: FILE_NAME },
          _("Save the sealed file"),
        ),
      ),
      p(
        _(
          "The file shows to whoever finds it that something was written to this office, and in which week. Save it where nobody looks, such as on a stick, and delete it once it is sent.",
        ),
      ),
      el("div", { class: "buttons" }, button(_("I have saved it"), "plain", finish)),
    );
  }
}

/** What to do with the file. Nothing of the message is on the page any more. */
function showSaved(office: Office, day: Day, lastDay: Day, done: () => void): void {
  const { addresses, policy } = office.directory;
  const forms = addresses.map((address) => `${address}/${LANGUAGE}/plain/`);
  show(
    _("What happens next"),
    section(
      _("Send the file"),
      p(
        _(
          "On a device with a network, from any place, open one of these addresses in a browser and send the file with the form there. It works without JavaScript:",
        ),
      ),
      list(forms.map((form) => el("code", {}, form))),
      p(
        fill(
          _(
            "The last day for it is {date}. Until the form says “stored”, nobody has your message, and the codename opens nothing.",
          ),
          {
            date: writtenDay(lastDay),
          },
        ),
      ),
    ),
    section(
      _("After that"),
      list([
        _("Delete the sealed file."),
        _(
          "Look for a reply in a week: save the reply board from the same address, and open it here.",
        ),
        fill(_("Until {date} the office answers to your codename. A follow-up extends that."), {
          date: writtenDay(day + policy.codenameDays),
        }),
      ]),
    ),
    p(_("This page has forgotten what you wrote. You can close it now.")),
    el("div", { class: "buttons" }, button(_("To the beginning"), "plain", done)),
  );
}

class SealingScreen {
  readonly #controller = new AbortController();
  readonly #bar = el("progress", { "aria-labelledby": "now" });
  readonly #now = el("p", { id: "now" });
  /** Read aloud: each quarter of the way; not each step of the bar. */
  readonly #aloud = el("p", { role: "status", class: "hidden" });

  constructor() {
    const stop = (): void => {
      this.#controller.abort();
    };
    onLeaving(stop);
    onBrowserBack(() => undefined);
    show(
      _("Encrypting"),
      this.#now,
      this.#bar,
      this.#aloud,
      el("div", { class: "buttons" }, button(_("Stop and go back"), "plain", stop)),
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly keysDone = (done: number): void => {
    if (this.signal.aborted) throw new Stopped();
    this.#tell(_("Making your keys on this device…"), done, 1);
  };

  readonly sealed = (done: number, of: number, tried = 0, tries = 0): void => {
    const size = { done: writtenSize(done * CHUNK_SIZE), total: writtenSize(of * CHUNK_SIZE) };
    const words = fill(_("Encrypting on this device: {done} of {total}."), size);
    this.#tell(words + workWords(tried, tries), done, of);
  };

  #tell(words: string, done: number, of: number): void {
    const before = Math.floor(this.#bar.position * 4);
    this.#now.textContent = words;
    this.#bar.max = of;
    this.#bar.value = done;
    if (Math.floor(this.#bar.position * 4) !== before) this.#aloud.textContent = words;
  }
}

/** Shows what stopped the encrypting. Resolves to whether the person wants to try again. */
function asksToTryAgain(error: unknown): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (again: boolean) => (): void => {
      resolve(again);
    };
    onBrowserBack(answer(false));
    show(
      _("Encrypting has stopped"),
      ...stoppedWords(error).map((words): Child => p(words)),
      p(_("Nothing was sent or saved. What you wrote is still here.")),
      el(
        "div",
        { class: "buttons" },
        button(_("Try again"), "main", answer(true)),
        button(_("Back to what you wrote"), "plain", answer(false)),
      ),
    );
  });
}

function stoppedWords(error: unknown): string[] {
  if (error instanceof FileUnreadable) {
    return [
      _("One of your files can no longer be read, or has changed since you chose it."),
      _("Go back, remove it and choose it again."),
    ];
  }
  if (error instanceof MessageTooLarge || error instanceof TooLarge) {
    return [
      _("This is more than the office takes in one message."),
      _("Go back and shorten the text or remove files."),
    ];
  }
  if (!(error instanceof OfficeRefusal)) return [cannotEncrypt()];
  return [
    _("The office’s keys have run out while you were writing."),
    _("Copy your text somewhere safe, load the file with the keys once more, and begin again."),
  ];
}
