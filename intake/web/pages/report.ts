/** The report: one question a screen, then all answers at a glance, then it is delivered. */

import { answerTooLong, takesFiles } from "../limits.ts";
import type { Office } from "../office.ts";
import { newCodename } from "../protocol/codename.ts";
import { deriveSourceKeys, type SourceKeys } from "../protocol/source_keys.ts";
import { fileChooser, fileLabel } from "./attaching.ts";
import { recipientBoxes, titleOf } from "./choosing.ts";
import type { KeyMaker, ReportDelivery } from "./delivery.ts";
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
} from "./elements.ts";
import { comparison } from "./fingerprint.ts";
import { showCodename } from "./keeping.ts";
import { guardLeaving, onBrowserBack } from "./leaving.ts";
import { askText, limitNotes, textLimit, textProblem, type Ways } from "./questions.ts";

/** The questions beside what happened, by their names in SPEC 7.1, in the order asked. */
const ANSWERS = ["who", "when", "how", "evidence", "fear"] as const;
const LONG_ANSWER = 500;
type AnswerName = (typeof ANSWERS)[number];

/** What the person has typed and chosen so far, in memory only. */
export class Report {
  readonly #office: Office;
  readonly #delivery: ReportDelivery;
  readonly #answers: Record<AnswerName, string> = {
    who: "",
    when: "",
    how: "",
    evidence: "",
    fear: "",
  };
  readonly #files: File[] = [];
  readonly #leftOut = new Set<string>();
  readonly #steps: readonly ((ways: Ways) => void)[];
  #text = "";
  /** The summary was reached, so a changed answer leads back to it. */
  #complete = false;
  #keys: Promise<SourceKeys> | null = null;
  #tellKeys: (done: number) => void = () => undefined;
  readonly #codename = newCodename();

  constructor(office: Office, delivery: ReportDelivery) {
    this.#office = office;
    this.#delivery = delivery;
    const asked = ANSWERS.map((name) => (ways: Ways) => {
      this.#askAnswer(name, ways);
    });
    this.#steps = [
      (ways) => {
        this.#askText(ways);
      },
      ...asked,
    ];
    if (office.directory.recipients.length > 1) {
      this.#steps = [
        ...this.#steps,
        (ways) => {
          this.#askRecipients(ways);
        },
      ];
    }
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
      if (this.#complete || step === this.#steps.length - 1) this.#showSummary();
      else this.#ask(step + 1);
    };
    onBrowserBack(onBack);
    this.#steps[step]?.({
      next: this.#complete ? _("Back to the summary") : _("Continue"),
      onNext,
      onBack,
    });
  }

  #askText(ways: Ways): void {
    askText(
      {
        name: "text",
        heading: _("What happened?"),
        help: [
          p(
            _(
              "Tell it in your own words, in any language. Names, places, sums and documents help.",
            ),
          ),
          p(_("Do not write who you are, unless you want the office to know.")),
          ...limitNotes(this.#office),
        ],
        rows: 12,
        required: true,
        tooLong: this.#tooLong("text"),
        value: this.#text,
        keep: (text) => {
          this.#text = text;
          this.#guard();
        },
      },
      ways,
    );
  }

  #askAnswer(name: AnswerName, ways: Ways): void {
    const { heading, help } = question(name);
    const files = name === "evidence" && takesFiles(this.#office);
    askText(
      {
        name,
        heading,
        help: [p(help), p(_("You can leave this empty."))],
        rows: files ? 4 : 6,
        required: false,
        tooLong: this.#tooLong(name),
        value: this.#answers[name],
        keep: (text) => {
          this.#answers[name] = text;
          this.#guard();
        },
        more: files ? [fileChooser(this.#files, this.#office)] : [],
      },
      ways,
    );
  }

  /** Returns what says that a text is too long for its field, or null where it is not. */
  #tooLong(name: AnswerName | "text"): (text: string) => string | null {
    if (name !== "text") return (text) => (answerTooLong(text) ? answerTooLongWords() : null);
    return textLimit(this.#office);
  }

  #askRecipients(ways: Ways): void {
    const { recipients } = this.#office.directory;
    const heading = _("Who must not see this report?");
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
    const help = [
      p(
        _(
          "If your report is about someone who works in one of these groups, tick it. Your report is then encrypted to the others only, and this one cannot read it.",
        ),
      ),
      p(_("A group that is left out can see that there is a report that it cannot read.")),
    ];
    show(
      heading,
      form([el("div", { class: "help" }, ...help), boxes], ways.next, onNext, ways.onBack),
    );
  }

  #showSummary(): void {
    this.#complete = true;
    const last = this.#steps.length - 1;
    const rows = [
      this.#summaryRow(_("What happened?"), this.#text, 0),
      ...ANSWERS.flatMap((name, place) => [
        this.#summaryRow(
          question(name).heading,
          this.#answers[name],
          place + 1,
          name === "evidence" ? this.#files : [],
        ),
      ]),
    ];
    if (this.#office.directory.recipients.length > 1) {
      rows.push(
        this.#summaryRow(_("Who can read it?"), this.#readers().map(titleOf).join("\n"), last),
      );
    }
    onBrowserBack(() => {
      this.#ask(last);
    });
    const back = (): void => {
      this.#ask(last);
    };
    show(
      _("Check your report before you send it"),
      el("dl", { class: "answers" }, ...rows.flat()),
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

  #summaryRow(heading: string, answer: string, step: number, files: readonly File[] = []): Child[] {
    const change = button(_("Change"), "quiet", () => {
      this.#ask(step);
    });
    change.setAttribute("aria-label", `${_("Change")}: ${heading}`);
    // A long answer is scrolled in its own box, which the keyboard has to reach.
    const long = answer.length > LONG_ANSWER;
    const look = long ? { class: "answer long", tabindex: 0 } : { class: "answer" };
    const text = el("div", look, answer || _("No answer"));
    const shown = files.length ? [text, list(files.map(fileLabel))] : [text];
    return [el("dt", {}, heading), el("dd", {}, ...shown, change)];
  }

  /** Leads to the first answer that cannot be sent, if there is one: going back skips the checks. */
  #findsProblem(): boolean {
    const texts = [this.#text, ...ANSWERS.map((name) => this.#answers[name])];
    for (const [step, text] of texts.entries()) {
      const name = step === 0 ? "text" : (ANSWERS[step - 1] as AnswerName);
      const problem = textProblem(text, step === 0, this.#tooLong(name));
      if (!problem) continue;
      this.#ask(step);
      complain(byId(name), problem);
      return true;
    }
    if (this.#readers().length > 0) return false;
    this.#ask(this.#steps.length - 1);
    return true;
  }

  async #send(): Promise<void> {
    if (this.#findsProblem()) return;
    const answers = Object.entries(this.#answers).filter(([, text]) => text.trim());
    const day = await this.#delivery.deliver(
      {
        kind: "report",
        text: this.#text,
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
      until: day + this.#office.directory.policy.codenameDays,
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

  #guard(): void {
    guardLeaving(true);
  }
}

function question(name: AnswerName): { heading: string; help: string } {
  switch (name) {
    case "who":
      return {
        heading: _("Who did it?"),
        help: _("Names, posts and offices of those involved, as far as you know them."),
      };
    case "when":
      return {
        heading: _("When and where?"),
        help: _("Days, times and places, also roughly. Say if it still goes on."),
      };
    case "how":
      return {
        heading: _("How do you know?"),
        help: _(
          "Say what you saw yourself, what you heard and what you conclude. Others may be able to tell who you are from what only you can know.",
        ),
      };
    case "evidence":
      return {
        heading: _("What evidence is there?"),
        help: _(
          "Documents, messages, pictures, witnesses: what there is and where it lies, also what you cannot send.",
        ),
      };
    case "fear":
      return {
        heading: _("What do you fear?"),
        help: _("Say what may happen to you or to the evidence, and what the office should avoid."),
      };
  }
}

function answerTooLongWords(): string {
  return _(
    "This answer is too long. There is room for about 2,000 characters here; what happened may be longer.",
  );
}
