/** Words by language (SPEC 10.2, `names`). */

import { Malformed } from "./errors.ts";
import type { Fields } from "./strict_json.ts";

const LANGUAGE = /^[a-z][a-z0-9-]{1,15}$/;
const NAME_MAX_SIZE = 200;

/** A language holds at most so many texts of an office. */
export const LANGUAGES_MAX = 16;

/** A name of something, by language tag. */
export type Names = Readonly<Record<string, string>>;

/** The member `name` of an object. Raises `Malformed`. */
export function readNames(fields: Fields, name: string): Names {
  const names = fields.texts(name, 1, LANGUAGES_MAX, NAME_MAX_SIZE);
  checkLanguages(names);
  return names;
}

/** Raises `Malformed` unless everything stands under a language tag. */
export function checkLanguages(byLanguage: object): void {
  if (!Object.keys(byLanguage).every((tag) => LANGUAGE.test(tag))) {
    throw new Malformed("not a language");
  }
}
