/** Messages and people for tests. */

import { Codename } from "../../../intake/web/protocol/codename.ts";
import { firstDay, later } from "../../../intake/web/protocol/days.ts";
import { newMessageId, type Message, type SealTo } from "../../../intake/web/protocol/envelope.ts";
import { newKemSecretKey } from "../../../intake/web/protocol/hpke.ts";
import type { GenesisId, Week } from "../../../intake/web/protocol/names.ts";
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
    answers: { who: "Директор", fear: "" },
    text: "Крадут.",
    rest: null,
    attachments: [],
    fill: null,
    ...changes,
  };
}

/** A recipient with a fresh intake key. */
export function recipient(id: string): { sealTo: SealTo; secret: IntakeSecret } {
  const key = newKemSecretKey();
  return { sealTo: { id, publicKey: key.publicKey }, secret: { week: WEEK, key } };
}
