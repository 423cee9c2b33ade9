import assert from "node:assert/strict";
import { test } from "node:test";

import { PIECE_SIZE } from "../../../intake/web/protocol/sizes.ts";
import type { Office } from "../../../intake/web/reach/office.ts";
import {
  answersTooLarge,
  answerTooLong,
  filesMaxSize,
  filesProblem,
  takesFiles,
  takesLongTexts,
  textTooLong,
} from "../../../intake/web/sending/limits.ts";

/** What the limits look at, of an office. */
function office(chunksOpen: boolean, maxChunks: number): Office {
  const open = { open: true, reason: "" };
  const status = { day: 0, envelopes: open, chunks: { open: chunksOpen, reason: "" } };
  return { status, directory: { policy: { maxChunks } } } as unknown as Office;
}

test("files of the size that was announced fit, and one byte more does not", () => {
  for (const maxChunks of [8, 100, 4096, 65535]) {
    const size = filesMaxSize(maxChunks);
    assert.ok(size > 0);
    assert.equal(filesProblem([size], maxChunks), null);
    assert.equal(filesProblem([size + PIECE_SIZE], maxChunks), "size");
  }
});

test("thirty-two files fit and thirty-three do not", () => {
  assert.equal(filesProblem(Array(32).fill(1), 4096), null);
  assert.equal(filesProblem(Array(33).fill(1), 4096), "count");
});

test("files are not offered while chunks are refused or where the policy has no room", () => {
  assert.ok(takesFiles(office(true, 4096)));
  assert.ok(!takesFiles(office(false, 4096)));
  assert.ok(!takesFiles(office(true, 0)));
  assert.ok(takesLongTexts(office(true, 4)));
  assert.ok(!takesLongTexts(office(true, 3)));
});

test("a text may fill two hundred thousand characters, or what an envelope holds", () => {
  assert.ok(!textTooLong("ж".repeat(200_000), office(true, 4096)));
  assert.ok(textTooLong("ж".repeat(200_001), office(true, 4096)));
  assert.ok(!textTooLong("ж".repeat(10_000), office(false, 4096)));
  assert.ok(textTooLong("ж".repeat(10_001), office(false, 4096)));
});

test("an answer is measured in bytes", () => {
  assert.ok(!answerTooLong("ж".repeat(1000), 2000));
  assert.ok(answerTooLong("ж".repeat(1001), 2000));
});

test("all answers together leave room for as many files as can be, or for the text", () => {
  const open = office(true, 4096);
  const closed = office(false, 4096);
  assert.ok(!answersTooLarge("ж".repeat(200_000), { who: "ж".repeat(5_000) }, open));
  assert.ok(answersTooLarge("", { who: "ж".repeat(6_000) }, open));
  assert.ok(!answersTooLarge("ж".repeat(10_000), { who: "ж".repeat(2_000) }, closed));
  assert.ok(answersTooLarge("ж".repeat(10_000), { who: "ж".repeat(4_000) }, closed));
  assert.ok(answersTooLarge("", { who: "\n".repeat(6_001) }, open));
});
