/** The form: what a source is asked, beside the message itself (SPEC 10.5). */

import { checkLanguages, LANGUAGES_MAX, readNames, type Names } from "./by_language.ts";
import { equal } from "./bytes.ts";
import { Malformed, Unauthentic } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import { ANSWER_MAX_SIZE, CHOICES_MAX } from "./sizes.ts";
import { Fields, parseJson } from "./strict_json.ts";

/** In bytes. */
export const FORM_MAX_SIZE = 65536;

const VERSION = 1;
const QUESTIONS_MAX = 40;
const KIND_MAX_SIZE = 32;
const PARAGRAPHS_MAX = 8;
const PARAGRAPH_MAX_SIZE = 1000;
const ROWS_MAX = 40;
const ID = /^[a-z][a-z0-9_-]{0,31}$/;

/** One of the answers to choose from. */
export interface Choice {
  readonly id: string;
  readonly label: Names;
}

/**
 * One question. Of kind "text": at most `most` bytes, in a field of `rows` lines. Of kind "choice":
 * one of `choices`, or several. Of another kind, which a client passes over, `files` and what
 * follows it is empty.
 */
export interface Question {
  readonly id: string;
  readonly kind: string;
  readonly heading: Names;
  /** Paragraphs, by language tag. */
  readonly help: Readonly<Record<string, readonly string[]>>;
  /** Whether files are chosen with it. */
  readonly files: boolean;
  readonly most: number;
  readonly rows: number;
  readonly choices: readonly Choice[];
  readonly several: boolean;
}

/** All questions, in the order in which they are asked. */
export interface Form {
  readonly questions: readonly Question[];
}

/** The SHA-256 (32 bytes) by which a directory names a form. */
export function formHash(data: Uint8Array): Uint8Array {
  return sha256(data);
}

/** The form of a file that has the wanted SHA-256. Raises `Unauthentic`, or `Malformed`. */
export function readForm(data: Uint8Array, wanted: Uint8Array): Form {
  if (!equal(formHash(data), wanted)) throw new Unauthentic("another form");
  return parseForm(data);
}

/** The form of a file. Raises `Malformed`. */
export function parseForm(data: Uint8Array): Form {
  if (data.length > FORM_MAX_SIZE) throw new Malformed("a form too long");
  const fields = new Fields(parseJson(data));
  fields.integer("form", VERSION, VERSION);
  const questions = fields.objects("questions", 1, QUESTIONS_MAX).map(readQuestion);
  fields.checkCritical();
  checkDiffer(questions);
  return { questions };
}

/** Whether a text can name a question, or a choice. */
export function isQuestionId(text: string): boolean {
  return ID.test(text);
}

function readQuestion(fields: Fields): Question {
  const kind = fields.text("kind", KIND_MAX_SIZE);
  const question = {
    id: readId(fields),
    kind,
    heading: readNames(fields, "heading"),
    help: readHelp(fields),
    files: false,
    most: 0,
    rows: 0,
    choices: [],
    several: false,
  };
  if (kind === "text") {
    refuse(fields, "choices", "several");
    return {
      ...question,
      files: fields.boolean("files"),
      most: fields.integer("most", 1, ANSWER_MAX_SIZE),
      rows: fields.integer("rows", 1, ROWS_MAX),
    };
  }
  if (kind === "choice") {
    refuse(fields, "most", "rows");
    const choices = fields.objects("choices", 2, CHOICES_MAX).map((choice) => ({
      id: readId(choice),
      label: readNames(choice, "label"),
    }));
    checkDiffer(choices);
    return {
      ...question,
      files: fields.boolean("files"),
      choices,
      several: fields.boolean("several"),
    };
  }
  return question;
}

function readId(fields: Fields): string {
  const id = fields.text("id");
  if (!isQuestionId(id)) throw new Malformed("not an id");
  return id;
}

function readHelp(fields: Fields): Record<string, string[]> {
  const help = fields.object("help");
  const languages = help.names(0, LANGUAGES_MAX);
  const read = languages.map((language): [string, string[]] => [
    language,
    help.textArray(language, 1, PARAGRAPHS_MAX, PARAGRAPH_MAX_SIZE),
  ]);
  const paragraphs = Object.fromEntries(read);
  checkLanguages(paragraphs);
  return paragraphs;
}

function refuse(fields: Fields, ...names: string[]): void {
  if (names.some((name) => fields.has(name))) throw new Malformed("a member of another kind");
}

function checkDiffer(all: readonly { id: string }[]): void {
  if (new Set(all.map(({ id }) => id)).size < all.length) throw new Malformed("one id twice");
}
