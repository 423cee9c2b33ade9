import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Codename,
  codenameWords,
  newCodename,
  readCodename,
} from "../../../intake/web/protocol/codename.ts";
import { Malformed } from "../../../intake/web/protocol/errors.ts";
import { deriveSourceKeys } from "../../../intake/web/protocol/source_keys.ts";
import { GENESIS_ID } from "./messages.ts";
import { wordList } from "./word_lists.ts";

for (const language of ["english", "russian"] as const) {
  test(`a new codename is read back from its ${language} words`, () => {
    const words = wordList(language);
    for (let tries = 0; tries < 50; tries++) {
      const codename = newCodename();
      const read = readCodename(codenameWords(codename, words).join(" "), words, language);
      assert.deepEqual(read.codename.bits, codename.bits);
      assert.deepEqual(read.corrections, []);
    }
  });
}

test("a codename has 80 bits", () => {
  assert.throws(() => new Codename(new Uint8Array(11)), Malformed);
});

test("deriving keys tells how far it is, and leaves the page time to show it", async () => {
  const told: number[] = [];
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await deriveSourceKeys(newCodename(), GENESIS_ID, (done) => told.push(done));
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.ok(told.length > 50 && told.length <= 102);
  assert.equal(told.at(-1), 1);
  assert.deepEqual(
    told,
    [...told].sort((one, other) => one - other),
  );
});
