/** Checks and names of public keys and of their owners (SPEC 2, 4). */

import { concat, utf8 } from "./bytes.ts";
import { Malformed } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import type { KeyHash } from "./names.ts";
import { KEM_PUBLIC_KEY_SIZE } from "./sizes.ts";
import { x25519 } from "./x25519.ts";

const ML_KEM_MODULUS = 3329;
const ML_KEM_VECTOR_SIZE = 1152;
const X25519_OFFSET = 1184;
const RECIPIENT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const RECIPIENT_BYTES = 32;

/** Raises `Malformed` for a KEM public key that nobody may seal to: SPEC 4. */
export function checkKemPublicKey(key: Uint8Array): void {
  if (key.length !== KEM_PUBLIC_KEY_SIZE) throw new Malformed("a key of another length");
  for (let at = 0; at < ML_KEM_VECTOR_SIZE; at += 3) {
    const pair = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16);
    if ((pair & 0xfff) >= ML_KEM_MODULUS || pair >> 12 >= ML_KEM_MODULUS) {
      throw new Malformed("a coefficient over the modulus");
    }
  }
  try {
    // Any secret will do: with a key of low order the result is zero for each, which throws.
    x25519(new Uint8Array(32), key.subarray(X25519_OFFSET));
  } catch {
    throw new Malformed("a key of low order");
  }
}

/** SHA-256 of a public key, 32 bytes: its name in directories and payloads. */
export function keyHash(key: Uint8Array): KeyHash {
  return sha256(key) as KeyHash;
}

/** The 32 bytes of a recipient id, `rid` in the SPEC. Raises `Malformed` outside its grammar. */
export function recipientBytes(recipientId: string): Uint8Array {
  if (!RECIPIENT_ID.test(recipientId)) throw new Malformed("not a recipient id");
  return concat(utf8(recipientId), new Uint8Array(RECIPIENT_BYTES - recipientId.length));
}
