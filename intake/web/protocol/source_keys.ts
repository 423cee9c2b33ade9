/** All keys that come from a codename (SPEC 6.2). */

import { argon2idAsync } from "@noble/hashes/argon2.js";

import { u32 } from "./bytes.ts";
import { ChainKey } from "./chain_keys.ts";
import type { Codename } from "./codename.ts";
import { expand, hmac, sha256 } from "./hashing.ts";
import { bound, Label } from "./labels.ts";
import type { GenesisId, ThreadId, Week } from "./names.ts";
import { recipientBytes } from "./public_keys.ts";
import { Secret } from "./secret.ts";
import { SigningKey } from "./signing.ts";

const SALT_SIZE = 16;
const SET_TOKEN_SIZE = 16;
/** SPEC 4, 6.2: Argon2id version 0x13, memory in KiB. The work stops for the page every 20 ms. */
const ARGON2 = { version: 0x13, t: 2, m: 19456, p: 1, dkLen: 32, asyncTick: 20 };

/** What a source is, for one office. */
export class SourceKeys extends Secret {
  /** 32 bytes. */
  readonly genesisId: GenesisId;
  readonly signing: SigningKey;
  readonly #master: Uint8Array;
  readonly #setKey: Uint8Array;

  /** `master` are the 32 bytes that Argon2id gives. */
  constructor(master: Uint8Array, genesisId: GenesisId) {
    super();
    const key = (label: Label): Uint8Array => expand(master, bound(label, genesisId));
    this.genesisId = genesisId;
    this.signing = new SigningKey(key(Label.SOURCE_SIGNING));
    this.#master = master;
    this.#setKey = key(Label.RECIPIENT_SET_KEY);
  }

  /** 32 bytes, from which pair chains come. */
  get master(): Uint8Array {
    return this.#master;
  }

  /** 32 bytes. */
  get setKey(): Uint8Array {
    return this.#setKey;
  }

  /** The thread: the public signing key, 32 bytes. */
  get threadId(): ThreadId {
    return this.signing.publicKey as ThreadId;
  }
}

/**
 * The keys of a codename for the office `genesisId` (32 bytes). Takes from half a second to half a
 * minute; `progress` is told the part that is done, from 0 to 1, about a hundred times.
 */
export async function deriveSourceKeys(
  codename: Codename,
  genesisId: GenesisId,
  progress: (done: number) => void = () => {},
): Promise<SourceKeys> {
  const salt = sha256(bound(Label.CODENAME_SALT, genesisId)).slice(0, SALT_SIZE);
  let told = 0;
  const onProgress = (done: number): void => {
    if (done - told < 0.01 && done < 1) return;
    told = done;
    progress(done);
  };
  const master = await argon2idAsync(codename.bits, salt, { ...ARGON2, onProgress });
  return new SourceKeys(master, genesisId);
}

/** c_0 of a recipient id, one of its signing keys (32 bytes) and the week of an intake key. */
export function pairChain(
  source: SourceKeys,
  recipientId: string,
  signingKey: Uint8Array,
  week: Week,
): ChainKey {
  // SPEC 6.2: HKDF-Expand(master, bound(PAIR) || rid || vk || u32(w), 32)
  const label = bound(Label.PAIR, source.genesisId);
  return new ChainKey(
    expand(source.master, label, recipientBytes(recipientId), signingKey, u32(week)),
  );
}

/** 16 bytes that only the source can make for a set of recipients. */
export function setToken(source: SourceKeys, recipientIds: readonly string[]): Uint8Array {
  // Ids are ASCII and shorter ones are filled with zeros, so text sorts as their bytes do.
  const sorted = [...recipientIds].sort().map(recipientBytes);
  const label = bound(Label.RECIPIENT_SET, source.genesisId);
  return hmac(source.setKey, label, Uint8Array.of(sorted.length), ...sorted).slice(
    0,
    SET_TOKEN_SIZE,
  );
}
