/** The office as this page finds it: directory, keys, clock and status, checked before anyone types. */

import { equal, toHex } from "../protocol/bytes.ts";
import { weekOf } from "../protocol/days.ts";
import {
  checkAddress,
  checkCurrent,
  currentKey,
  readDirectory,
  type Directory,
} from "../protocol/directory.ts";
import { Foreign, Outdated, ProtocolError } from "../protocol/errors.ts";
import { CLOCK_GRACE_DAYS } from "../protocol/lifetimes.ts";
import type { Day, GenesisId, Week } from "../protocol/names.ts";
import { checkKemPublicKey, keyHash } from "../protocol/public_keys.ts";
import { getDirectory, getKey, getStatus, ServerError, type Status } from "./api.ts";
import { today } from "./clock.ts";

/** What the page knows from its own bytes and its own address. */
export interface PageFacts {
  readonly genesisId: GenesisId;
  readonly buildDay: Day;
  /** The origin it was opened at: `https://example.org`. */
  readonly origin: string;
}

/** An office that can be written to: all checks hold, with one intake key for each active recipient. */
export interface Office {
  readonly facts: PageFacts;
  readonly directory: Directory;
  readonly status: Status;
  /** The week whose keys these are. */
  readonly week: Week;
  /** Intake public keys by recipient id. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

export type RefusalReason =
  "unreachable" | "not-ready" | "not-genuine" | "other-address" | "clock" | "expired";

/** The office cannot be written to from here and now. */
export class OfficeRefusal extends Error {
  readonly reason: RefusalReason;
  /** The signed directory, where one was found: its contacts hold whatever its dates say. */
  readonly directory: Directory | null;
  /** The server's day, where it is known. */
  readonly serverDay: Day | null;

  constructor(
    reason: RefusalReason,
    directory: Directory | null = null,
    serverDay: Day | null = null,
  ) {
    super(reason);
    this.name = "OfficeRefusal";
    this.reason = reason;
    this.directory = directory;
    this.serverDay = serverDay;
  }
}

/** Loads the office and checks everything that can be checked. Raises OfficeRefusal. */
export async function openOffice(facts: PageFacts): Promise<Office> {
  const [document, status] = await Promise.all([
    getDirectory().catch(refuseAnswer),
    getStatus().catch(refuseAnswer),
  ]);
  const directory = genuine(document, facts.genesisId);
  const day = today();
  check(directory, facts, day, status.day);
  const week = weekOf(day);
  const loaded = await Promise.all(
    directory.recipients.map(async (recipient) => {
      const hash = currentKey(recipient, day).hash;
      const key = await getKey(toHex(hash)).catch(refuseAnswer);
      if (!equal(keyHash(key), hash)) throw notGenuine(directory);
      try {
        checkKemPublicKey(key);
      } catch {
        throw notGenuine(directory);
      }
      return [recipient.id, key] as const;
    }),
  );
  return { facts, directory, status, week, keys: new Map(loaded) };
}

/** Returns an office with the keys of today: the same one, or it loaded again. */
export async function freshOffice(office: Office): Promise<Office> {
  const day = today();
  const { directory } = office;
  const usable = weekOf(day) === office.week && day < directory.expires;
  return usable && day < directory.delegation.end ? office : openOffice(office.facts);
}

function genuine(document: Uint8Array, genesisId: GenesisId): Directory {
  try {
    return readDirectory(document, genesisId);
  } catch (error) {
    if (error instanceof ProtocolError) throw new OfficeRefusal("not-genuine");
    throw error;
  }
}

function check(directory: Directory, facts: PageFacts, day: Day, serverDay: Day): void {
  try {
    checkAddress(directory, facts.origin);
    if (
      Math.abs(day - serverDay) > CLOCK_GRACE_DAYS ||
      day < facts.buildDay - CLOCK_GRACE_DAYS ||
      day < directory.issued - CLOCK_GRACE_DAYS
    ) {
      throw new OfficeRefusal("clock", directory, serverDay);
    }
    checkCurrent(directory, day);
  } catch (error) {
    if (error instanceof Foreign) throw new OfficeRefusal("other-address", directory);
    if (error instanceof Outdated) throw new OfficeRefusal("expired", directory);
    throw error;
  }
}

function notGenuine(directory: Directory): OfficeRefusal {
  return new OfficeRefusal("not-genuine", directory);
}

function refuseAnswer(error: unknown): never {
  if (!(error instanceof ServerError)) throw error;
  throw new OfficeRefusal(error.passes ? "unreachable" : "not-ready");
}
