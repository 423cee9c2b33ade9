import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Label } from "../../../intake/web/protocol/labels.ts";

test("the labels are those of the specification, in its order", () => {
  const spec = readFileSync(new URL("../../../crypto/SPEC.md", import.meta.url), "utf8");
  const table = spec.split("### 2.1 Labels")[1]!.split("### 2.2")[0]!;
  const rows = [...table.matchAll(/^\| ([A-Z_]+) \| `([^`]+)` \|$/gm)];
  assert.deepEqual(
    Object.entries(Label),
    rows.map(([, name, label]) => [name, label]),
  );
});
