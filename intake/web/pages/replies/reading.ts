/** The replies: eight words in, what the office wrote out, and a follow-up if the person wants. */

import { readCodename, type Correction, type ReadCodename } from "../../protocol/codename.ts";
import { NotACodename } from "../../protocol/errors.ts";
import { followUpRecipients, type Reply } from "../../protocol/replies.ts";
import { deriveSourceKeys, type SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import type { FollowUpDelivery } from "../parts/delivery.ts";
import {
  button,
  complain,
  el,
  form,
  list,
  p,
  quietDown,
  section,
  show,
  showFoot,
  type Child,
} from "../parts/elements.ts";
import { leaveNow, onBrowserBack } from "../parts/leaving.ts";
import { closedWords } from "../parts/opening.ts";
import { titleOfId } from "../parts/recipient_boxes.ts";
import { textField } from "../parts/text_fields.ts";
import { pageWords } from "../parts/word_list.ts";
import { fill, writtenDay } from "../parts/wording.ts";
import { FollowUp } from "./follow_up.ts";

/** Asks for the codename; `otherLanguage` says where to type one of another language. */
export function askCodename(otherLanguage: string, onRead: (read: ReadCodename) => void): void {
  const field = textField("codename", "", 3, () => undefined);
  field.setAttribute("autocapitalize", "none");
  field.setAttribute("aria-describedby", "codename-help");
  const onNext = (): void => {
    quietDown();
    try {
      onRead(readCodename(field.value, pageWords(), WORD_LIST.name));
    } catch (error) {
      if (!(error instanceof NotACodename)) throw error;
      complain(field, codenameProblem(error, otherLanguage));
    }
  };
  onBrowserBack(null);
  show(
    _("Read your replies"),
    form(
      [
        el("label", { for: field.id }, _("Your codename")),
        el(
          "p",
          { id: "codename-help", class: "help" },
          _(
            "The eight words from your paper, in their order. Capital letters, the keyboard’s language and one slip in a word do not matter.",
          ),
        ),
        field,
      ],
      _("Show the replies"),
      onNext,
    ),
    p(
      _(
        "The words are not sent. This page makes keys of them on this device and looks for your replies among all that are on the board.",
      ),
    ),
  );
  showFoot();
}

function codenameProblem(error: NotACodename, otherLanguage: string): string {
  switch (error.reason) {
    case "count":
      return _("These are not eight words. Type all eight, with spaces between them.");
    case "word":
      return `${fill(_("Word {n} is not in the list. Look at your paper."), { n: error.position ?? 0 })} ${otherLanguage}`;
    case "check":
      return _(
        "One of these words is wrong, or they are in the wrong order. Compare each with your paper.",
      );
  }
}

/** Makes the keys of a codename before the person's eyes. */
export function makeKeys(office: Office, { codename }: ReadCodename): Promise<SourceKeys> {
  const bar = el("progress", { max: 1, "aria-labelledby": "now" });
  onBrowserBack(() => undefined);
  show(
    _("Looking for your replies"),
    el("p", { id: "now" }, _("Making your keys on this device…")),
    bar,
  );
  return deriveSourceKeys(codename, office.facts.genesisId, (done) => {
    bar.value = done;
  });
}

/** What the office wrote, and the ways on. */
export class Replies {
  readonly #office: Office;
  readonly #replies: readonly Reply[];
  readonly #corrections: readonly Correction[];
  readonly #followUp: FollowUp;
  /** Leads back to the question for the codename. */
  readonly #again: () => void;

  constructor(
    office: Office,
    source: SourceKeys,
    replies: readonly Reply[],
    corrections: readonly Correction[],
    delivery: FollowUpDelivery,
    again: () => void,
  ) {
    this.#office = office;
    this.#replies = replies;
    this.#corrections = corrections;
    this.#again = again;
    const proposed = followUpRecipients(replies, source, office.directory);
    this.#followUp = new FollowUp(office, source, proposed, replies.length > 0, delivery, () => {
      this.show();
    });
  }

  show(): void {
    onBrowserBack(() => undefined);
    show(
      this.#replies.length > 0 ? _("Your replies") : _("No reply yet, or a word is wrong"),
      ...this.#correctionNotes(),
      ...(this.#replies.length > 0 ? this.#sections() : this.#noReply()),
      p(
        fill(
          _(
            "The office answers to a codename for {days} days after your last message. A reply stays here for at least {kept} days.",
          ),
          {
            days: this.#office.directory.policy.codenameDays,
            kept: this.#office.directory.policy.replyDays,
          },
        ),
      ),
      ...this.#waysOn(),
    );
  }

  #correctionNotes(): Child[] {
    if (this.#corrections.length === 0) return [];
    const notes = this.#corrections.map(({ position, typed, word }) =>
      fill(_("Word {n}: you typed “{typed}”, read as “{word}”."), { n: position, typed, word }),
    );
    return [
      el(
        "div",
        { class: "note" },
        p(_("Something was corrected. Mend it on your paper if it stands there:")),
        list(notes),
      ),
    ];
  }

  #sections(): Child[] {
    const ids = [...new Set(this.#replies.map((reply) => reply.recipientId))];
    return ids.map((id) => {
      const own = this.#replies.filter((reply) => reply.recipientId === id);
      return section(titleOfId(this.#office, id), ...own.map(replyArticle));
    });
  }

  #noReply(): Child[] {
    return [
      p(
        _(
          "For these eight words there is nothing on the board. Either the office has not replied yet, or a word is wrong: not every wrong word can be noticed.",
        ),
      ),
      p(_("Compare the words with your paper. Replies come in batches, so look again in a week.")),
      el("div", { class: "buttons" }, button(_("Type the words again"), "plain", this.#again)),
    ];
  }

  #waysOn(): Child[] {
    const { open, reason } = this.#office.status.envelopes;
    const leave = button(_("Leave this page"), "plain", leaveNow);
    if (!open) {
      return [
        p(_("You cannot write to the office now."), " ", closedWords(reason)),
        el("div", { class: "buttons" }, leave),
      ];
    }
    const write = button(_("Write a follow-up"), "main", () => {
      this.#followUp.begin();
    });
    return [el("div", { class: "buttons" }, write, leave)];
  }
}

function replyArticle(reply: Reply): HTMLElement {
  const heading =
    reply.kind === "acknowledgement" ? _("Confirmation of {date}") : _("Reply of {date}");
  const missing = ngettext(
    "A part of this reply is missing. It may come with the next batch.",
    "Parts of this reply are missing. They may come with the next batch.",
    reply.missingParts.length,
  );
  return el(
    "article",
    {},
    el("h3", {}, fill(heading, { date: writtenDay(reply.day) })),
    el("div", { class: "answer", dir: "auto" }, reply.text),
    ...(reply.missingParts.length > 0 ? [el("p", { class: "note" }, missing)] : []),
  );
}
