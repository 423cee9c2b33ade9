/** The replies: what the office wrote, and a follow-up if the person wants. */

import type { Correction } from "../../protocol/codename.ts";
import { followUpRecipients, type Reply } from "../../protocol/replies.ts";
import type { SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import type { FollowUpDelivery } from "../parts/delivery.ts";
import { button, el, list, p, section, show, type Child } from "../parts/elements.ts";
import { leaveNow, onBrowserBack } from "../parts/leaving.ts";
import { closedWords } from "../parts/opening.ts";
import { titleOfId } from "../parts/recipient_boxes.ts";
import { fill, writtenDay } from "../parts/wording.ts";
import { forgetTyped } from "./asking.ts";
import { FollowUp } from "./follow_up.ts";

/** The part of the board that is not there yet. */
export interface Rest {
  /** Resolves once it is there. */
  readonly loaded: Promise<void>;
  /** Shows the replies of all of the board. */
  readonly showAll: () => void;
}

/** What goes with the replies, but for themselves. */
export interface Around {
  readonly corrections: readonly Correction[];
  readonly delivery: FollowUpDelivery;
  /** Leads back to the question for the codename. */
  readonly again: () => void;
  /** Null where all of the board is there. */
  readonly rest: Rest | null;
  /** Whether there is nothing on the board for anybody. */
  readonly empty: boolean;
}

/** What the office wrote, and the ways on. */
export class Replies {
  readonly #office: Office;
  readonly #replies: readonly Reply[];
  readonly #around: Around;
  readonly #followUp: FollowUp;

  constructor(office: Office, source: SourceKeys, replies: readonly Reply[], around: Around) {
    this.#office = office;
    this.#replies = replies;
    this.#around = around;
    const proposed = followUpRecipients(replies, source, office.directory);
    const answered = replies.length > 0;
    this.#followUp = new FollowUp(office, source, proposed, answered, around.delivery, () => {
      this.show();
    });
  }

  show(): void {
    onBrowserBack(() => undefined);
    if (this.#replies.length > 0) forgetTyped();
    const nothing = this.#around.rest ? _("Nothing so far") : _("No reply yet, or a word is wrong");
    show(
      this.#replies.length > 0 ? _("Your replies") : nothing,
      ...this.#restNote(),
      ...this.#correctionNotes(),
      ...(this.#replies.length > 0 ? this.#sections() : this.#noReply()),
      p(this.#terms()),
      ...this.#waysOn(),
    );
  }

  /** How long a codename and a reply hold. */
  #terms(): string {
    const { codenameDays: days, replyDays: kept } = this.#office.directory.policy;
    const answers = ngettext(
      "The office answers to a codename for {days} day after your last message.",
      "The office answers to a codename for {days} days after your last message.",
      days,
    );
    const stays = ngettext(
      "A reply stays here for at least {kept} day.",
      "A reply stays here for at least {kept} days.",
      kept,
    );
    return `${fill(answers, { days })} ${fill(stays, { kept })}`;
  }

  #restNote(): Child[] {
    const { rest } = this.#around;
    if (!rest) return [];
    const more = _(
      "Not all of the board is there yet, so there may be more. Keep this page open until it is.",
    );
    const note = el("div", { class: "note", role: "status" }, p(more));
    const end = (said: string, way: HTMLElement): void => {
      note.replaceChildren(p(said), p(way));
      document.getElementById("later")?.remove();
    };
    void rest.loaded.then(
      () => {
        // Who reads is not interrupted; who saw nothing waits for this.
        if (this.#replies.length === 0 && note.isConnected) rest.showAll();
        const all = button(_("Show everything"), "plain", rest.showAll);
        end(_("Now all of the board is there."), all);
      },
      () => {
        const again = button(_("Try again"), "plain", () => {
          location.reload();
        });
        end(_("The rest of the board could not be loaded."), again);
      },
    );
    return [note];
  }

  #correctionNotes(): Child[] {
    const { corrections } = this.#around;
    if (corrections.length === 0) return [];
    const notes = corrections.map(({ position, typed, word }) =>
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
    if (this.#around.rest) {
      return [p(_("In what is there so far, nothing is for these eight words."))];
    }
    const compare = [
      p(_("Compare the words with your paper. Replies come in batches, so look again in a week.")),
    ];
    if (this.#around.empty) {
      return [
        p(
          _(
            "There is nothing on the board now, for anybody. Whether a word is wrong cannot be told from that.",
          ),
        ),
        ...compare,
      ];
    }
    return [
      p(
        _(
          "For these eight words there is nothing on the board. Either the office has not replied yet, or a word is wrong: not every wrong word can be noticed.",
        ),
      ),
      ...compare,
    ];
  }

  #waysOn(): Child[] {
    const { open, reason } = this.#office.status.envelopes;
    const none = this.#replies.length === 0;
    const leave = button(_("Leave this page"), "plain", leaveNow);
    const again = (look: string): Child[] =>
      none ? [button(_("Type the words again"), look, this.#around.again)] : [];
    // Whom a source left out before may stand in what is missing.
    if (this.#around.rest) {
      return [
        el("p", { id: "later" }, _("You can write a follow-up once all of the board is there.")),
        el("div", { class: "buttons" }, ...again("plain"), leave),
      ];
    }
    if (!open) {
      return [
        p(_("You cannot write to the office now."), " ", closedWords(reason)),
        el("div", { class: "buttons" }, ...again("main"), leave),
      ];
    }
    // A follow-up under a wrong word reaches no report: the words come first.
    const write = button(_("Write a follow-up"), none ? "plain" : "main", () => {
      this.#followUp.begin();
    });
    return [el("div", { class: "buttons" }, ...again("main"), write, leave)];
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
  const twice = _(
    "A part of this reply came twice, and the earlier one is shown. The office may have gone back to an old copy of its data. If something does not fit together, ask in a follow-up.",
  );
  return el(
    "article",
    {},
    el("h3", {}, fill(heading, { date: writtenDay(reply.day) })),
    el("div", { class: "answer", dir: "auto" }, reply.text),
    ...(reply.missingParts.length > 0 ? [el("p", { class: "note" }, missing)] : []),
    ...(reply.cameTwice ? [el("p", { class: "note" }, twice)] : []),
  );
}
