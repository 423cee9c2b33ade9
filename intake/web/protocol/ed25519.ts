/** The Ed25519 library, given the hash that it leaves to its user. */

import { hashes } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

export { getPublicKey, Point, sign, verify } from "@noble/ed25519";
