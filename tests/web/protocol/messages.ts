/** Messages and people for tests. */

import { random } from "../../../intake/web/protocol/bytes.ts";
import { Codename } from "../../../intake/web/protocol/codename.ts";
import { firstDay, later } from "../../../intake/web/protocol/days.ts";
import { newMessageId, type Message, type SealTo } from "../../../intake/web/protocol/envelope.ts";
import { newKemSecretKey } from "../../../intake/web/protocol/hpke.ts";
import type { GenesisId, Week } from "../../../intake/web/protocol/names.ts";
import { SigningKey } from "../../../intake/web/protocol/signing.ts";
import { deriveSourceKeys, type SourceKeys } from "../../../intake/web/protocol/source_keys.ts";
import type { IntakeSecret } from "./office/envelope.ts";

export const GENESIS_ID = new Uint8Array(32).fill(7) as GenesisId;
export const WEEK = 2970 as Week;

let derived: Promise<SourceKeys> | null = null;

/** The keys of one codename, derived once. */
export function sourceKeys(): Promise<SourceKeys> {
  derived ??= deriveSourceKeys(new Codename(new Uint8Array(10).fill(5)), GENESIS_ID);
  return derived;
}

export function message(changes: Partial<Message> = {}): Message {
  return {
    kind: "report",
    messageId: newMessageId(),
    day: later(firstDay(WEEK), 8),
    language: "ru",
    client: "tests 1",
    delegation: 3,
    sequence: 12,
    form: new Uint8Array(32).fill(9),
    answers: { who: "Директор", fear: "", where: ["here", "there"] },
    text: "Крадут.",
    rest: null,
    attachments: [],
    fill: null,
    ...changes,
  };
}

/** A recipient with fresh keys. */
export function recipient(id: string): {
  sealTo: SealTo;
  secret: IntakeSecret;
  signer: SigningKey;
} {
  const key = newKemSecretKey();
  const signer = new SigningKey(random(32));
  const sealTo = { id, publicKey: key.publicKey, week: WEEK, signingKey: signer.publicKey };
  return { sealTo, secret: { week: WEEK, key }, signer };
}
