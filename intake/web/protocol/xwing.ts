/** The KEM X-Wing, MLKEM768-X25519 (SPEC 4). */

import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

import { concat, random } from "./bytes.ts";
import { x25519, x25519PublicKey } from "./x25519.ts";

const ML_KEM_PUBLIC_KEY_SIZE = 1184;
const ML_KEM_ENC_SIZE = 1088;
// SPEC 4: 5c2e2f2f5e5c
const LABEL = [0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c];

/** Both halves of a secret key, and the public key (1216 bytes). */
export interface XWingKeys {
  readonly mlKem: Uint8Array;
  readonly x: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The keys that a seed of 32 bytes stands for. */
export function xWingKeys(seed: Uint8Array): XWingKeys {
  const expanded = shake256(seed, { dkLen: 96 });
  const { secretKey, publicKey } = ml_kem768.keygen(expanded.slice(0, 64));
  const x = expanded.slice(64);
  return { mlKem: secretKey, x, publicKey: concat(publicKey, x25519PublicKey(x)) };
}

/**
 * A fresh shared secret (32 bytes) and what tells it to the holder of `publicKey` (1120 bytes).
 * Throws for a key that cannot be sealed to.
 */
export function xWingEncapsulate(publicKey: Uint8Array): { shared: Uint8Array; enc: Uint8Array } {
  const xPublicKey = publicKey.subarray(ML_KEM_PUBLIC_KEY_SIZE);
  const ephemeral = random(32);
  const ctX = x25519PublicKey(ephemeral);
  const ssX = x25519(ephemeral, xPublicKey);
  const m = ml_kem768.encapsulate(publicKey.subarray(0, ML_KEM_PUBLIC_KEY_SIZE));
  return {
    shared: combine(m.sharedSecret, ssX, ctX, xPublicKey),
    enc: concat(m.cipherText, ctX),
  };
}

/** The shared secret (32 bytes) in `enc` (1120). Throws where the X25519 half is of low order. */
export function xWingDecapsulate(keys: XWingKeys, enc: Uint8Array): Uint8Array {
  const ctX = enc.subarray(ML_KEM_ENC_SIZE);
  const ssX = x25519(keys.x, ctX);
  const ssM = ml_kem768.decapsulate(enc.subarray(0, ML_KEM_ENC_SIZE), keys.mlKem);
  return combine(ssM, ssX, ctX, keys.publicKey.subarray(ML_KEM_PUBLIC_KEY_SIZE));
}

function combine(...secrets: [Uint8Array, Uint8Array, Uint8Array, Uint8Array]): Uint8Array {
  return sha3_256(concat(...secrets, LABEL));
}
