import assert from "node:assert/strict";
import { test } from "node:test";

import { random } from "../../intake/web/protocol/bytes.ts";
import { Unauthentic } from "../../intake/web/protocol/errors.ts";
import type { ChunkId } from "../../intake/web/protocol/names.ts";
import { checkPuzzle, solvePuzzle } from "../../intake/web/protocol/puzzle.ts";
import { GENESIS_ID } from "./messages.ts";

for (const difficulty of [0, 1, 12]) {
  test(`a puzzle of ${difficulty} bits is solved`, async () => {
    const id = random(32) as ChunkId;
    const header = await solvePuzzle(GENESIS_ID, 1, id, difficulty, 20000);
    assert.match(header, /^20000-[0-9a-f]{16}$/);
    checkPuzzle(header, GENESIS_ID, 1, id, difficulty, 20002);
  });
}

test("a solution is worth nothing for another item", async () => {
  const header = await solvePuzzle(GENESIS_ID, 1, random(32) as ChunkId, 12, 20000);
  const others = Array.from({ length: 5 }, () => random(32) as ChunkId);
  // One in 4,096 fits by chance; five of them never do.
  const refused = others.filter((id) => {
    try {
      checkPuzzle(header, GENESIS_ID, 1, id, 12, 20000);
      return false;
    } catch (error) {
      return error instanceof Unauthentic;
    }
  });
  assert.ok(refused.length > 0);
});
