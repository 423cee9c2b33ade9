/** The report: one question a screen, then all answers at a glance, then it is delivered. */

import { newCodename } from "../../protocol/codename.ts";
import { later } from "../../protocol/days.ts";
import { deriveSourceKeys, type SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import { answersTooLarge, answerTooLong, roomFor, takesFiles } from "../../sending/limits.ts";
import type { Answers } from "../../sending/sealing.ts";
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
  tellStep,
  type Child,
} from "../parts/elements.ts";
import { comparison } from "../parts/fingerprint.ts";
import { guardLeaving, onBrowserBack } from "../parts/leaving.ts";
import { recipientBoxes, titleOf } from "../parts/recipient_boxes.ts";
import { askText, limitNotes, textLimit, textProblem, type Ways } from "../parts/text_fields.ts";
import { fill, writtenNumber } from "../parts/wording.ts";
import { askChoice } from "./choice_screen.ts";
import { showCodename } from "./codename_screen.ts";
import { questionsOf, type Asked } from "./questionnaire.ts";

const LONG_ANSWER = 500;

/** What the person has typed and chosen so far, in memory only. */
export class Report {
  readonly #office: Office;
  readonly #delivery: ReportDelivery;
  readonly #leave: () => void;
  /** By the names of questions, the text of the report among them. */
  readonly #answers = new Map<string, string>();
  /** By the names of questions, the ids of what is chosen. */
  readonly #choices = new Map<string, Set<string>>();
  readonly #files: File[] = [];
  readonly #leftOut = new Set<string>();
  readonly #questions: readonly Asked[];
  /** The summary was reached, so a changed answer leads back to it. */
  #complete = false;
  #keys: Promise<SourceKeys> | null = null;
  #tellKeys: (done: number) => void = () => undefined;
  readonly #codename = newCodename();

  /** `leave` goes back to what led here. */
  constructor(office: Office, delivery: ReportDelivery, leave: () => void) {
    this.#office = office;
    this.#delivery = delivery;
    this.#leave = leave;
    const several = office.directory.recipients.length > 1;
    this.#questions = questionsOf(office.form).filter(
      ({ kind }) => several || kind !== "recipients",
    );
    for (const { name } of this.#questions) this.#choices.set(name, new Set());
  }

  begin(): void {
    this.#ask(0);
  }

  #ask(step: number): void {
    const onBack = (): void => {
      if (this.#complete) this.#showSummary();
      else if (step === 0) this.#leave();
      else this.#ask(step - 1);
    };
    const onNext = (): void => {
      if (this.#complete || step === this.#questions.length - 1) this.#showSummary();
      else this.#ask(step + 1);
    };
    onBrowserBack(onBack);
    const question = this.#questions[step] as Asked;
    const ways = {
      next: this.#complete ? _("Back to the summary") : _("Continue"),
      onNext,
      onBack,
    };
    if (question.kind === "recipients") this.#askRecipients(question, ways);
    else if (question.kind === "choice") this.#askChoice(question, ways);
    else this.#askText(question, ways);
    this.#tellStep(step);
  }

  /** Says how far it is; the last step is the summary. */
  #tellStep(step: number): void {
    tellStep(step + 1, this.#questions.length + 1);
  }

  #askChoice(question: Asked, ways: Ways): void {
    const changed = (): void => {
      guardLeaving(true);
    };
    askChoice(question, this.#chosen(question), changed, ways, this.#fileChooser(question));
  }

  #chosen({ name }: Asked): Set<string> {
    return this.#choices.get(name) as Set<string>;
  }

  #askText(question: Asked, ways: Ways): void {
    const { name } = question;
    const required = question.kind === "text";
    const help = required ? limitNotes(this.#office) : [p(_("You can leave this empty."))];
    askText(
      {
        ...question,
        required,
        help: [...question.help.map((text) => p(text)), ...help],
        tooLong: this.#tooLong(question),
        value: this.#answer(name),
        keep: (text) => {
          this.#answers.set(name, text);
          guardLeaving(true);
        },
        more: this.#fileChooser(question),
      },
      ways,
    );
  }

