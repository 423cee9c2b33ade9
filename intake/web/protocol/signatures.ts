/** Signatures under the strict rule (SPEC 4.1). */

import { concat } from "./bytes.ts";
import { Point, verify } from "./ed25519.ts";
import { Unauthentic } from "./errors.ts";
import { bound, type Label } from "./labels.ts";
import type { GenesisId } from "./names.ts";

/** What is signed: `bound(label) || message`. */
export function signedText(label: Label, genesisId: GenesisId, message: Uint8Array): Uint8Array {
  return concat(bound(label, genesisId), message);
}

/** Raises `Unauthentic` unless `signature` (64 bytes) by `publicKey` (32) is valid. */
export function checkSignature(
  publicKey: Uint8Array,
  signature: Uint8Array,
  label: Label,
  genesisId: GenesisId,
  message: Uint8Array,
): void {
  let isValid = false;
  try {
    checkPoint(publicKey);
    checkPoint(signature.subarray(0, 32));
    // The library looks at S < L, and at the equation times the cofactor: with both points in the
    // prime-order subgroup that is the same as the equation without it.
    const text = signedText(label, genesisId, message);
    isValid = verify(signature, text, publicKey, { zip215: false });
  } catch {
    // Refused below.
  }
  if (!isValid) throw new Unauthentic("a signature that does not verify");
}

/** SPEC 4.1: canonical, of the prime-order subgroup, not of small order. */
function checkPoint(bytes: Uint8Array): void {
  const point = Point.fromBytes(bytes, false);
  if (point.isSmallOrder() || !point.isTorsionFree()) throw new Unauthentic("not a sound point");
}
