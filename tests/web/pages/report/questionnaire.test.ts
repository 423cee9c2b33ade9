import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "../../page_globals.ts";
import { parseForm, type Form } from "../../../../intake/web/protocol/form.ts";
import { questionsOf } from "../../../../intake/web/pages/report/questionnaire.ts";

Object.assign(globalThis, {
  QUESTIONS: [
    { kind: "text", heading: "What happened?", help: ["Tell it."], rows: 12 },
    { kind: "recipients", heading: "Who must not see it?", help: [], rows: 6 },
  ],
});

const form = (...questions: object[]): Form =>
  parseForm(new TextEncoder().encode(JSON.stringify({ form: 1, questions })));

const TEXT = { kind: "text", help: {}, most: 100, rows: 2, files: true };

test("the first form is asked between the page's own questions", () => {
  const path = new URL("../../../../crypto/first_form.json", import.meta.url);
  const asked = questionsOf(parseForm(new Uint8Array(readFileSync(path))));
  assert.deepEqual(
    asked.map(({ name }) => name),
    ["text", "q-who", "q-when", "q-how", "q-evidence", "q-fear", "recipients"],
  );
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ["text", "answer", "answer", "answer", "answer", "answer", "recipients"],
  );
  assert.equal(asked[1]?.heading, "Who is involved?");
  assert.equal(asked[1]?.most, 2000);
  assert.deepEqual(
    asked.filter(({ files }) => files).map(({ name }) => name),
    ["q-evidence"],
  );
});

test("words are those of the page's language, else of any, else the first", () => {
  const [, own, any, first] = questionsOf(
    form(
      { ...TEXT, id: "own", heading: { ru: "да", und: "oui", en: "yes" } },
      { ...TEXT, id: "any", heading: { ru: "да", und: "oui" }, help: { und: ["a", "b"] } },
      { ...TEXT, id: "first", heading: { ru: "да", de: "ja" } },
    ),
  );
  assert.equal(own?.heading, "yes");
  assert.deepEqual(own?.help, []);
  assert.equal(any?.heading, "oui");
  assert.deepEqual(any?.help, ["a", "b"]);
  assert.equal(first?.heading, "да");
});

test("a choice is asked with its words, and a question of a kind nobody knows is passed over", () => {
  const choices = [
    { id: "yes", label: { en: "Yes" } },
    { id: "no", label: { en: "No" } },
  ];
  const asked = questionsOf(
    form(
      {
        id: "safe",
        kind: "choice",
        heading: { en: "Safe?" },
        help: {},
        choices,
        several: false,
        files: false,
      },
      { id: "map", kind: "map", heading: { en: "Where?" }, help: {} },
    ),
  );
  assert.deepEqual(
    asked.map(({ name }) => name),
    ["text", "q-safe", "recipients"],
  );
  assert.deepEqual(asked[1]?.choices, [
    { id: "yes", label: "Yes" },
    { id: "no", label: "No" },
  ]);
});
