/** The office's half of SPEC 7: opening envelopes. It exists to test the source's half. */

import { aesOpen } from "../../../../intake/web/protocol/aes.ts";
import { concat, equal } from "../../../../intake/web/protocol/bytes.ts";
import { ChainKey } from "../../../../intake/web/protocol/chain_keys.ts";
import { firstDay, later } from "../../../../intake/web/protocol/days.ts";
import { Contradictory, Malformed, Unauthentic } from "../../../../intake/web/protocol/errors.ts";
import { sha256 } from "../../../../intake/web/protocol/hashing.ts";
import { hpkeOpen, type KemSecretKey } from "../../../../intake/web/protocol/hpke.ts";
import { bound, Label, labelled } from "../../../../intake/web/protocol/labels.ts";
import { CLOCK_GRACE_DAYS, KEY_DAYS } from "../../../../intake/web/protocol/lifetimes.ts";
import type { GenesisId, ThreadId, Week } from "../../../../intake/web/protocol/names.ts";
import { unpad } from "../../../../intake/web/protocol/padding.ts";
import { parsePayload, type Payload } from "../../../../intake/web/protocol/payload.ts";
import { keyHash, recipientBytes } from "../../../../intake/web/protocol/public_keys.ts";
import { checkSignature } from "../../../../intake/web/protocol/signatures.ts";
import {
  ENVELOPE_SIZE,
  ENVELOPE_SLOT_SIZE,
  ENVELOPE_SLOTS,
  SIGNATURE_SIZE,
} from "../../../../intake/web/protocol/sizes.ts";

const SLOTS_AT = 33;
const BODY_AT = SLOTS_AT + ENVELOPE_SLOTS * ENVELOPE_SLOT_SIZE;

/** The secret intake key of a week. */
export interface IntakeSecret {
  readonly week: Week;
  readonly key: KemSecretKey;
}

export interface OpenedSlot {
  readonly slot: number;
  readonly secret: IntakeSecret;
  readonly contentKey: Uint8Array;
  /** c_0. */
  readonly chain: ChainKey;
  readonly threadId: ThreadId;
}

export interface OpenedEnvelope extends OpenedSlot {
  readonly payload: Payload;
  readonly payloadBytes: Uint8Array;
  readonly commitment: Uint8Array;
  readonly slotsHash: Uint8Array;
  readonly signature: Uint8Array;
  readonly withinKeyDates: boolean;
}

/** SPEC 7.3, in its order. */
export async function openEnvelope(
  envelope: Uint8Array,
  genesisId: GenesisId,
  recipientId: string,
  secrets: readonly IntakeSecret[],
): Promise<OpenedEnvelope> {
  if (envelope.length !== ENVELOPE_SIZE) throw new Malformed("size");
  if (envelope[0] !== 1) throw new Malformed("version");
  const opened = await openSlot(envelope, genesisId, recipientId, secrets);
  const { contentKey } = opened;
  const commitment = envelope.slice(1, SLOTS_AT);
  if (!equal(commitment, sha256(bound(Label.COMMIT, genesisId), contentKey))) {
    throw new Unauthentic("commitment");
  }
  const header = envelope.subarray(0, BODY_AT);
  const body = envelope.subarray(BODY_AT);
  const content = unpad(await aesOpen(contentKey, new Uint8Array(12), header, body));
  if (content.length < SIGNATURE_SIZE + 1) throw new Malformed("no payload");
  const payloadBytes = content.subarray(0, content.length - SIGNATURE_SIZE);
  const signature = content.subarray(content.length - SIGNATURE_SIZE);
  const payload = parsePayload(payloadBytes);
  if (!equal(payload.signingKey, opened.threadId)) throw new Contradictory("another source's slot");
  const slotsHash = sha256(labelled(Label.SLOTS), envelope.subarray(SLOTS_AT, BODY_AT));
  const signed = concat(commitment, slotsHash, payloadBytes);
  checkSignature(payload.signingKey, signature, Label.MESSAGE, genesisId, signed);
  checkReader(payload, recipientId, opened);
  const first = firstDay(opened.secret.week);
  const end = later(first, KEY_DAYS + CLOCK_GRACE_DAYS);
  return {
    ...opened,
    payload,
    payloadBytes,
    commitment,
    slotsHash,
    signature,
    withinKeyDates: payload.day >= first - CLOCK_GRACE_DAYS && payload.day < end,
  };
}

async function openSlot(
  envelope: Uint8Array,
  genesisId: GenesisId,
  recipientId: string,
  secrets: readonly IntakeSecret[],
): Promise<OpenedSlot> {
  const info = concat(bound(Label.SLOT, genesisId), recipientBytes(recipientId));
  const found: OpenedSlot[] = [];
  for (let slot = 0; slot < ENVELOPE_SLOTS; slot++) {
    const at = SLOTS_AT + slot * ENVELOPE_SLOT_SIZE;
    const sealed = envelope.subarray(at, at + ENVELOPE_SLOT_SIZE);
    for (const secret of secrets) {
      const content = await hpkeOpen(secret.key, info, sealed).catch(orNotMine);
      if (content) found.push({ slot, secret, ...cut(content) });
    }
  }
  if (found.length > 1) throw new Contradictory("two slots");
  if (!found[0]) throw new Unauthentic("no slot");
  return found[0];
}

/** SPEC 7: content key, c_0, source signing key. */
function cut(content: Uint8Array): Pick<OpenedSlot, "contentKey" | "chain" | "threadId"> {
  return {
    contentKey: content.slice(0, 32),
    chain: new ChainKey(content.slice(32, 64)),
    threadId: content.slice(64) as ThreadId,
  };
}

function orNotMine(error: unknown): null {
  if (error instanceof Unauthentic) return null;
  throw error;
}

function checkReader(payload: Payload, recipientId: string, opened: OpenedSlot): void {
  const mine = payload.recipients.find(({ id }) => id === recipientId);
  if (!mine) throw new Contradictory("not among the recipients");
  if (mine.slot !== opened.slot) throw new Contradictory("another slot");
  if (!equal(mine.key, keyHash(opened.secret.key.publicKey)))
    throw new Contradictory("another key");
}
