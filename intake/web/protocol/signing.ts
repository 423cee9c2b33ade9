/** Secret signing keys (SPEC 4). */

import { getPublicKey, sign } from "./ed25519.ts";
import type { Label } from "./labels.ts";
import type { GenesisId } from "./names.ts";
import { Secret } from "./secret.ts";
import { signedText } from "./signatures.ts";

/** A secret Ed25519 key: a seed of 32 bytes. */
export class SigningKey extends Secret {
  readonly #seed: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    super();
    this.#seed = seed;
    this.publicKey = getPublicKey(seed);
  }

  /** 64 bytes over `bound(label) || message`. */
  sign(label: Label, genesisId: GenesisId, message: Uint8Array): Uint8Array {
    return sign(signedText(label, genesisId, message), this.#seed);
  }
}
