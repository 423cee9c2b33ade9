/** The grammar of the signed directory (SPEC 10.2). */

import { readNames, type Names } from "./by_language.ts";
import { Malformed } from "./errors.ts";
import { DAYS_A_WEEK, POLICY_MAX_DAYS, POLICY_MIN_DAYS } from "./lifetimes.ts";
import type { Day, GenesisId, KeyHash, Week } from "./names.ts";
import { recipientBytes } from "./public_keys.ts";
import { checkRecipientIds } from "./recipient_ids.ts";
import { BATCH_SIZES, CHUNKS_MAX, RECIPIENTS_MAX } from "./sizes.ts";
import { Fields, parseJson } from "./strict_json.ts";

const ORIGIN = /^(https?):\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?$/;
const OWN_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };
const PORT_MAX = 65535;
const ADDRESSES_MAX = 8;
const ADDRESS_MAX_SIZE = 200;
const KEYS_MAX = 8;
const RETIRED_MAX = 32;
const SERVERS_MAX = 4;
const CONTACTS_MAX = 16;
const CONTACT_MAX_SIZE = 500;
const PUZZLE_MAX = 32;

/** The intake key of a week, valid for the days [7 week, 7 week + 14). */
export interface ListedKey {
  readonly week: Week;
  /** SHA-256 of the intake public key, 32 bytes. */
  readonly hash: KeyHash;
}

/** Someone who reads what was sealed for them. */
export interface Recipient {
  readonly id: string;
  readonly titles: Names;
  /** 32 bytes. */
  readonly signingKey: Uint8Array;
  readonly keys: readonly ListedKey[];
}

/** A key whose replies are still read. */
export interface RetiredKey {
  readonly id: string;
  /** 32 bytes. */
  readonly signingKey: Uint8Array;
  readonly until: Day;
}

/** Lifetimes in days, numbers of chunks of one message, and bits of the puzzles. */
export interface Policy {
  readonly replyDays: number;
  readonly codenameDays: number;
  readonly maxChunks: number;
  readonly puzzleEnvelope: number;
  readonly puzzleChunk: number;
}

/** What the directory key signs. */
export interface DirectoryContent {
  /** 32 bytes. */
  readonly genesisId: GenesisId;
  readonly sequence: number;
  /** Valid for the days [issued, expires). */
  readonly issued: Day;
  readonly expires: Day;
  readonly names: Names;
  readonly addresses: readonly string[];
  readonly recipients: readonly Recipient[];
  readonly retired: readonly RetiredKey[];
  readonly directoryRecipient: string;
  /** The public signing keys (32 bytes each) of the office's servers. */
  readonly servers: readonly Uint8Array[];
  /** SHA-256 of the questionnaire, 32 bytes. */
  readonly form: Uint8Array;
  /** Records of a batch. */
  readonly batchSize: number;
  /** When batches leave: 0 at every export, else on a day of the week, 1 for Monday. */
  readonly release: number;
  /** Origins that give out volumes of the board too. */
  readonly mirrors: readonly string[];
  readonly policy: Policy;
  readonly contacts: readonly string[];
}

/** Reads what the directory key signs. Raises `Malformed`. */
export function parseDirectory(data: Uint8Array): DirectoryContent {
  const fields = new Fields(parseJson(data));
  const content = {
    genesisId: fields.bytes("genesis_id", 32) as GenesisId,
    sequence: fields.integer("sequence", 1),
    issued: fields.integer("issued", 0) as Day,
    expires: fields.integer("expires", 0) as Day,
    names: readNames(fields, "names"),
    addresses: fields.textArray("addresses", 1, ADDRESSES_MAX, ADDRESS_MAX_SIZE),
    recipients: readRecipients(fields),
    retired: fields.objects("retired", 0, RETIRED_MAX).map(readRetired),
    directoryRecipient: fields.text("directory_recipient"),
    servers: fields.bytesArray("servers", 0, SERVERS_MAX, 32),
    form: fields.bytes("form", 32),
    batchSize: fields.integer("batch_size", 0),
    release: fields.integer("release", 0, DAYS_A_WEEK),
    mirrors: fields.textArray("mirrors", 0, ADDRESSES_MAX, ADDRESS_MAX_SIZE),
    policy: readPolicy(fields.object("policy")),
    contacts: fields.textArray("contacts", 0, CONTACTS_MAX, CONTACT_MAX_SIZE),
  };
  fields.checkCritical();
  if (!BATCH_SIZES.includes(content.batchSize)) throw new Malformed("not the size of a batch");
  [...content.addresses, ...content.mirrors].forEach(checkOrigin);
  if (!content.recipients.some(({ id }) => id === content.directoryRecipient)) {
    throw new Malformed("no such recipient");
  }
  return content;
}

function readRecipients(fields: Fields): Recipient[] {
  const recipients = fields.objects("recipients", 1, RECIPIENTS_MAX).map((one) => ({
    id: one.text("id"),
    titles: readNames(one, "titles"),
    signingKey: one.bytes("signing_key", 32),
    keys: readListedKeys(one),
  }));
  checkRecipientIds(recipients.map(({ id }) => id));
  return recipients;
}

function readListedKeys(fields: Fields): ListedKey[] {
  const keys = fields.objects("keys", 1, KEYS_MAX).map((key) => ({
    week: key.integer("week", 0) as Week,
    hash: key.bytes("hash", 32) as KeyHash,
  }));
  if (keys.some(({ week }, place) => place > 0 && week <= keys[place - 1]!.week)) {
    throw new Malformed("keys that are not sorted");
  }
  return keys;
}

function readRetired(key: Fields): RetiredKey {
  const id = key.text("id");
  recipientBytes(id);
  return { id, signingKey: key.bytes("signing_key", 32), until: key.integer("until", 0) as Day };
}

function readPolicy(policy: Fields): Policy {
  return {
    replyDays: policy.integer("reply_days", POLICY_MIN_DAYS, POLICY_MAX_DAYS),
    codenameDays: policy.integer("codename_days", POLICY_MIN_DAYS, POLICY_MAX_DAYS),
    maxChunks: policy.integer("max_chunks", 0, CHUNKS_MAX),
    puzzleEnvelope: policy.integer("puzzle_envelope", 0, PUZZLE_MAX),
    puzzleChunk: policy.integer("puzzle_chunk", 0, PUZZLE_MAX),
  };
}

/** SPEC 10.2: an origin as a browser writes it. */
function checkOrigin(address: string): void {
  const [, scheme, port] = ORIGIN.exec(address) ?? [];
  const isOrigin = scheme !== undefined && Number(port ?? 1) <= PORT_MAX;
  if (!isOrigin || port === OWN_PORTS[scheme]) throw new Malformed("not an origin");
}
