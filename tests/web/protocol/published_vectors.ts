/** Vectors that others published, from the Python package that ships them. */

import { globSync, readFileSync } from "node:fs";

export function publishedVectors(name: string): string {
  const root = new URL("../../../", import.meta.url).pathname;
  const pattern = `.venv/lib/python*/site-packages/cryptography_vectors/${name}`;
  const [path] = globSync(pattern, { cwd: root });
  if (path === undefined) throw new Error(`no published vectors: ${pattern}`);
  return readFileSync(root + path, "utf8");
}
