/** The board's volumes: one a week, the same for everybody (SPEC 9.2). */

import { equal } from "./bytes.ts";
import { Malformed, Unauthentic } from "./errors.ts";
import { digest } from "./hashing.ts";
import type { Week } from "./names.ts";
import { RECORD_SIZE } from "./sizes.ts";
import { Fields, parseJson } from "./strict_json.ts";

// SPEC 5: elements of an array
const VOLUMES_MAX = 1024;
// SPEC 11
const VOLUME_RECORDS_MAX = 262_144;

/** What the list says of a volume. */
export interface Volume {
  readonly week: Week;
  /** How many records it has. */
  readonly records: number;
  /** Its SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
}

/** The list of volumes, newest first. Raises `Malformed`. */
export function parseVolumes(data: Uint8Array): Volume[] {
  const fields = new Fields(parseJson(data));
  const volumes = fields.objects("volumes", 0, VOLUMES_MAX).map((one) => ({
    week: one.integer("week", 0) as Week,
    records: one.integer("records", 1, VOLUME_RECORDS_MAX),
    hash: one.bytes("hash", 32),
  }));
  fields.checkCritical();
  if (volumes.some(({ week }, place) => place > 0 && week >= volumes[place - 1]!.week)) {
    throw new Malformed("volumes that are not sorted");
  }
  return volumes;
}

/** Raises `Malformed` or `Unauthentic` unless these are the bytes of a listed volume. */
export async function checkVolume(data: Uint8Array, listed: Volume): Promise<void> {
  if (data.length !== listed.records * RECORD_SIZE) throw new Malformed("another size");
  if (!equal(await digest(data), listed.hash)) throw new Unauthentic("another hash");
}