  #answer(name: string): string {
    return this.#answers.get(name) ?? "";
  }

  #fileChooser({ files }: Asked): Child[] {
    return files && takesFiles(this.#office) ? [fileChooser(this.#files, this.#office)] : [];
  }

  /** Returns what says that a text is too long for its field, or null where it is not. */
  #tooLong({ most }: Asked): (text: string) => string | null {
    if (most === null) return textLimit(this.#office);
    return (text) => (answerTooLong(text, most) ? answerTooLongWords(roomFor(text, most)) : null);
  }

  #askRecipients({ heading, help }: Asked, ways: Ways): void {
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
      el("dl", { id: "answers", class: "answers", tabindex: -1 }, ...rows),
      el(
        "details",
        {},
        el("summary", {}, _("Is this the right office?")),
        ...comparison(this.#office.facts.genesisId),
      ),
      p(this.#delivery.note),
      form([], this.#delivery.button, () => void this.#send(), back),
    );
    this.#tellStep(this.#questions.length);
  }

  #summaryRow(question: Asked, step: number): Child[] {
    const { kind, heading } = question;
    const shownHeading = kind === "recipients" ? _("Who can read it?") : heading;
    const answer = this.#shownAnswer(question);
    const change = button(_("Change"), "quiet", () => {
      this.#ask(step);
    });
    change.setAttribute("aria-label", `${_("Change")}: ${shownHeading}`);
    // A long answer is scrolled in its own box, which the keyboard has to reach.
    const long = answer.length > LONG_ANSWER;
    const look = long ? { class: "answer long", tabindex: 0 } : { class: "answer" };
    const text = el("div", look, answer || _("No answer"));
    const files = question === this.#lastWithFiles() && this.#files.length > 0;
    const shown = files ? [text, list(this.#files.map(fileLabel))] : [text];
    return [el("dt", {}, shownHeading), el("dd", {}, ...shown, change)];
  }

  #shownAnswer(question: Asked): string {
    switch (question.kind) {
      case "recipients":
        return this.#readers().map(titleOf).join("\n");
      case "choice":
        return question.choices
          .filter(({ id }) => this.#chosen(question).has(id))
          .map(({ label }) => label)
          .join("\n");
      default:
        return this.#answer(question.name);
    }
  }

  /** Files are one list, wherever they are chosen. */
  #lastWithFiles(): Asked | undefined {
    return this.#questions.filter(({ files }) => files).pop();
  }

  /** Leads to the first answer that cannot be sent, if there is one: going back skips the checks. */
  #findsProblem(): boolean {
    for (const [step, question] of this.#questions.entries()) {
      const problem = this.#problem(question);
      if (problem === null) continue;
      this.#ask(step);
      if (problem) complain(byId(question.name), problem);
      return true;
    }
    if (!answersTooLarge(this.#answers.get("text") ?? "", this.#sentAnswers(), this.#office)) {
      return false;
    }
    const words = _(
      "Your answers are too long together. Shorten some; what happened may be longer.",
    );
    complain(byId("answers"), words);
    return true;
  }

  /** What is wrong with an answer; empty where its own screen says so, null where nothing is. */
  #problem(question: Asked): string | null {
    switch (question.kind) {
      case "recipients":
        return this.#readers().length === 0 ? "" : null;
      case "choice":
        return null;
      default:
        return textProblem(
          this.#answer(question.name),
          question.kind === "text",
          this.#tooLong(question),
        );
    }
  }

  /** The answers as the message holds them: none that is empty, choices in the order of the form. */
  #sentAnswers(): Answers {
    const given = this.#questions.flatMap((question): [string, string | string[]][] => {
      const { kind, id, name, choices } = question;
      if (kind === "choice") {
        const chosen = choices
          .map((one) => one.id)
          .filter((one) => this.#chosen(question).has(one));
        return chosen.length > 0 ? [[id, chosen]] : [];
      }
      return kind === "answer" && this.#answer(name).trim() ? [[id, this.#answer(name)]] : [];
    });
    return Object.fromEntries(given);
  }

  async #send(): Promise<void> {
    if (this.#findsProblem()) return;
    const day = await this.#delivery.deliver(
      {
        kind: "report",
        text: this.#answer("text"),
        answers: this.#sentAnswers(),
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
