/** The office's half of SPEC 9: sealing replies. It exists to test the source's half. */

import { concat, random } from "../../../intake/web/protocol/bytes.ts";
import { hpkeSeal, newKemSecretKey } from "../../../intake/web/protocol/hpke.ts";
import { bound, Label } from "../../../intake/web/protocol/labels.ts";
import type { GenesisId, ThreadId } from "../../../intake/web/protocol/names.ts";
import { pad } from "../../../intake/web/protocol/padding.ts";
import { recipientBytes } from "../../../intake/web/protocol/public_keys.ts";
import {
  encodeReplyMessage,
  replyTag,
  type ReplyPart,
} from "../../../intake/web/protocol/replies.ts";
import type { SigningKey } from "../../../intake/web/protocol/signing.ts";
import { TAG_SIZE } from "../../../intake/web/protocol/sizes.ts";

const PADDED_SIZE = 2944;
const DECOY_SIZE = 2940;

/** What a recipient knows of the thread that it answers. */
export interface ReplyTo {
  readonly genesisId: GenesisId;
  readonly threadId: ThreadId;
  readonly threadSecret: Uint8Array;
  readonly replyKey: Uint8Array;
}

/** One record (4,096 bytes) with a part of a reply. */
export async function sealReply(
  to: ReplyTo,
  signer: SigningKey,
  recipientId: string,
  index: number,
  part: ReplyPart,
): Promise<Uint8Array> {
  const { genesisId, threadId } = to;
  const tag = replyTag(to.threadSecret, genesisId, recipientId, index);
  const message = encodeReplyMessage(part);
  const signed = concat(tag, threadId, recipientBytes(recipientId), message);
  const signature = signer.sign(Label.REPLY_MESSAGE, genesisId, signed);
  return sealRecord(to.replyKey, genesisId, tag, concat(message, signature));
}

/** A record that nobody can read, and nobody can tell from others. */
export function decoyRecord(genesisId: GenesisId): Promise<Uint8Array> {
  const key = newKemSecretKey().publicKey;
  return sealRecord(key, genesisId, random(TAG_SIZE), new Uint8Array(DECOY_SIZE));
}

async function sealRecord(
  key: Uint8Array,
  genesisId: GenesisId,
  tag: Uint8Array,
  content: Uint8Array,
): Promise<Uint8Array> {
  const info = concat(bound(Label.REPLY, genesisId), tag);
  return concat(tag, await hpkeSeal(key, info, pad(content, PADDED_SIZE)));
}
