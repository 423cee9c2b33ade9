/** The office as this page finds it: directory, status, form and keys, checked before anyone types. */

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
import { readForm, type Form } from "../protocol/form.ts";
import { CLOCK_GRACE_DAYS } from "../protocol/lifetimes.ts";
import type { Day, GenesisId, KeyHash, Week } from "../protocol/names.ts";
import { checkKemPublicKey, keyHash } from "../protocol/public_keys.ts";
import { getDirectory, getForm, getKey, getStatus, ServerError, type Status } from "./api.ts";
import { today } from "./clock.ts";

/** What the page knows from its own bytes and its own address. */
export interface PageFacts {
  readonly genesisId: GenesisId;
  readonly buildDay: Day;
  /** Delegation number and sequence of the oldest directory that it believes. */
  readonly lowest: readonly [number, number];
  /** The origin it was opened at: `https://example.org`. */
  readonly origin: string;
}

/** An office that can be written to: all checks hold, with one intake key for each active recipient. */
export interface Office {
  readonly facts: PageFacts;
  readonly directory: Directory;
  readonly status: Status;
  /** What the office asks. */
  readonly form: Form;
  /** The week whose keys these are. */
  readonly week: Week;
  /** Intake public keys by recipient id. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

export type RefusalReason =
  | "unreachable"
  | "not-ready"
  | "not-genuine"
  | "other-address"
  | "clock"
  | "expired"
  /** Older than what the page itself was built for. */
  | "outdated";

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

/**
 * Loads the office and checks everything that can be checked. Raises OfficeRefusal.
 *
 * SPEC 11.5: one request after the other, the same ones whoever is chosen or left out.
 */
export async function openOffice(facts: PageFacts): Promise<Office> {
  const directory = genuine(await getDirectory().catch(refuseAnswer), facts);
  const status = await getStatus().catch(refuseAnswer);
  const day = today();
  checkDays(directory, facts, day, status.day);
  const form = await loadForm(directory);
  const keys = new Map<string, Uint8Array>();
  for (const recipient of directory.recipients) {
    const { hash } = currentKey(recipient, day);
    keys.set(recipient.id, await loadKey(hash, directory));
  }
  return { facts, directory, status, form, week: weekOf(day), keys };
}

/** Returns an office with the keys of today: the same one, or it loaded again. */
export async function freshOffice(office: Office): Promise<Office> {
  const day = today();
  const { directory } = office;
  const usable = weekOf(day) === office.week && day < directory.expires;
  return usable && day < directory.delegation.end ? office : openOffice(office.facts);
}

/** Returns the directory of a document that holds at this address and is none from before the page. */
function genuine(document: Uint8Array, facts: PageFacts): Directory {
  let directory: Directory | null = null;
  try {
    directory = readDirectory(document, facts.genesisId);
    checkAddress(directory, facts.origin);
  } catch (error) {
    if (directory && error instanceof Foreign) throw new OfficeRefusal("other-address", directory);
    if (error instanceof ProtocolError) throw new OfficeRefusal("not-genuine");
    throw error;
  }
  const [delegation, sequence] = facts.lowest;
  const { number } = directory.delegation;
  if (number < delegation || (number === delegation && directory.sequence < sequence)) {
    throw new OfficeRefusal("outdated", directory);
  }
  return directory;
}

async function loadForm(directory: Directory): Promise<Form> {
  const data = await getForm(toHex(directory.form)).catch(refuseAnswer);
  try {
    return readForm(data, directory.form);
  } catch {
    throw notGenuine(directory);
  }
}

async function loadKey(hash: KeyHash, directory: Directory): Promise<Uint8Array> {
  const key = await getKey(toHex(hash)).catch(refuseAnswer);
  try {
    if (!equal(keyHash(key), hash)) throw notGenuine(directory);
    checkKemPublicKey(key);
    return key;
  } catch {
    throw notGenuine(directory);
  }
}

function checkDays(directory: Directory, facts: PageFacts, day: Day, serverDay: Day): void {
  if (
    Math.abs(day - serverDay) > CLOCK_GRACE_DAYS ||
    day < facts.buildDay - CLOCK_GRACE_DAYS ||
    day < directory.issued - CLOCK_GRACE_DAYS
  ) {
    throw new OfficeRefusal("clock", directory, serverDay);
  }
  try {
    checkCurrent(directory, day);
  } catch (error) {
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
