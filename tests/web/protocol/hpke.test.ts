import assert from "node:assert/strict";
import { test } from "node:test";

import { concat, utf8 } from "../../../intake/web/protocol/bytes.ts";
import { Malformed, Unauthentic } from "../../../intake/web/protocol/errors.ts";
import {
  hpkeOpen,
  hpkeSeal,
  KemSecretKey,
  newKemSecretKey,
} from "../../../intake/web/protocol/hpke.ts";
import { xWingDecapsulate } from "../../../intake/web/protocol/xwing.ts";
import { ENGINES, withEngine } from "./engines.ts";
import { publishedVectors } from "./published_vectors.ts";
import { bytes } from "./vector_files.ts";

const INFO = utf8("what this is for");

test("keys and shared secrets of X-Wing are the published ones", () => {
  const all = JSON.parse(publishedVectors("HPKE/hpke-pq-test-vectors.json")) as {
    kem_id: number;
    skRm: string;
    pkRm: string;
    enc: string;
    shared_secret: string;
  }[];
  const own = all.filter(({ kem_id }) => kem_id === 0x647a);
  assert.ok(own.length > 0);
  for (const vector of own) {
    const key = new KemSecretKey(bytes(vector.skRm));
    assert.deepEqual(key.publicKey, bytes(vector.pkRm));
    assert.deepEqual(xWingDecapsulate(key.keys, bytes(vector.enc)), bytes(vector.shared_secret));
  }
});

for (const engine of ENGINES) {
  test(`what is sealed opens with its key and info alone, AES of the ${engine}`, async () => {
    await withEngine(engine, async () => {
      const key = newKemSecretKey();
      const sealed = await hpkeSeal(key.publicKey, INFO, utf8("text"));
      assert.equal(sealed.length, 4 + 1136);
      assert.deepEqual(await hpkeOpen(key, INFO, sealed), utf8("text"));
      await assert.rejects(hpkeOpen(newKemSecretKey(), INFO, sealed), Unauthentic);
      await assert.rejects(hpkeOpen(key, utf8("something else"), sealed), Unauthentic);
    });
  });
}

test("what is sealed does not open with a byte changed", async () => {
  const key = newKemSecretKey();
  const sealed = await hpkeSeal(key.publicKey, INFO, utf8("text"));
  for (const at of [0, 1087, 1088, 1119, 1120, 1139]) {
    const altered = sealed.slice();
    altered[at]! ^= 1;
    await assert.rejects(hpkeOpen(key, INFO, altered), Unauthentic);
  }
});

test("a share of zeros is not for this reader", async () => {
  const key = newKemSecretKey();
  const sealed = await hpkeSeal(key.publicKey, INFO, utf8("text"));
  sealed.fill(0, 1088, 1120);
  await assert.rejects(hpkeOpen(key, INFO, sealed), Unauthentic);
});

test("a key that cannot be sealed to is refused", async () => {
  const { publicKey } = newKemSecretKey();
  const lowOrder = concat(publicKey.subarray(0, 1184), new Uint8Array(32));
  const overModulus = concat([0xff, 0xff], publicKey.subarray(2));
  for (const key of [lowOrder, overModulus, publicKey.subarray(1), concat(publicKey, [0])]) {
    await assert.rejects(hpkeSeal(key, INFO, utf8("text")), Malformed);
  }
});
