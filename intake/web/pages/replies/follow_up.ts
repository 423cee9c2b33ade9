/** The follow-up: what the person adds, confirmed for whom, sent the way a report is. */

import type { Day } from "../../protocol/names.ts";
import type { SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import { takesFiles } from "../../sending/limits.ts";
import { fileChooser } from "../parts/attaching.ts";
import type { FollowUpDelivery } from "../parts/delivery.ts";
import { complain, el, form, p, quietDown, show } from "../parts/elements.ts";
import { guardLeaving, onBrowserBack } from "../parts/leaving.ts";
import { recipientBoxes } from "../parts/recipient_boxes.ts";
import { askText, limitNotes, textLimit } from "../parts/text_fields.ts";

export class FollowUp {
  readonly #office: Office;
  readonly #source: SourceKeys;
  readonly #proposed: readonly string[];
  readonly #answered: boolean;
  readonly #delivery: FollowUpDelivery;
  readonly #leave: () => void;
  #text = "";
  #files: File[] = [];
  #chosen: Set<string>;

  /**
   * `proposed` are the recipients that the source itself chose before; `answered` tells whether the office
   * has ever replied to this codename. `leave` goes back to the replies.
   */
  constructor(
    office: Office,
    source: SourceKeys,
    proposed: readonly string[],
    answered: boolean,
    delivery: FollowUpDelivery,
    leave: () => void,
  ) {
    this.#office = office;
    this.#source = source;
    this.#proposed = proposed;
    this.#answered = answered;
    this.#delivery = delivery;
    this.#leave = leave;
    this.#chosen = new Set(proposed);
  }

  begin(): void {
    const unknown = el(
      "p",
      { class: "note" },
      _(
        "The office has not replied to this codename yet. If a word is wrong, it cannot tell that your follow-up belongs to your report.",
      ),
    );
    const files = takesFiles(this.#office);
    onBrowserBack(this.#leave);
    askText(
      {
        name: "text",
        heading: _("What do you want to add?"),
        help: [
          this.#answered ? p(_("The office sees which report this belongs to.")) : unknown,
          ...limitNotes(this.#office),
        ],
        rows: 10,
        required: true,
        tooLong: textLimit(this.#office),
        value: this.#text,
        keep: (text) => {
          this.#text = text;
          guardLeaving(true);
        },
        more: files ? [fileChooser(this.#files, this.#office)] : [],
      },
      {
        next: _("Continue"),
        onNext: () => {
          this.#confirm();
        },
        onBack: this.#leave,
      },
    );
  }

  /** Names who will be able to read it, and sends only when the person has confirmed that. */
  #confirm(): void {
    const { recipients } = this.#office.directory;
    const known = this.#proposed.length > 0;
    const offered = known ? recipients.filter(({ id }) => this.#proposed.includes(id)) : recipients;
    const heading = _("Who may read your follow-up?");
    const boxes = recipientBoxes(heading, offered, this.#chosen);
    const onNext = (): void => {
      quietDown();
      if (this.#chosen.size > 0) void this.#send();
      else complain(boxes, _("Tick at least one: someone has to be able to read it."));
    };
    const back = (): void => {
      this.begin();
    };
    const help = known
      ? _(
          "These are the ones you wrote to before and who are still there. Take the tick off whoever must not read this.",
        )
      : _(
          "This page cannot know whom you left out of your report. Tick only those who may read this.",
        );
    onBrowserBack(back);
    const note = this.#delivery.note ? [p(this.#delivery.note)] : [];
    show(heading, form([p(help), boxes, ...note], this.#delivery.button, onNext, back));
  }

  async #send(): Promise<void> {
    const day = await this.#delivery.deliver(
      {
        kind: "follow-up",
        text: this.#text,
        answers: {},
        files: this.#files,
        recipientIds: [...this.#chosen].sort(),
      },
      () => Promise.resolve(this.#source),
      this.#office,
      () => {
        this.begin();
      },
    );
    if (day !== null) this.#showStored(day);
  }

  #showStored(day: Day): void {
    this.#text = "";
    this.#files = [];
    this.#chosen = new Set(this.#proposed);
    guardLeaving(false);
    onBrowserBack(this.#leave);
    this.#delivery.after(this.#office, day, this.#leave);
  }
}
