/** Pair chains: what a source and one recipient alone know of each other (SPEC 6.2, 9). */

import { Malformed } from "./errors.ts";
import { keyedHmac, type KeyedHmac } from "./hashing.ts";
import { bound, Label } from "./labels.ts";
import type { GenesisId, ThreadId } from "./names.ts";
import { Secret } from "./secret.ts";
import { CHAIN_KEY_SIZE, TAG_SIZE } from "./sizes.ts";

const begun = new WeakMap<ChainKey, KeyedHmac>();

/** c_i of a pair chain (32 bytes); which i, whoever holds it knows. */
export class ChainKey extends Secret {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    if (bytes.length !== CHAIN_KEY_SIZE) throw new Malformed("a chain key of another length");
    this.#bytes = bytes;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

/** The HMAC under a chain key, which is begun once for all that comes from the key. */
export function chainHmac(key: ChainKey): KeyedHmac {
  const known = begun.get(key) ?? keyedHmac(key.bytes);
  begun.set(key, known);
  return known;
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
  for (let step = 0; step < steps; step++) next = new ChainKey(await chainHmac(next)(label));
  return next;
}

/** The tag (16 bytes) of the record at the index of this chain key. */
export async function replyTag(
  key: ChainKey,
  genesisId: GenesisId,
  threadId: ThreadId,
): Promise<Uint8Array> {
  // SPEC 9: HMAC(c_i, bound(TAG) || thread)
  return (await chainHmac(key)(bound(Label.TAG, genesisId), threadId)).slice(0, TAG_SIZE);
}
