/** The screen of encrypting and sending: says in words what is being done, and what can be done about it. */

import { TooLarge } from "../../protocol/errors.ts";
import type { Day } from "../../protocol/names.ts";
import { safeFileName } from "../../protocol/payload.ts";
import type { SourceKeys } from "../../protocol/source_keys.ts";
import { ServerError, Stopped } from "../../reach/api.ts";
import type { Board } from "../../reach/board.ts";
import { Line, type LineState } from "../../reach/line.ts";
import { openOffice, OfficeRefusal, type Office } from "../../reach/office.ts";
import { FileUnreadable } from "../../sending/outgoing_files.ts";
import { TimeLeft } from "../../sending/pace.ts";
import { MessageTooLarge, RecipientsGone, type Outgoing } from "../../sending/sealing.ts";
import { mayBeStored, send, type Progress } from "../../sending/upload.ts";
import { boardWords } from "./board_line.ts";
import type { Delivery, KeyMaker } from "./delivery.ts";
import { button, el, list, p, show, showAtWork } from "./elements.ts";
import { onBrowserBack, onLeaving } from "./leaving.ts";
import { closedWords } from "./opening.ts";
import { titleOfId } from "./recipient_boxes.ts";
import { cannotEncrypt, fill, timeLeft, workWords, writtenSize } from "./wording.ts";

/**
 * Returns what sends a message before the person's eyes, trying again for as long as it takes.
 *
 * SPEC 11.5: what is sent comes after all of the board.
 */
export function sendAfter(board: Board): Delivery["deliver"] {
  return (outgoing, makeKeys, office, goBack) =>
    sendOnScreen(outgoing, makeKeys, office, board, goBack);
}

async function sendOnScreen(
  written: Outgoing,
  makeKeys: KeyMaker,
  office: Office,
  board: Board,
  goBack: () => void,
): Promise<Day | null> {
  let outgoing = written;
  let source: SourceKeys | null = null;
  for (let usable = office; ;) {
    const screen = new TransportScreen(outgoing.files.length > 0, board);
    try {
      source = await screen.unlessStopped(makeKeys(screen.keysDone));
      await screen.unlessStopped(screen.boardEnded());
      return await send(outgoing, source, usable, screen.line, screen.sent);
    } catch (error) {
      const sent = source !== null && mayBeStored(outgoing, source);
      const again = error instanceof Stopped ? null : await wayOn(error, sent, outgoing, office);
      if (again === null) {
        goBack();
        return null;
      }
      outgoing = again;
      usable = await openOffice(usable.facts).catch(() => usable);
    } finally {
      screen.leave();
    }
  }
}

/** Shows what stopped the sending for good. Resolves to what is sent now, or null where nothing is. */
async function wayOn(
  error: unknown,
  sent: boolean,
  outgoing: Outgoing,
  office: Office,
): Promise<Outgoing | null> {
  if (!(error instanceof RecipientsGone))
    return (await asksToTryAgain(error, sent)) ? outgoing : null;
  const others = await asksAboutGone(error, outgoing, office);
  return others ? { ...outgoing, recipientIds: error.left } : null;
}

/** The share of the bar for making keys, where files follow that take longer, and where none do. */
const KEYS_BEFORE_FILES = 0.1;
const KEYS_ALONE = 0.8;
/** How often the time left is told anew. */
const TICK_MS = 5_000;
/** How soon after a step of the bar the next one is shown. */
const STEP_MS = 100;

class TransportScreen {
  readonly line: Line;
  readonly #board: Board;
  readonly #bar = el("progress", { "aria-labelledby": "now", value: 0 });
  readonly #now = el("p", { id: "now" });
  /** Read aloud: changes of state, and each quarter of the way; not each step of the bar. */
  readonly #aloud = el("p", { role: "status", class: "hidden" });
  readonly #trouble = el("p", { role: "status", class: "note" });
  readonly #anew = el("p", { role: "status", class: "note" });
  readonly #buttons = el("div", { class: "buttons" });
  #offered: LineState["is"] | null = null;
  readonly #timeLeft = new TimeLeft();
  readonly #ticks: ReturnType<typeof setInterval>;
  readonly #keysShare: number;
  #keysMade = 0;
  #progress: Progress | null = null;
  #shownAt = 0;
  /** Tries at a puzzle so far, and about how many it takes; 0 while there is none. */
  #work: readonly [number, number] = [0, 0];

  constructor(hasFiles: boolean, board: Board) {
    this.#board = board;
    this.#keysShare = hasFiles ? KEYS_BEFORE_FILES : KEYS_ALONE;
    this.line = new Line(this.#lineChanged);
    this.line.onWork = this.#worked;
    this.#ticks = setInterval(this.#tellProgress, TICK_MS);
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
      this.#anew,
      this.#aloud,
      this.#buttons,
    );
    showAtWork();
    this.#lineChanged({ is: "working" });
  }

  leave(): void {
    clearInterval(this.#ticks);
    onLeaving(() => undefined);
  }

  /** Waits until all of the board was asked for, whatever came of it. */
  async boardEnded(): Promise<void> {
    let shown: LineState | null = null;
    const unwatch = this.#board.watch(() => {
      const { progress } = this.#board;
      if (this.line.signal.aborted || this.#board.ended) return;
      this.#tell(boardWords(progress), this.#keysMade);
      if (progress.line !== shown) this.#lineChanged(progress.line);
      shown = progress.line;
    });
    await this.#board.loaded.catch(() => undefined);
    unwatch();
    if (shown) this.#lineChanged({ is: "working" });
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
    this.#keysMade = done * this.#keysShare;
    this.#tell(_("Making your keys on this device…"), this.#keysMade);
  };

