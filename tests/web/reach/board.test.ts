import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Malformed, Unauthentic } from "../../../intake/web/protocol/errors.ts";
import { ServerError } from "../../../intake/web/reach/api.ts";
import { Board } from "../../../intake/web/reach/board.ts";
import { brokenOff, serve } from "./serving.ts";

const volume = (week: number, records: number): Uint8Array =>
  new Uint8Array(records * 1024).fill(week % 256);

const name = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

const pathOf = (data: Uint8Array): string => "/v1/board/" + name(data);

/** The list of volumes, given newest first with their weeks. */
function list(...volumes: [week: number, data: Uint8Array][]): Uint8Array {
  const listed = volumes.map(([week, data]) => ({
    week,
    records: data.length / 1024,
    hash: name(data),
  }));
  return new TextEncoder().encode(JSON.stringify({ volumes: listed }));
}

/** Loads a board, trying again at once whenever it waits. */
function impatient(keep: boolean): Board {
  const board = new Board(keep);
  board.watch(() => {
    if (board.progress.line.is === "waiting") queueMicrotask(() => board.tryNow());
  });
  return board;
}

const NEW = volume(2970, 3);
const OLD = volume(2969, 2);

test("the list is asked for, then every volume, newest first", async () => {
  const asked = serve({
    "/v1/board": [list([2970, NEW], [2969, OLD])],
    [pathOf(NEW)]: [NEW],
    [pathOf(OLD)]: [OLD],
  });
  const board = new Board(true);
  await board.loaded;
  assert.deepEqual(asked, ["/v1/board", pathOf(NEW), pathOf(OLD)]);
  assert.deepEqual(board.volumes, [NEW, OLD]);
  assert.equal(board.progress.done, 5 * 1024);
  assert.equal(board.progress.total, 5 * 1024);
  assert.equal(board.ended, true);
});

test("where nothing is read, the same is asked for and nothing is kept", async () => {
  const answers = { "/v1/board": [list([2970, NEW])], [pathOf(NEW)]: [NEW] };
  const kept = serve(answers);
  await new Board(true).loaded;
  const thrown = serve(answers);
  const board = new Board(false);
  await board.loaded;
  assert.deepEqual(thrown, kept);
  assert.deepEqual(board.volumes, []);
});

test("an empty board is loaded with its list", async () => {
  const asked = serve({ "/v1/board": [list()] });
  await new Board(true).loaded;
  assert.deepEqual(asked, ["/v1/board"]);
});

test("a volume that is gone is looked for in a new list, and what is there is not asked for again", async () => {
  const newer = volume(2970, 4);
  const asked = serve({
    "/v1/board": [list([2970, NEW], [2969, OLD]), list([2970, newer], [2969, OLD])],
    [pathOf(NEW)]: [404],
    [pathOf(newer)]: [newer],
    [pathOf(OLD)]: [OLD],
  });
  const board = new Board(true);
  await board.loaded;
  const again = ["/v1/board", pathOf(newer), pathOf(OLD)];
  assert.deepEqual(asked, ["/v1/board", pathOf(NEW), ...again]);
  assert.deepEqual(board.volumes, [newer, OLD]);
});

test("volumes that are there stay so when one after them is gone", async () => {
  const asked = serve({
    "/v1/board": [list([2970, NEW], [2969, OLD]), list([2970, NEW])],
    [pathOf(NEW)]: [NEW],
    [pathOf(OLD)]: [404],
  });
  const board = new Board(true);
  await board.loaded;
  assert.deepEqual(asked, ["/v1/board", pathOf(NEW), pathOf(OLD), "/v1/board"]);
  assert.equal(board.progress.total, NEW.length);
});

test("a volume that broke off is asked for again, from its beginning", async () => {
  const asked = serve({
    "/v1/board": [list([2970, NEW])],
    [pathOf(NEW)]: [brokenOff(NEW.subarray(0, 700)), 503, NEW],
  });
  const board = impatient(true);
  await board.loaded;
  assert.deepEqual(asked, ["/v1/board", pathOf(NEW), pathOf(NEW), pathOf(NEW)]);
  assert.deepEqual(board.volumes, [NEW]);
  assert.equal(board.progress.done, NEW.length);
});

test("a volume with other bytes, or more of them, is none", async () => {
  for (const [wrong, refusal] of [
    [volume(1, 3), Unauthentic],
    [volume(2970, 4), Malformed],
    [volume(2970, 2), Malformed],
  ] as const) {
    serve({ "/v1/board": [list([2970, NEW])], [pathOf(NEW)]: [wrong] });
    const board = new Board(true);
    await assert.rejects(board.loaded, refusal);
    assert.equal(board.ended, true);
    assert.deepEqual(board.volumes, []);
  }
});

test("a server without a board, or with one that never holds, is not asked for ever", async () => {
  serve({});
  await assert.rejects(new Board(true).loaded, ServerError);
  const asked = serve({ "/v1/board": [list([2970, NEW])], [pathOf(NEW)]: [404] });
  await assert.rejects(new Board(true).loaded, Malformed);
  assert.equal(asked.length, 200);
});
