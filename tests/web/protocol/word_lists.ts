/** The word lists of SPEC 6, from the Python package that they come from. */

import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";

const HASHES = {
  english: "187db04a869dd9bc7be80d21a86497d692c0db6abd3aa8cb6be5d618ff757fae",
  russian: "2439333f64847a2c60c7d0cdcdcad20ca3cb546ac108f0fe8b0b8bcaa0947443",
};
const MENDED = 1572;

export type Language = keyof typeof HASHES;

const read = new Map<Language, readonly string[]>();

export function wordList(language: Language): readonly string[] {
  const known = read.get(language);
  if (known) return known;
  const root = new URL("../../../", import.meta.url).pathname;
  const pattern = `.venv/lib/python*/site-packages/mnemonic/wordlist/${language}.txt`;
  const [path] = globSync(pattern, { cwd: root });
  if (path === undefined) throw new Error(`no word list: ${pattern}`);
  const words = readFileSync(root + path, "utf8")
    .trim()
    .split(/\s+/u);
  if (language === "russian") words[MENDED] = "снова";
  const hash = createHash("sha256").update(words.join("\n")).digest("hex");
  if (hash !== HASHES[language]) throw new Error(`another word list: ${language}`);
  read.set(language, words);
  return words;
}
