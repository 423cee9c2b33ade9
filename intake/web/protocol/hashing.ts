/** SHA-256, HMAC and HKDF as SPEC 2 writes them. */

import { hmac as nobleHmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

import { concat } from "./bytes.ts";

/** HMAC-SHA256 under one key over the parts one after another, 32 bytes. */
export type KeyedHmac = (...parts: Uint8Array[]) => Promise<Uint8Array>;

/** SHA-256 of the parts one after another, 32 bytes. */
export function sha256(...parts: Uint8Array[]): Uint8Array {
  return nobleSha256(concat(...parts));
}

/** SHA-256 of what is long, by the browser itself where it offers that: 32 bytes. */
export async function digest(data: Uint8Array): Promise<Uint8Array> {
  const { subtle } = crypto;
  if (!subtle) return nobleSha256(data);
  return new Uint8Array(await subtle.digest("SHA-256", data as BufferSource));
}

/** HMAC-SHA256 over the parts one after another, 32 bytes. */
export function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return nobleHmac(nobleSha256, key, concat(...parts));
}

/** HMAC by the browser itself where it offers that: worth it where there are thousands to make. */
export function keyedHmac(key: Uint8Array): KeyedHmac {
  const { subtle } = crypto;
  if (!subtle) {
    const begun = nobleHmac.create(nobleSha256, key);
    return async (...parts) =>
      begun
        .clone()
        .update(concat(...parts))
        .digest();
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = subtle.importKey("raw", key as BufferSource, algorithm, false, ["sign"]);
  return async (...parts) => {
    const message = concat(...parts) as BufferSource;
    return new Uint8Array(await subtle.sign("HMAC", await imported, message));
  };
}

/** HKDF-Expand (RFC 5869) with SHA-256 for 32 bytes, which are its first block. */
export function expand(key: Uint8Array, ...info: Uint8Array[]): Uint8Array {
  return hmac(key, ...info, Uint8Array.of(1));
}
