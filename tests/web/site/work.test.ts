import assert from "node:assert/strict";
import { test } from "node:test";

import { Stopped } from "../../../intake/web/api.ts";
import { today } from "../../../intake/web/clock.ts";
import { Line } from "../../../intake/web/line.ts";
import { random } from "../../../intake/web/protocol/bytes.ts";
import type { ChunkId, GenesisId } from "../../../intake/web/protocol/names.ts";
import { checkPuzzle } from "../../../intake/web/protocol/puzzle.ts";
import { headerFor } from "../../../intake/web/work.ts";

const OFFICE = random(32) as GenesisId;
const line = (): Line => new Line(() => undefined);

test("an upload that is tried again has the header that was solved, until more is asked for", async () => {
  const id = random(32) as ChunkId;
  const first = await headerFor(OFFICE, 2, id, 8, line());
  assert.equal(await headerFor(OFFICE, 2, id, 8, line()), first);
  const harder = await headerFor(OFFICE, 2, id, 12, line());
  checkPuzzle(harder, OFFICE, 2, id, 12, today());
});

test("where no work is asked for there is no header", async () => {
  assert.equal(await headerFor(OFFICE, 1, random(32) as ChunkId, 0, line()), "");
});

test("work says how far it is, and that it is over", async () => {
  const told: (readonly [number, number])[] = [];
  const going = line();
  going.onWork = (tried, of) => told.push([tried, of]);
  // So many that it is hardly ever solved before it was first told.
  await Promise.all(
    Array.from({ length: 8 }, () => headerFor(OFFICE, 2, random(32) as ChunkId, 15, going)),
  );
  assert.deepEqual(told[told.length - 1], [0, 0]);
  assert.ok(told.some(([tried, of]) => tried > 0 && of === 2 ** 15));
});

test("work that was stopped ends, and what waited behind it goes on", async () => {
  const stopped = line();
  const endless = headerFor(OFFICE, 1, random(32) as ChunkId, 32, stopped);
  const id = random(32) as ChunkId;
  const behind = headerFor(OFFICE, 1, id, 8, line());
  stopped.stop();
  await assert.rejects(endless, Stopped);
  checkPuzzle(await behind, OFFICE, 1, id, 8, today());
});
