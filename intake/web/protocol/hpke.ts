/** HPKE (RFC 9180) in base mode, one message a key: SPEC 4. */

import { aesOpen, aesSeal } from "./aes.ts";
import { concat, number, random, utf8 } from "./bytes.ts";
import { Malformed, Unauthentic } from "./errors.ts";
import { expand, hmac } from "./hashing.ts";
import { checkKemPublicKey } from "./public_keys.ts";
import { Secret } from "./secret.ts";
import { xWingDecapsulate, xWingEncapsulate, xWingKeys, type XWingKeys } from "./xwing.ts";

const NOTHING = new Uint8Array(0);
// RFC 9180, 5.1: "HPKE" || KEM 0x647a || KDF 0x0001 || AEAD 0x0002
const SUITE = concat(utf8("HPKE"), [0x64, 0x7a, 0, 1, 0, 2]);
const ENC_SIZE = 1120;
const MODE_BASE = Uint8Array.of(0);
const AES_KEY_SIZE = 32;
const AES_NONCE_SIZE = 12;

/** A secret KEM key: a seed of 32 bytes. */
export class KemSecretKey extends Secret {
  readonly #keys: XWingKeys;

  constructor(seed: Uint8Array) {
    super();
    this.#keys = xWingKeys(seed);
  }

  /** 1216 bytes. */
  get publicKey(): Uint8Array {
    return this.#keys.publicKey;
  }

  get keys(): XWingKeys {
    return this.#keys;
  }
}

export function newKemSecretKey(): KemSecretKey {
  return new KemSecretKey(random(32));
}

/**
 * `plaintext` for the holder of `publicKey` (1216 bytes), 1136 bytes longer.
 * Raises `Malformed` for a key that cannot be sealed to.
 */
export async function hpkeSeal(
  publicKey: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  checkKemPublicKey(publicKey);
  const { shared, enc } = xWingEncapsulate(publicKey);
  const [key, nonce] = keySchedule(shared, info);
  return concat(enc, await aesSeal(key, nonce, NOTHING, plaintext));
}

/** What `hpkeSeal` was given. Raises `Unauthentic`; `Malformed` where it is too short. */
export async function hpkeOpen(
  secretKey: KemSecretKey,
  info: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed.length < ENC_SIZE + 16) throw new Malformed("too short");
  const shared = decapsulate(secretKey, sealed.subarray(0, ENC_SIZE));
  const [key, nonce] = keySchedule(shared, info);
  return aesOpen(key, nonce, NOTHING, sealed.subarray(ENC_SIZE));
}

function decapsulate(secretKey: KemSecretKey, enc: Uint8Array): Uint8Array {
  try {
    return xWingDecapsulate(secretKey.keys, enc);
  } catch {
    throw new Unauthentic("does not open"); // SPEC 4: the X25519 share is zero
  }
}

/** RFC 9180, 5.1: KeySchedule in mode base; key and nonce of the first message. */
function keySchedule(shared: Uint8Array, info: Uint8Array): [Uint8Array, Uint8Array] {
  const context = concat(
    MODE_BASE,
    labeledExtract(NOTHING, "psk_id_hash", NOTHING),
    labeledExtract(NOTHING, "info_hash", info),
  );
  const secret = labeledExtract(shared, "secret", NOTHING);
  return [
    labeledExpand(secret, "key", context, AES_KEY_SIZE),
    labeledExpand(secret, "base_nonce", context, AES_NONCE_SIZE),
  ];
}

/** RFC 9180, 4. */
function labeledExtract(salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  return hmac(salt, utf8("HPKE-v1"), SUITE, utf8(label), input);
}

/** RFC 9180, 4, for sizes of at most 32 bytes. */
function labeledExpand(
  secret: Uint8Array,
  label: string,
  info: Uint8Array,
  size: number,
): Uint8Array {
  const labelledInfo = [number(size, 2), utf8("HPKE-v1"), SUITE, utf8(label), info];
  return expand(secret, ...labelledInfo).slice(0, size);
}
