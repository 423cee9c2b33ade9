/**
 * AES-256-GCM (SPEC 4): by the browser itself where it offers that, else in plain JavaScript.
 *
 * Browsers leave `crypto.subtle` out on plain http names that are not localhost.
 */

import { gcm } from "@noble/ciphers/aes.js";

import { Unauthentic } from "./errors.ts";

/** Ciphertext followed by its 16-byte tag. `key` has 32 bytes, `nonce` 12. */
export async function aesSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = crypto;
  if (!subtle) return gcm(key, nonce, aad).encrypt(plaintext);
  const imported = await importKey(subtle, key, "encrypt");
  return new Uint8Array(
    await subtle.encrypt(parameters(nonce, aad), imported, plaintext as BufferSource),
  );
}

/** What `aesSeal` was given. Raises `Unauthentic`. */
export async function aesOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = crypto;
  const imported = subtle && (await importKey(subtle, key, "decrypt"));
  try {
    if (!imported) return gcm(key, nonce, aad).decrypt(sealed);
    return new Uint8Array(
      await subtle.decrypt(parameters(nonce, aad), imported, sealed as BufferSource),
    );
  } catch {
    throw new Unauthentic("does not open");
  }
}

function importKey(subtle: SubtleCrypto, key: Uint8Array, use: KeyUsage): Promise<CryptoKey> {
  return subtle.importKey("raw", key as BufferSource, "AES-GCM", false, [use]);
}

function parameters(nonce: Uint8Array, aad: Uint8Array): AesGcmParams {
  return { name: "AES-GCM", iv: nonce as BufferSource, additionalData: aad as BufferSource };
}
