/** Pair chains: what a source and one recipient alone know of each other (SPEC 6.2, 9). */

import { Malformed } from "./errors.ts";
import { keyedHmac, type KeyedHmac } from "./hashing.ts";
import { bound, Label } from "./labels.ts";
import type { GenesisId, ThreadId } from "./names.ts";
import { Secret } from "./secret.ts";
import { CHAIN_KEY_SIZE, TAG_SIZE } from "./sizes.ts";

/** c_i of a pair chain (32 bytes); which i, whoever holds it knows. */
export class ChainKey extends Secret {
  readonly #bytes: Uint8Array;
  #keyed: KeyedHmac | null = null;

  constructor(bytes: Uint8Array) {
    super();
    if (bytes.length !== CHAIN_KEY_SIZE) throw new Malformed("a chain key of another length");
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** HMAC-SHA256 under this key over the parts one after another, 32 bytes. */
  hmac(...parts: Uint8Array[]): Promise<Uint8Array> {
    this.#keyed ??= keyedHmac(this.#bytes);
    return this.#keyed(...parts);
  }
}

/** c_(i + steps). */
export async function nextChainKey(
  key: ChainKey,
  genesisId: GenesisId,
  steps: number = 1,
): Promise<ChainKey> {
  // SPEC 6.2: c_(i+1) = HMAC(c_i, bound(NEXT))
  const label = bound(Label.NEXT, genesisId);
  let next = key;
  for (let step = 0; step < steps; step++) next = new ChainKey(await next.hmac(label));
  return next;
}

/** The tag (16 bytes) of the record at the index of this chain key. */
export async function replyTag(
  key: ChainKey,
  genesisId: GenesisId,
  threadId: ThreadId,
): Promise<Uint8Array> {
  // SPEC 9: HMAC(c_i, bound(TAG) || thread)
  return (await key.hmac(bound(Label.TAG, genesisId), threadId)).slice(0, TAG_SIZE);
}
