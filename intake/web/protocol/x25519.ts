/** X25519 (RFC 7748), from the curve library's own ladder. */

import { pow } from "@noble/curves/abstract/modular.js";
import { montgomery } from "@noble/curves/abstract/montgomery.js";

const P = 2n ** 255n - 19n;

// The library's ready-made instance brings Ed25519 tables along: 5 KB more on a slow line.
const curve = /* @__PURE__ */ montgomery({
  P,
  type: "x25519",
  powPminus2: (x) => pow(x, P - 2n, P),
  adjustScalarBytes: (bytes: Uint8Array): Uint8Array => {
    bytes[0]! &= 248;
    bytes[31]! = (bytes[31]! & 127) | 64;
    return bytes;
  },
});

/** The public key (32 bytes) of a secret one (32). */
export function x25519PublicKey(secretKey: Uint8Array): Uint8Array {
  return curve.getPublicKey(secretKey);
}

/** The shared secret (32 bytes). Throws for a public key of low order: the result would be zero. */
export function x25519(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return curve.getSharedSecret(secretKey, publicKey);
}
