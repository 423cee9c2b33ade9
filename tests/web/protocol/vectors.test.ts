/** The twin against every vector of the source's half, with and without the browser's AES. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { NotACodename, ProtocolError } from "../../../intake/web/protocol/errors.ts";
import { ENGINES, withEngine, type Engine } from "./engines.ts";
import { CALLS } from "./vector_calls.ts";
import { vectors, type Vector } from "./vector_files.ts";

const PLAIN_AREAS = [
  "json",
  "signature",
  "key",
  "codename",
  "name",
  "payload",
  "directory",
  "form",
  "volumes",
  "volume",
  "puzzle",
];
const SEALED_AREAS = ["envelope", "chunk", "file", "reply", "board", "sealed"];

for (const vector of vectors(PLAIN_AREAS)) {
  test(`${vector.file}: ${vector.what}`, () => check(vector, "browser"));
}

for (const engine of ENGINES) {
  for (const vector of vectors(SEALED_AREAS)) {
    test(`${vector.file}, AES of the ${engine}: ${vector.what}`, () => check(vector, engine));
  }
}

async function check({ call, expect, inputs }: Vector, engine: Engine): Promise<void> {
  const run = CALLS[call];
  assert.ok(run, `the twin has no call ${call}`);
  const result = (): Promise<unknown> => withEngine(engine, async () => run(inputs));
  if (expect === "ok") {
    assert.deepEqual(JSON.parse(JSON.stringify(await result())), inputs.result ?? null);
    return;
  }
  const error: unknown = await result().then(
    () => assert.fail(`accepted instead of ${expect}`),
    (refusal: unknown) => refusal,
  );
  assert.ok(error instanceof ProtocolError, String(error));
  assert.equal(error.constructor.name, expect);
  if (error instanceof NotACodename) {
    assert.equal(error.reason, inputs.reason);
    assert.equal(error.position, inputs.position ?? null);
  }
}
