/** What a report is asked, in its order: the page's own questions, and between them those of the office's form. */

import { nameIn } from "../../protocol/directory.ts";
import type { Form, Question } from "../../protocol/form.ts";

/** A screen of the report. */
export interface Asked {
  /** Also the id of its field. */
  readonly name: string;
  /** Under what its answer stands in the sealed message; empty for what stands elsewhere. */
  readonly id: string;
  readonly kind: "text" | "answer" | "choice" | "recipients";
  readonly heading: string;
  /** Paragraphs. */
  readonly help: readonly string[];
  readonly rows: number;
  /** Bytes of an answer; null where another limit holds. */
  readonly most: number | null;
  readonly files: boolean;
  readonly choices: readonly { readonly id: string; readonly label: string }[];
  readonly several: boolean;
}

const OWN = { id: "", most: null, files: false, choices: [], several: false };

/** Returns all questions. Those of a kind that this page does not know are passed over. */
export function questionsOf(form: Form): Asked[] {
  const [first, last] = QUESTIONS.map((own) => ({ ...OWN, ...own, name: own.kind }));
  const known = form.questions.filter(({ kind }) => kind === "text" || kind === "choice");
  return [first as Asked, ...known.map(asked), last as Asked];
}

function asked(question: Question): Asked {
  const { id, kind, heading, help, most, choices } = question;
  return {
    ...question,
    // No field of the page's own has such an id.
    name: "q-" + id,
    kind: kind === "choice" ? kind : "answer",
    heading: nameIn(heading, LANGUAGE),
    help: nameIn<readonly string[] | undefined>(help, LANGUAGE) ?? [],
    most,
    choices: choices.map((one) => ({ id: one.id, label: nameIn(one.label, LANGUAGE) })),
  };
}
