/** The screen of encrypting and sending: says in words what is being done, and what can be done about it. */

import { ServerError, Stopped } from "../api.ts";
import { FileUnreadable } from "../files.ts";
import { Line, type LineState } from "../line.ts";
import { fill, writtenSize } from "../messages.ts";
import { openOffice, OfficeRefusal, type Office } from "../office.ts";
import { TooLarge } from "../protocol/errors.ts";
import { safeFileName } from "../protocol/payload.ts";
import { CHUNK_SIZE } from "../protocol/sizes.ts";
import type { SourceKeys } from "../protocol/source_keys.ts";
import {
  mayBeStored,
  MessageTooLarge,
  NoRecipientLeft,
  send,
  type Outgoing,
  type Progress,
} from "../sending.ts";
import { button, el, p, show } from "./elements.ts";
import { onBrowserBack, onLeaving } from "./leaving.ts";
import { closedWords } from "./opening.ts";

/** Makes the keys; calls `tell` with the part that is done, from 0 to 1. */
export type KeyMaker = (tell: (done: number) => void) => Promise<SourceKeys>;

/**
 * Sends a message before the person's eyes, trying again for as long as it takes.
 *
 * Returns the day that the message carries, or null where the person went back; `goBack` has been called then.
 */
export async function sendOnScreen(
  outgoing: Outgoing,
  makeKeys: KeyMaker,
  office: Office,
  goBack: () => void,
): Promise<number | null> {
  let source: SourceKeys | null = null;
  for (let usable = office; ;) {
    const screen = new TransportScreen();
    try {
      source = await screen.unlessStopped(makeKeys(screen.keysDone));
      return await send(outgoing, source, usable, screen.line, screen.sent);
    } catch (error) {
      const sent = source !== null && mayBeStored(outgoing, source);
      if (!(error instanceof Stopped) && (await asksToTryAgain(error, outgoing.files, sent))) {
        usable = await openOffice(usable.facts).catch(() => usable);
        continue;
      }
      goBack();
      return null;
    } finally {
      onLeaving(() => undefined);
    }
  }
}

class TransportScreen {
  readonly line: Line;
  readonly #bar = el("progress", { "aria-labelledby": "now" });
  readonly #now = el("p", { id: "now" });
  /** Read aloud: changes of state, and each quarter of the way; not each step of the bar. */
  readonly #aloud = el("p", { role: "status", class: "hidden" });
  readonly #trouble = el("p", { role: "status", class: "note" });
  readonly #buttons = el("div", { class: "buttons" });

  constructor() {
    this.line = new Line(this.#lineChanged);
    onLeaving(() => {
      this.line.stop();
    });
    onBrowserBack(() => undefined);
    show(
      _("Encrypting and sending"),
      this.#now,
      this.#bar,
      p(
        _(
          "If the line breaks, sending goes on by itself. Keep this page open until you see that it is done.",
        ),
      ),
      this.#trouble,
      this.#aloud,
      this.#buttons,
    );
    this.#lineChanged({ is: "working" });
  }

  /** Returns what `work` gives, or raises Stopped as soon as the person stops it. */
  unlessStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.line;
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        reject(new Stopped());
      });
    });
    return Promise.race([work, stopped]);
  }

  readonly keysDone = (done: number): void => {
    this.#tell(_("Making your keys on this device…"), done, 1);
  };

  readonly sent = ({ stored, total }: Progress): void => {
    if (stored === total) {
      this.#tell(_("Sending the sealed text…"), 1, 1);
      return;
    }
    const size = { sent: writtenSize(stored * CHUNK_SIZE), total: writtenSize(total * CHUNK_SIZE) };
    this.#tell(
      fill(_("Encrypting on this device, and sending: {sent} of {total}."), size),
      stored,
      total,
    );
  };

  readonly #lineChanged = (state: LineState): void => {
    const stop = button(_("Stop and go back"), "plain", () => {
      this.line.stop();
    });
    const goOn = (text: string): HTMLButtonElement =>
      button(text, "main", () => {
        this.line.tryNow();
      });
    const pause = (): void => {
      this.line.pause();
    };
    switch (state.is) {
      case "working":
        this.#trouble.textContent = "";
        this.#buttons.replaceChildren(button(_("Pause"), "plain", pause), stop);
        break;
      case "paused":
        this.#trouble.textContent = _("Paused. Nothing is lost.");
        this.#buttons.replaceChildren(goOn(_("Go on")), stop);
        break;
      case "waiting":
        this.#trouble.textContent = waitingWords(state.code, state.seconds);
        this.#buttons.replaceChildren(goOn(_("Try now")), stop);
    }
  };

  #tell(words: string, done: number, total: number): void {
    const before = Math.floor(this.#bar.position * 4);
    this.#now.textContent = words;
    this.#bar.max = total;
    this.#bar.value = done;
    if (Math.floor(this.#bar.position * 4) !== before) this.#aloud.textContent = words;
  }
}

function waitingWords(code: string, seconds: number): string {
  const why = code ? closedWords(code) : _("The server does not answer.");
  const next = ngettext(
    "Nothing is lost: sending goes on by itself. The next try is in {n} second.",
    "Nothing is lost: sending goes on by itself. The next try is in {n} seconds.",
    seconds,
  );
  return `${why} ${fill(next, { n: seconds })}`;
}

/** Shows what stopped the sending for good. Resolves to whether the person wants to try again. */
function asksToTryAgain(error: unknown, files: readonly File[], sent: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (again: boolean) => (): void => {
      resolve(again);
    };
    const again = button(_("Try again"), "main", answer(true));
    const back = button(_("Back to what you wrote"), "plain", answer(false));
    onBrowserBack(answer(false));
    show(
      _("Sending has stopped"),
      p(stoppedWords(error, files)),
      p(
        sent
          ? _("The office may have this message already. A new try sends the very same one.")
          : _("The office has received nothing yet. What you wrote is still here."),
      ),
      el("div", { class: "buttons" }, again, back),
    );
  });
}

function stoppedWords(error: unknown, files: readonly File[]): string {
  if (error instanceof FileUnreadable) {
    const name = files[error.place]?.name;
    return fill(
      _(
        "The file {file} can no longer be read, or has changed since you chose it. Go back, remove it and choose it again.",
      ),
      { file: safeFileName(name ?? "") },
    );
  }
  if (error instanceof MessageTooLarge || error instanceof TooLarge) {
    return _(
      "This is more than the server can take in one message now. Go back and shorten the text or remove files.",
    );
  }
  if (error instanceof NoRecipientLeft) {
    return _(
      "The office no longer has any of the recipients that you chose. Go back and choose again.",
    );
  }
  if (error instanceof OfficeRefusal) {
    return _(
      "The office’s keys cannot be used at the moment. Keep what you wrote, and try again later.",
    );
  }
  if (error instanceof ServerError && error.code === "other-bytes") {
    return _(
      "The server already holds something else under a number of this message. A new try uses new numbers.",
    );
  }
  return _(
    "The server refused what this page sent. This page may be out of date, or someone is changing what you send.",
  );
}
