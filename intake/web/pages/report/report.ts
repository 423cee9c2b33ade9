/** The report: one question a screen, then all answers at a glance, then it is delivered. */

import { newCodename } from "../../protocol/codename.ts";
import { later } from "../../protocol/days.ts";
import { deriveSourceKeys, type SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import { answerTooLong, roomFor, takesFiles } from "../../sending/limits.ts";
import { fileChooser, fileLabel } from "../parts/attaching.ts";
import type { KeyMaker, ReportDelivery } from "../parts/delivery.ts";
import {
  button,
  byId,
  complain,
  el,
  form,
  list,
  p,
  quietDown,
  show,
  type Child,
} from "../parts/elements.ts";
import { comparison } from "../parts/fingerprint.ts";
import { guardLeaving, onBrowserBack } from "../parts/leaving.ts";
import { recipientBoxes, titleOf } from "../parts/recipient_boxes.ts";
import { askText, limitNotes, textLimit, textProblem, type Ways } from "../parts/text_fields.ts";
import { fill, writtenNumber } from "../parts/wording.ts";
import { showCodename } from "./codename_screen.ts";

const LONG_ANSWER = 500;

/** What the person has typed and chosen so far, in memory only. */
export class Report {
  readonly #office: Office;
  readonly #delivery: ReportDelivery;
  /** By the names of questions, the text of the report among them. */
  readonly #answers = new Map<string, string>();
  readonly #files: File[] = [];
  readonly #leftOut = new Set<string>();
  readonly #questions: readonly Question[];
  /** The summary was reached, so a changed answer leads back to it. */
  #complete = false;
  #keys: Promise<SourceKeys> | null = null;
  #tellKeys: (done: number) => void = () => undefined;
  readonly #codename = newCodename();

  constructor(office: Office, delivery: ReportDelivery) {
    this.#office = office;
    this.#delivery = delivery;
    const several = office.directory.recipients.length > 1;
    this.#questions = QUESTIONS.filter(({ kind }) => several || kind !== "recipients");
  }

  begin(): void {
    onBrowserBack(null);
    this.#delivery.first(this.#office, () => {
      this.#ask(0);
    });
  }

  #ask(step: number): void {
    const onBack = (): void => {
      if (this.#complete) this.#showSummary();
      else if (step === 0) this.begin();
      else this.#ask(step - 1);
    };
    const onNext = (): void => {
      if (this.#complete || step === this.#questions.length - 1) this.#showSummary();
      else this.#ask(step + 1);
    };
    onBrowserBack(onBack);
    const question = this.#questions[step] as Question;
    const ways = {
      next: this.#complete ? _("Back to the summary") : _("Continue"),
      onNext,
      onBack,
    };
    if (question.kind === "recipients") this.#askRecipients(question, ways);
    else this.#askText(question, ways);
  }

  #askText(question: Question, ways: Ways): void {
    const { name } = question;
    const help = question.required ? limitNotes(this.#office) : [p(_("You can leave this empty."))];
    askText(
      {
        ...question,
        help: [...question.help.map((text) => p(text)), ...help],
        tooLong: this.#tooLong(question),
        value: this.#answer(name),
        keep: (text) => {
          this.#answers.set(name, text);
          guardLeaving(true);
        },
        more: this.#takesFiles(question) ? [fileChooser(this.#files, this.#office)] : [],
      },
      ways,
    );
  }

  #answer(name: string): string {
    return this.#answers.get(name) ?? "";
  }

  #takesFiles({ files }: Question): boolean {
    return files && takesFiles(this.#office);
  }

  /** Returns what says that a text is too long for its field, or null where it is not. */
  #tooLong({ most }: Question): (text: string) => string | null {
    if (most === null) return textLimit(this.#office);
    return (text) => (answerTooLong(text, most) ? answerTooLongWords(roomFor(text, most)) : null);
  }

  #askRecipients({ heading, help }: Question, ways: Ways): void {
    const { recipients } = this.#office.directory;
    const boxes = recipientBoxes(heading, recipients, this.#leftOut);
    const onNext = (): void => {
      quietDown();
      if (this.#leftOut.size < recipients.length) ways.onNext();
      else
        complain(
          boxes,
          _("Leave at least one without a tick: someone has to be able to read the report."),
        );
    };
    const words = [...help, _("Tick a group to leave it out.")].map((text) => p(text));
    show(
      heading,
      form([el("div", { class: "help" }, ...words), boxes], ways.next, onNext, ways.onBack),
    );
  }

  #showSummary(): void {
    this.#complete = true;
    const rows = this.#questions.flatMap((question, step) => this.#summaryRow(question, step));
    const back = (): void => {
      this.#ask(this.#questions.length - 1);
    };
    onBrowserBack(back);
    show(
      _("Check your report before you send it"),
      el("dl", { class: "answers" }, ...rows),
      el(
        "details",
        {},
        el("summary", {}, _("Is this the right office?")),
        ...comparison(this.#office.facts.genesisId),
      ),
      p(this.#delivery.note),
      form([], this.#delivery.button, () => void this.#send(), back),
    );
  }

  #summaryRow({ name, kind, heading, files }: Question, step: number): Child[] {
    const leavesOut = kind === "recipients";
    const shownHeading = leavesOut ? _("Who can read it?") : heading;
    const answer = leavesOut ? this.#readers().map(titleOf).join("\n") : this.#answer(name);
    const change = button(_("Change"), "quiet", () => {
      this.#ask(step);
    });
    change.setAttribute("aria-label", `${_("Change")}: ${shownHeading}`);
    // A long answer is scrolled in its own box, which the keyboard has to reach.
    const long = answer.length > LONG_ANSWER;
    const look = long ? { class: "answer long", tabindex: 0 } : { class: "answer" };
    const text = el("div", look, answer || _("No answer"));
    const shown = files && this.#files.length ? [text, list(this.#files.map(fileLabel))] : [text];
    return [el("dt", {}, shownHeading), el("dd", {}, ...shown, change)];
  }

  /** Leads to the first answer that cannot be sent, if there is one: going back skips the checks. */
  #findsProblem(): boolean {
    for (const [step, question] of this.#questions.entries()) {
      const { name, kind, required } = question;
      const chosen = kind === "recipients";
      const problem = chosen
        ? null
        : textProblem(this.#answer(name), required, this.#tooLong(question));
      if (!problem && !(chosen && this.#readers().length === 0)) continue;
      this.#ask(step);
      if (problem) complain(byId(name), problem);
      return true;
    }
    return false;
  }

  async #send(): Promise<void> {
    if (this.#findsProblem()) return;
    const answers = QUESTIONS.filter(({ kind }) => kind === "answer")
      .map(({ name }) => [name, this.#answer(name)] as const)
      .filter(([, text]) => text.trim());
    const day = await this.#delivery.deliver(
      {
        kind: "report",
        text: this.#answer("text"),
        answers: Object.fromEntries(answers),
        files: this.#files,
        recipientIds: this.#readers().map((recipient) => recipient.id),
      },
      this.#makeKeys,
      this.#office,
      () => {
        this.#showSummary();
      },
    );
    if (day === null) return;
    showCodename(this.#codename, {
      heading: this.#delivery.codenameHeading,
      until: later(day, this.#office.directory.policy.codenameDays),
      next: () => {
        this.#delivery.after(this.#office, day);
      },
    });
  }

  /** Makes the keys once, whatever happens while sending: the codename stays the same. */
  readonly #makeKeys: KeyMaker = (tell) => {
    this.#tellKeys = tell;
    const keys = (this.#keys ??= deriveSourceKeys(
      this.#codename,
      this.#office.facts.genesisId,
      (done) => {
        this.#tellKeys(done);
      },
    ));
    // Who stops meanwhile may begin again.
    keys.catch(() => (this.#keys = null));
    return keys;
  };

  #readers(): Office["directory"]["recipients"] {
    return this.#office.directory.recipients.filter(
      (recipient) => !this.#leftOut.has(recipient.id),
    );
  }
}

function answerTooLongWords(room: number): string {
  return fill(
    _(
      "This answer is too long. There is room for about {n} characters here; what happened may be longer.",
    ),
    { n: writtenNumber(room) },
  );
}
