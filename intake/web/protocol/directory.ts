/** The office's directory: who reads, under which keys, and until when (SPEC 3, 10). */

import { ByteReader } from "./byte_reader.ts";
import { concat, equal, number, toHex, toNumber } from "./bytes.ts";
import { weekOf } from "./days.ts";
import {
  parseDirectory,
  type DirectoryContent,
  type ListedKey,
  type Recipient,
} from "./directory_content.ts";
import { Contradictory, Foreign, Malformed, Outdated } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import { Label } from "./labels.ts";
import type { Day, GenesisId } from "./names.ts";
import { checkSignature } from "./signatures.ts";
import {
  CLOCK_GRACE_DAYS,
  DAYS_A_WEEK,
  DELEGATION_MAX_DAYS,
  DIRECTORY_MAX_DAYS,
  KEY_DAYS,
} from "./lifetimes.ts";
import { SIGNATURE_SIZE } from "./sizes.ts";

export type { ListedKey, Recipient, RetiredKey, Policy } from "./directory_content.ts";

const VERSION = 1;
const KEY_SIZE = 32;
const SUCCESSORS_MAX = 16;
const DELEGATION_SIZE = 44;
const CONTENT_MAX_SIZE = 65536;
const FINGERPRINT_DIGITS = 80;
const GROUP_DIGITS = 5;

/** Which key may sign directories, for the days [first, end). */
export interface Delegation {
  readonly number: number;
  readonly first: Day;
  readonly end: Day;
  /** 32 bytes. */
  readonly directoryKey: Uint8Array;
}

/** A directory whose signatures hold, and that does not contradict itself. */
export interface Directory extends DirectoryContent {
  readonly delegation: Delegation;
  /** All root public keys, the first one first. */
  readonly roots: readonly Uint8Array[];
  /** Of the whole document, 32 bytes. */
  readonly sha256: Uint8Array;
}

/** What a reader remembers of the newest directory that it took. */
export interface Seen {
  readonly delegation: number;
  readonly sequence: number;
  readonly sha256: Uint8Array;
  readonly roots: readonly Uint8Array[];
}

/**
 * The directory in a document of SPEC 10.1, with every check that needs no day and no memory.
 * Raises `Malformed`, `Foreign`, `Unauthentic` or `Contradictory`.
 */
export function readDirectory(document: Uint8Array, genesisId: GenesisId): Directory {
  const parts = cut(document);
  if (!equal(sha256(parts.roots[0]!), genesisId)) throw new Foreign("another office");
  checkSignatures(parts, genesisId);
  const content = parseDirectory(parts.content);
  if (!equal(content.genesisId, genesisId)) throw new Foreign("another office inside");
  const reader = new ByteReader(parts.delegation);
  const delegation = {
    number: reader.u32(),
    first: reader.u32() as Day,
    end: reader.u32() as Day,
    directoryKey: reader.read(KEY_SIZE),
  };
  const directory = { ...content, delegation, roots: parts.roots, sha256: sha256(document) };
  checkDays(directory);
  checkKeys(directory);
  return directory;
}

interface Parts {
  readonly roots: readonly Uint8Array[];
  /** One for each root but the first, by the root before it. */
  readonly successorSignatures: readonly Uint8Array[];
  readonly delegation: Uint8Array;
  readonly delegationSignature: Uint8Array;
  readonly content: Uint8Array;
  readonly contentSignature: Uint8Array;
}

/** SPEC 10.1. */
function cut(document: Uint8Array): Parts {
  const reader = new ByteReader(document);
  if (reader.u8() !== VERSION) throw new Malformed("another version");
  const roots = [reader.read(KEY_SIZE)];
  const successorSignatures: Uint8Array[] = [];
  const successors = reader.u8();
  if (successors > SUCCESSORS_MAX) throw new Malformed("too many successors");
  for (let index = 0; index < successors; index++) {
    roots.push(reader.read(KEY_SIZE));
    successorSignatures.push(reader.read(SIGNATURE_SIZE));
  }
  const delegation = reader.read(DELEGATION_SIZE);
  const delegationSignature = reader.read(SIGNATURE_SIZE);
  const content = reader.sized(CONTENT_MAX_SIZE);
  const contentSignature = reader.read(SIGNATURE_SIZE);
  reader.end();
  return {
    roots,
    successorSignatures,
    delegation,
    delegationSignature,
    content,
    contentSignature,
  };
}

/** SPEC 10.1: each part is signed by a key of the part before it. */
function checkSignatures(parts: Parts, genesisId: GenesisId): void {
  const { roots, delegation, content } = parts;
  parts.successorSignatures.forEach((signature, index) => {
    const statement = concat(number(index + 1, 4), roots[index + 1]!);
    checkSignature(roots[index]!, signature, Label.SUCCESSOR, genesisId, statement);
  });
  const successors = roots.length - 1;
  const root = roots[successors]!;
  const statement = concat([successors], delegation);
  checkSignature(root, parts.delegationSignature, Label.DELEGATION, genesisId, statement);
  const directoryKey = delegation.subarray(DELEGATION_SIZE - KEY_SIZE);
  checkSignature(directoryKey, parts.contentSignature, Label.DIRECTORY, genesisId, content);
}

