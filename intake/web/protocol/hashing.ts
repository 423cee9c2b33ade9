/** SHA-256, HMAC and HKDF as SPEC 2 writes them. */

import { hmac as nobleHmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

import { concat } from "./bytes.ts";

/** SHA-256 of the parts one after another, 32 bytes. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  return nobleSha256(concat(...parts));
}

/** HMAC-SHA256 over the parts one after another, 32 bytes. */
export function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return nobleHmac(nobleSha256, key, concat(...parts));
}

/** HKDF-Expand (RFC 5869) with SHA-256 for 32 bytes, which are its first block. */
export function expand(key: Uint8Array, ...info: Uint8Array[]): Uint8Array {
  return hmac(key, ...info, Uint8Array.of(1));
}
