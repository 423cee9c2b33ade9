import assert from "node:assert/strict";
import { test } from "node:test";

import "../page_globals.ts";
import { timeLeft } from "../../../intake/web/pages/parts/wording.ts";
import { Pace, TimeLeft } from "../../../intake/web/sending/pace.ts";

/** Steps of so many bytes, a second apart. */
function stepped(steps: number, bytes = 100): TimeLeft {
  const left = new TimeLeft();
  for (let step = 0; step < steps; step++) left.add(step * bytes, step * 1000);
  return left;
}

test("the time left is what the rest takes as fast as it went lately", () => {
  assert.equal(stepped(10).seconds(500, 9_000), 5);
});

test("no time left is told before it means something", () => {
  assert.equal(new TimeLeft().seconds(500, 0), null);
  assert.equal(stepped(4).seconds(500, 60_000), null);
  const quick = new TimeLeft();
  for (let step = 0; step < 50; step++) quick.add(step, step);
  assert.equal(quick.seconds(500, 50), null);
});

test("the time left grows while nothing goes out", () => {
  const left = stepped(10);
  assert.ok((left.seconds(500, 30_000) ?? 0) > (left.seconds(500, 9_000) ?? 0));
});

test("what went out more than a minute ago does not count", () => {
  const left = stepped(100, 1_000_000);
  for (let step = 1; step <= 90; step++) left.add(99_000_000 + step * 10, 99_000 + step * 1000);
  assert.equal(left.seconds(100, 189_000), 10);
});

test("a slow line is judged by its last steps, however long they took", () => {
  const left = new TimeLeft();
  for (let step = 0; step < 8; step++) left.add(step, step * 100_000);
  assert.equal(left.seconds(3, 700_000), 300);
});

test("a file that starts anew, and a pause, begin the guess anew", () => {
  const anew = stepped(10);
  anew.add(0, 10_000);
  assert.equal(anew.seconds(500, 20_000), null);
  const paused = stepped(10);
  paused.forget();
  assert.equal(paused.seconds(500, 20_000), null);
});

test("the time left is said in words, no more exactly than it can be known", () => {
  const said = [1, 60, 61, 599, 600, 601, 1500, 5400, 5401, 7200, 7201].map(timeLeft);
  assert.deepEqual(said, [
    "About 1 minute left.",
    "About 1 minute left.",
    "About 2 minutes left.",
    "About 10 minutes left.",
    "About 10 minutes left.",
    "About 15 minutes left.",
    "About 25 minutes left.",
    "About 90 minutes left.",
    "About 2 hours left.",
    "About 2 hours left.",
    "About 3 hours left.",
  ]);
});

test("one chunk goes first, and several at once where it was quick", async () => {
  const pace = new Pace();
  assert.equal(pace.atOnce, 1);
  await pace.time(async () => undefined);
  assert.ok(pace.atOnce > 1);
});

test("a slow line carries one at a time and is given longer for each", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const pace = new Pace();
  const quick = pace.timeout;
  await pace.time(async () => context.mock.timers.tick(20_000));
  assert.equal(pace.atOnce, 1);
  assert.ok(pace.timeout > quick);
});

test("a chunk that ran out of time is given longer, and goes alone", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const pace = new Pace();
  await pace.time(async () => undefined);
  const { timeout } = pace;
  const lost = pace.time(async (given) => {
    context.mock.timers.tick(given);
    throw new Error("no answer");
  });
  await assert.rejects(lost);
  assert.equal(pace.atOnce, 1);
  assert.ok(pace.timeout > timeout);
});

test("a chunk that failed at once says nothing of how fast the line is", async () => {
  const pace = new Pace();
  await pace.time(async () => undefined);
  const { timeout, atOnce } = pace;
  await assert.rejects(pace.time(() => Promise.reject(new Error("cut"))));
  assert.deepEqual([pace.timeout, pace.atOnce], [timeout, atOnce]);
});