  readonly sent = (progress: Progress): void => {
    const isNew = progress.step !== this.#progress?.step;
    this.#progress = progress;
    if (progress.step === "files") this.#timeLeft.add(progress.done, Date.now());
    if (progress.anew) this.#tellAnew(safeFileName(progress.anew.name));
    if (isNew || this.#isTime) this.#tellProgress();
  };

  readonly #worked = (...work: [number, number]): void => {
    this.#work = work;
    // Words about work that is over would stay until the next step.
    if (this.#isTime || work[1] === 0) this.#tellProgress();
  };

  get #isTime(): boolean {
    return Date.now() - this.#shownAt >= STEP_MS;
  }

  #tellAnew(file: string): void {
    const words = fill(_("The file {file} has changed. It is read and sent anew."), { file });
    // The same words set again would be read aloud again.
    if (this.#anew.textContent !== words) this.#anew.textContent = words;
  }

  readonly #tellProgress = (): void => {
    if (!this.#progress) return;
    this.#shownAt = Date.now();
    const { step, done, total } = this.#progress;
    // Reading takes little of the whole: the words tell how far it is, the bar waits for the sending.
    const part = step === "reading" ? 0 : done / total;
    this.#tell(
      this.#words(this.#progress) + workWords(...this.#work),
      this.#keysMade + (1 - this.#keysMade) * part,
    );
  };

  #words({ step, done, total }: Progress): string {
    if (step === "envelope") return _("Sending the sealed text…");
    const size = { sent: writtenSize(done), total: writtenSize(total) };
    if (step === "reading") return fill(_("Reading your files: {sent} of {total}."), size);
    const seconds = this.#timeLeft.seconds(total - done, Date.now());
    const words = fill(_("Encrypting on this device, and sending: {sent} of {total}."), size);
    return seconds === null ? words : `${words} ${timeLeft(seconds)}`;
  }

  readonly #lineChanged = (state: LineState): void => {
    // What goes out while the line pauses is too little to tell a time from.
    this.#timeLeft.forget();
    this.#tellProgress();
    const stop = button(_("Stop and go back"), "plain", () => {
      this.line.stop();
    });
    const goOn = (text: string): HTMLButtonElement =>
      button(text, "main", () => {
        this.#board.tryNow();
        this.line.tryNow();
      });
    const pause = (): void => {
      this.line.pause();
    };
    // A button stays the same one for as long as it does the same: it may have the focus, or a finger on it.
    const offer = (...buttons: HTMLButtonElement[]): void => {
      if (this.#offered !== state.is) this.#buttons.replaceChildren(...buttons, stop);
      this.#offered = state.is;
    };
    switch (state.is) {
      case "working":
        this.#trouble.textContent = "";
        offer(button(_("Pause"), "plain", pause));
        break;
      case "paused":
        this.#trouble.textContent = _("Paused. Nothing is lost.");
        offer(goOn(_("Go on")));
        break;
      case "waiting":
        this.#trouble.textContent = waitingWords(state.code, state.seconds);
        offer(goOn(_("Try now")));
    }
  };

  #tell(words: string, position: number): void {
    const before = Math.floor(this.#bar.value * 4);
    this.#now.textContent = words;
    this.#bar.value = position;
    if (Math.floor(position * 4) !== before) this.#aloud.textContent = words;
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

/** Names who is gone and who is left. Resolves to whether it shall go to those. */
function asksAboutGone(
  { left }: RecipientsGone,
  { recipientIds }: Outgoing,
  office: Office,
): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (others: boolean) => (): void => {
      resolve(others);
    };
    const title = (id: string): string => titleOfId(office, id);
    const others = button(_("Send it to those who are left"), "main", answer(true));
    const back = button(_("Back to what you wrote"), "plain", answer(false));
    onBrowserBack(answer(false));
    show(
      _("Not everyone you chose is still there"),
      p(_("The office no longer lists these, so nothing was sent to anyone yet:")),
      list(recipientIds.filter((id) => !left.includes(id)).map(title)),
      ...(left.length > 0
        ? [p(_("Of those whom you chose, these are left:")), list(left.map(title))]
        : [p(_("Nobody whom you chose is left. Go back and choose again."))]),
      el("div", { class: "buttons" }, ...(left.length > 0 ? [others, back] : [back])),
    );
  });
}

/** Shows what stopped the sending for good. Resolves to whether the person wants to try again. */
function asksToTryAgain(error: unknown, sent: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (again: boolean) => (): void => {
      resolve(again);
    };
    const again = button(_("Try again"), "main", answer(true));
    const back = button(_("Back to what you wrote"), "plain", answer(false));
    onBrowserBack(answer(false));
    show(
      _("Sending has stopped"),
      p(stoppedWords(error)),
      p(
        sent
          ? _("The office may have this message already. A new try sends the very same one.")
          : _("The office has received nothing yet. What you wrote is still here."),
      ),
      el("div", { class: "buttons" }, again, back),
    );
  });
}

function stoppedWords(error: unknown): string {
  if (error instanceof FileUnreadable) {
    return fill(
      _(
        "The file {file} can no longer be read, or has changed since you chose it. Go back, remove it and choose it again.",
      ),
      { file: safeFileName(error.file.name) },
    );
  }
  if (error instanceof MessageTooLarge || error instanceof TooLarge) {
    return _(
      "This is more than the server can take in one message now. Go back and shorten the text or remove files.",
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
  if (!(error instanceof ServerError)) return cannotEncrypt();
  return _(
    "The server refused what this page sent. This page may be out of date, or someone is changing what you send.",
  );
}