/** SPEC 10.3: days that exclude each other. */
function checkDays({ issued, expires, delegation }: Directory): void {
  const days = expires - issued;
  const delegationDays = delegation.end - delegation.first;
  if (
    days < 1 ||
    days > DIRECTORY_MAX_DAYS ||
    delegationDays < 1 ||
    delegationDays > DELEGATION_MAX_DAYS ||
    issued < delegation.first ||
    expires > delegation.end
  ) {
    throw new Contradictory("days that do not fit each other");
  }
}

/** SPEC 10.3: keys that are missing, superfluous or equal. */
function checkKeys(directory: Directory): void {
  const { issued, expires, recipients } = directory;
  // SPEC 10.2: exactly those w with 7w < expires and 7w + 14 > issued
  const first = Math.max(0, Math.floor((issued - KEY_DAYS) / DAYS_A_WEEK) + 1);
  const count = Math.ceil(expires / DAYS_A_WEEK) - first;
  for (const { keys } of recipients) {
    if (keys.length !== count || keys.some(({ week }, place) => week !== first + place)) {
      throw new Contradictory("other intake keys than the days ask for");
    }
  }
  const signers = [...recipients, ...directory.retired].map(({ signingKey }) => signingKey);
  const { roots, delegation, servers } = directory;
  checkDiffer([...roots, delegation.directoryKey, ...signers, ...servers]);
  checkDiffer(recipients.flatMap(({ keys }) => keys.map(({ hash }) => hash)));
}

function checkDiffer(keys: readonly Uint8Array[]): void {
  if (new Set(keys.map(toHex)).size < keys.length) throw new Contradictory("two equal keys");
}

/** Raises `Outdated` where a directory is not valid on a day: too early, or past its end. */
export function checkCurrent(directory: Directory, day: Day): void {
  if (day < directory.issued - CLOCK_GRACE_DAYS) throw new Outdated("issued in the future");
  if (day >= directory.expires) throw new Outdated("expired");
  if (day >= directory.delegation.end) throw new Outdated("delegation expired");
}

/** Raises `Foreign` where a directory is not valid at an address, such as `https://example.org`. */
export function checkAddress(directory: Directory, address: string): void {
  if (!directory.addresses.includes(address)) throw new Foreign("another address");
}

/** Raises `Outdated` or `Contradictory` where a directory does not follow the one seen. */
export function checkNotOlder(directory: Directory, seen: Seen): void {
  const { roots, delegation, sequence } = directory;
  const successors = roots.slice(0, seen.roots.length);
  if (successors.some((root, place) => !equal(root, seen.roots[place]!))) {
    throw new Contradictory("another successor");
  }
  if (roots.length < seen.roots.length) throw new Outdated("a root that was replaced");
  const age = delegation.number - seen.delegation || sequence - seen.sequence;
  if (age < 0) throw new Outdated("older than one seen");
  if (age === 0 && !equal(directory.sha256, seen.sha256)) {
    throw new Contradictory("seen with other bytes");
  }
}

/** What to remember of a directory. */
export function seen(directory: Directory): Seen {
  const { delegation, sequence, sha256, roots } = directory;
  return { delegation: delegation.number, sequence, sha256, roots };
}

/** The key to seal to on a day. Raises `Outdated` where the directory lists none. */
export function currentKey(recipient: Recipient, day: Day): ListedKey {
  const week = weekOf(day);
  const key = recipient.keys.find((listed) => listed.week === week);
  if (!key) throw new Outdated("no key for this day");
  return key;
}

/** Every key that a directory names for a recipient id, active or retired. */
export function signingKeysOf(directory: Directory, recipientId: string): Uint8Array[] {
  return [...directory.recipients, ...directory.retired]
    .filter(({ id }) => id === recipientId)
    .map(({ signingKey }) => signingKey);
}

/** The office's identity for people: 80 digits in groups of five (SPEC 3). */
export function fingerprint(digest: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < digest.length; at += 2) {
    const group = toNumber(digest.subarray(at, at + 2));
    groups.push(String(group).padStart(GROUP_DIGITS, "0"));
  }
  return groups.join(" ");
}

/** The `genesis_id` of a fingerprint that somebody typed. Raises `Malformed`. */
export function readFingerprint(text: string): GenesisId {
  const digits = text.replace(/[^0-9]/g, "");
  if (digits.length !== FINGERPRINT_DIGITS) throw new Malformed("not 80 digits");
  const groups = digits.match(/.{5}/g)!.map(Number);
  if (groups.some((group) => group > 65535)) throw new Malformed("digits that stand for nothing");
  return concat(...groups.map((group) => number(group, 2))) as GenesisId;
}

/** The name for a language; else the one for any language; else the first. */
export function nameIn<Text>(names: Readonly<Record<string, Text>>, language: string): Text {
  const tag = [language, "und"].find((one) => Object.hasOwn(names, one));
  return tag === undefined ? Object.values(names)[0]! : names[tag]!;
}
