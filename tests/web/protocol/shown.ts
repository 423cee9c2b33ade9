/** What a call of a vector returns, as its file has it. */

import { toHex } from "../../../intake/web/protocol/bytes.ts";

/** As JSON shows it: bytes as hex, camelCase as snake_case. */
export function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.entries(value).map(([name, inner]): [string, unknown] => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    shown(inner),
  ]);
  return Object.fromEntries(names);
}
