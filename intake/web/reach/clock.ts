/** The device's clock, in the protocol's days. */

import type { Day } from "../protocol/names.ts";

/** Today: a count of days since 1970-01-01, UTC, so that no local day tells a time zone. */
export function today(): Day {
  return Math.floor(Date.now() / 86_400_000) as Day;
}
