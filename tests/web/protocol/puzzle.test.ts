import assert from "node:assert/strict";
import { test } from "node:test";

import { random } from "../../../intake/web/protocol/bytes.ts";
import { later } from "../../../intake/web/protocol/days.ts";
import { Unauthentic } from "../../../intake/web/protocol/errors.ts";
import type { ChunkId, Day } from "../../../intake/web/protocol/names.ts";
import { checkPuzzle, PUZZLE_CHUNK, solvePuzzle } from "../../../intake/web/protocol/puzzle.ts";
import { GENESIS_ID } from "./messages.ts";

const DAY = 20_000 as Day;

for (const difficulty of [0, 1, 12]) {
  test(`a puzzle of ${difficulty} bits is solved`, async () => {
    const id = random(32) as ChunkId;
    const header = await solvePuzzle(GENESIS_ID, PUZZLE_CHUNK, id, difficulty, DAY);
    assert.match(header, /^20000-[0-9a-f]{16}$/);
    checkPuzzle(header, GENESIS_ID, PUZZLE_CHUNK, id, difficulty, later(DAY, 2));
  });
}

test("a solution is worth nothing for another item", async () => {
  const header = await solvePuzzle(GENESIS_ID, PUZZLE_CHUNK, random(32) as ChunkId, 12, DAY);
  const others = Array.from({ length: 5 }, () => random(32) as ChunkId);
  // One in 4,096 fits by chance; five of them never do.
  const refused = others.filter((id) => {
    try {
      checkPuzzle(header, GENESIS_ID, PUZZLE_CHUNK, id, 12, DAY);
      return false;
    } catch (error) {
      return error instanceof Unauthentic;
    }
  });
  assert.ok(refused.length > 0);
});
