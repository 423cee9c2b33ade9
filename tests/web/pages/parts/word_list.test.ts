import assert from "node:assert/strict";
import { test } from "node:test";

import { unpackWords } from "../../../../intake/web/pages/parts/word_list.ts";

test("a packed list comes out whole", () => {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  assert.deepEqual(unpackWords("0abandon2ility3e0b", letters), ["abandon", "ability", "abie", "b"]);
});

test("letters past the twenty-sixth are numbered on in capitals", () => {
  const letters = "абвгдежзийклмнопрстуфхцчшщъыьэюя";
  assert.deepEqual(unpackWords("0aF", letters), ["ая"]);
});
