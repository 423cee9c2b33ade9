import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerError, Stopped } from "../../../intake/web/reach/api.ts";
import { Line, type LineState } from "../../../intake/web/reach/line.ts";

/** A line, and what it has said about itself. */
function listened(): { line: Line; said: string[] } {
  const said: string[] = [];
  const tell = (state: LineState): void => {
    said.push(state.is);
    // As a person who presses "Try now" would.
    if (state.is === "waiting") queueMicrotask(() => line.tryNow());
  };
  const line = new Line(tell);
  return { line, said };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what fails because the server is silent is tried again until it succeeds", async () => {
  const { line, said } = listened();
  let tries = 0;
  await line.carry(async () => {
    tries += 1;
    if (tries < 4) throw new ServerError(0, "");
  });
  assert.equal(tries, 4);
  assert.ok(said.includes("waiting"));
  assert.equal(said.at(-1), "working");
});

for (const status of [500, 502, 503, 408, 429]) {
  test(`an answer ${status} is waited out`, async () => {
    const { line } = listened();
    let tries = 0;
    await line.carry(async () => {
      tries += 1;
      if (tries === 1) throw new ServerError(status, "full");
    });
    assert.equal(tries, 2);
  });
}

for (const status of [400, 403, 404, 409, 411, 413]) {
  test(`an answer ${status} is not tried again`, async () => {
    const { line } = listened();
    let tries = 0;
    const carried = line.carry(async () => {
      tries += 1;
      throw new ServerError(status, "");
    });
    await assert.rejects(carried, ServerError);
    assert.equal(tries, 1);
  });
}

test("a wait says for how long, longer each time, and why where the server said it", async () => {
  const waits: (LineState & { is: "waiting" })[] = [];
  const line: Line = new Line((state) => {
    if (state.is !== "waiting") return;
    waits.push(state);
    queueMicrotask(() => line.tryNow());
  });
  let tries = 0;
  await line.carry(async () => {
    tries += 1;
    if (tries <= 3) throw new ServerError(0, "");
    if (tries === 4) throw new ServerError(503, "day-budget");
  });
  const within = [
    [1, 2],
    [2, 3],
    [4, 7],
    [225, 375],
  ];
  assert.deepEqual(
    waits.map(({ code }) => code),
    ["", "", "", "day-budget"],
  );
  for (const [place, { seconds }] of waits.entries()) {
    const [least, most] = within[place] as [number, number];
    assert.ok(least <= seconds && seconds <= most, `wait ${place}: ${seconds}`);
  }
});

test("two people whose server is away do not come back at the same moment", async () => {
  const waits = new Set<number>();
  for (let person = 0; person < 20; person++) {
    const line: Line = new Line((state) => {
      if (state.is !== "waiting") return;
      waits.add(state.seconds);
      line.stop();
    });
    await assert.rejects(
      line.carry(() => Promise.reject(new ServerError(503, "full"))),
      Stopped,
    );
  }
  assert.ok(waits.size > 10);
});

test("a request that is lost while others get through is tried again, and nothing is said", async () => {
  const { line, said } = listened();
  let end: () => void = () => undefined;
  const other = line.carry(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  let tries = 0;
  await line.carry(async () => {
    tries += 1;
    if (tries === 1) throw new ServerError(0, "");
  });
  end();
  await other;
  assert.equal(tries, 2);
  assert.deepEqual(said, []);
});

test("where nothing gets through, one request at a time finds out whether the line is back", async () => {
  const { line, said } = listened();
  let underWay = 0;
  let failed = 0;
  const together: number[] = [];
  const attempt = async (): Promise<void> => {
    underWay += 1;
    const isAway = failed < 9;
    if (failed >= 4 && isAway) together.push(underWay);
    await settled();
    underWay -= 1;
    if (!isAway) return;
    failed += 1;
    throw new ServerError(0, "");
  };
  await Promise.all(Array.from({ length: 4 }, () => line.carry(attempt)));
  assert.equal(failed, 9);
  assert.deepEqual(together, [1, 1, 1, 1, 1]);
  assert.equal(said.at(-1), "working");
});

test("nothing begins while the line is paused, and all goes on afterwards", async () => {
  const { line } = listened();
  let tries = 0;
  line.pause();
  const carried = line.carry(async () => {
    tries += 1;
  });
  await settled();
  assert.equal(tries, 0);
  line.tryNow();
  await carried;
  assert.equal(tries, 1);
});

test("stopping ends a wait and a pause for good", async () => {
  const paused = new Line(() => undefined);
  paused.pause();
  const one = paused.carry(async () => undefined);
  const waiting: Line = new Line((state) => {
    if (state.is === "waiting") queueMicrotask(() => waiting.stop());
  });
  const other = waiting.carry(async () => {
    throw new ServerError(0, "");
  });
  paused.stop();
  await assert.rejects(one, Stopped);
  await assert.rejects(other, Stopped);
  assert.ok(waiting.signal.aborted);
});
