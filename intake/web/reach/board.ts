/** The reply board, one bucket of it at a time. */

import { bucket, bucketValue } from "../protocol/replies.ts";
import type { SourceKeys } from "../protocol/source_keys.ts";
import { getBoard, ServerError } from "./api.ts";
import { openOffice, OfficeRefusal, type Office } from "./office.ts";

/** An office and the part of its board that may hold a source's replies. */
export interface LoadedBoard {
  readonly office: Office;
  readonly records: Uint8Array;
}

/**
 * Returns the whole board where it is one bucket, else null.
 *
 * It is loaded before anything is typed, so that a visit with a codename looks like one without.
 */
export async function loadWholeBoard(office: Office): Promise<LoadedBoard | null> {
  if (office.directory.bucketBits > 0) return null;
  return { office, records: await load(office, 0) };
}

/** Returns the bucket of a source; the office is loaded again where its buckets have become finer. */
export async function loadBucket(office: Office, source: SourceKeys): Promise<LoadedBoard> {
  try {
    return { office, records: await load(office, valueFor(office, source)) };
  } catch (error) {
    if (!(error instanceof OfficeRefusal && error.reason === "not-ready")) throw error;
    const newer = await openOffice(office.facts);
    return { office: newer, records: await load(newer, valueFor(newer, source)) };
  }
}

function valueFor({ directory, facts }: Office, source: SourceKeys): number {
  return bucketValue(bucket(source.threadSecret, facts.genesisId), directory.bucketBits);
}

async function load({ directory }: Office, value: number): Promise<Uint8Array> {
  try {
    return await getBoard(directory.bucketBits, value);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new OfficeRefusal(error.passes ? "unreachable" : "not-ready", directory);
  }
}
