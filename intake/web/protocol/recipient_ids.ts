/** Lists of recipient ids (SPEC 2). */

import { Malformed } from "./errors.ts";
import { recipientBytes } from "./public_keys.ts";

/** Raises `Malformed` unless all are recipient ids that differ, sorted as their bytes sort. */
export function checkRecipientIds(ids: readonly string[]): void {
  ids.forEach(recipientBytes);
  // ASCII, filled with zeros: text sorts as the bytes do.
  if (ids.some((id, place) => place > 0 && id <= ids[place - 1]!)) {
    throw new Malformed("recipients that are not sorted");
  }
}
