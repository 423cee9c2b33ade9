/** The server's half of SPEC 9.2: making volumes and their list. It exists to test the source's half. */

import { concat, toHex } from "../../../../intake/web/protocol/bytes.ts";
import { sha256 } from "../../../../intake/web/protocol/hashing.ts";
import { encodeJson } from "../../../../intake/web/protocol/strict_json.ts";
import { parseVolumes, type Volume } from "../../../../intake/web/protocol/volumes.ts";

/** The bytes of a volume that holds these records, each once, sorted by their SHA-256. */
export function volumeOf(records: readonly Uint8Array[]): Uint8Array {
  const byHash = new Map(records.map((record) => [toHex(sha256(record)), record]));
  return concat(...[...byHash.keys()].sort().map((hash) => byHash.get(hash)!));
}

/** The list of volumes as JSON. Raises `Malformed` where a reader would refuse it. */
export function encodeVolumes(volumes: readonly Volume[]): Uint8Array {
  const listed = volumes.map(({ week, records, hash }) => ({ week, records, hash: toHex(hash) }));
  const encoded = encodeJson({ volumes: listed });
  parseVolumes(encoded);
  return encoded;
}
