/** The office's half of SPEC 9: sealing replies. It exists to test the source's half. */

import { aesSeal } from "../../../../intake/web/protocol/aes.ts";
import { concat, random } from "../../../../intake/web/protocol/bytes.ts";
import { chainHmac, replyTag, type ChainKey } from "../../../../intake/web/protocol/chain_keys.ts";
import { bound, Label } from "../../../../intake/web/protocol/labels.ts";
import type { GenesisId, ThreadId } from "../../../../intake/web/protocol/names.ts";
import { pad } from "../../../../intake/web/protocol/padding.ts";
import { recipientBytes } from "../../../../intake/web/protocol/public_keys.ts";
import { encodeReplyMessage, type ReplyPart } from "../../../../intake/web/protocol/replies.ts";
import type { SigningKey } from "../../../../intake/web/protocol/signing.ts";
import { RECORD_SIZE, SALT_SIZE } from "../../../../intake/web/protocol/sizes.ts";

const PADDED_SIZE = 976;
const RANDOM_SIZE = 32;

/** What a recipient knows of the thread that it answers; `chain` is the chain key of one index. */
export interface ReplyTo {
  readonly genesisId: GenesisId;
  readonly threadId: ThreadId;
  readonly chain: ChainKey;
}

/** The record (1,024 bytes) with a part of a reply at the index of a chain key. */
export async function sealReply(
  to: ReplyTo,
  signer: SigningKey,
  recipientId: string,
  part: ReplyPart,
): Promise<Uint8Array> {
  const { genesisId, threadId, chain } = to;
  const tag = await replyTag(chain, genesisId, threadId);
  const message = encodeReplyMessage(part);
  const signed = concat(tag, threadId, recipientBytes(recipientId), message);
  const signature = signer.sign(Label.REPLY_MESSAGE, genesisId, signed);
  return sealRecord(to, pad(concat(message, signature), PADDED_SIZE), random(RANDOM_SIZE));
}

/** A record (1,024 bytes) of what is padded already. */
export async function sealRecord(
  to: ReplyTo,
  padded: Uint8Array,
  random: Uint8Array,
): Promise<Uint8Array> {
  const { genesisId, threadId, chain } = to;
  const tag = await replyTag(chain, genesisId, threadId);
  const salted = await chainHmac(chain)(bound(Label.SALT, genesisId), random, padded);
  const salt = salted.slice(0, SALT_SIZE);
  const key = await recordKey(to, tag, salt);
  const sealed = await aesSeal(key, new Uint8Array(12), new Uint8Array(0), padded);
  return concat(tag, salt, sealed);
}

/** The key (32 bytes) of a record. */
export function recordKey(
  { genesisId, threadId, chain }: ReplyTo,
  tag: Uint8Array,
  salt: Uint8Array,
): Promise<Uint8Array> {
  return chainHmac(chain)(bound(Label.REPLY, genesisId), threadId, tag, salt);
}

/** A record that is none. */
export function decoyRecord(): Uint8Array {
  return random(RECORD_SIZE);
}
