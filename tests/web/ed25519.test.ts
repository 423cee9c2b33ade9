import assert from "node:assert/strict";
import { test } from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";

import { random } from "../../intake/web/protocol/bytes.ts";
import { getPublicKey, sign, verify } from "../../intake/web/protocol/ed25519.ts";
import { Unauthentic } from "../../intake/web/protocol/errors.ts";
import { Label } from "../../intake/web/protocol/labels.ts";
import type { GenesisId } from "../../intake/web/protocol/names.ts";
import { checkSignature, signedText } from "../../intake/web/protocol/signatures.ts";
import { publishedVectors } from "./published_vectors.ts";
import { bytes, vectors } from "./vector_files.ts";

/** The same rule in the larger library: decision 0002. */
function isValid(key: Uint8Array, signature: Uint8Array, text: Uint8Array): boolean {
  try {
    for (const encoded of [key, signature.subarray(0, 32)]) {
      const point = ed25519.Point.fromBytes(encoded, false);
      if (point.isSmallOrder() || !point.isTorsionFree()) return false;
    }
    return ed25519.verify(signature, text, key, { zip215: false });
  } catch {
    return false;
  }
}

test("keys and signatures are the published ones", () => {
  const lines = publishedVectors("asymmetric/Ed25519/sign.input").trim().split("\n");
  assert.ok(lines.length > 1000);
  for (const line of lines.filter((_, index) => index % 40 === 0)) {
    const [secret, publicKey, message, signed] = line.split(":").map(bytes);
    const seed = secret!.slice(0, 32);
    assert.deepEqual(getPublicKey(seed), publicKey);
    assert.deepEqual(sign(message!, seed), signed!.slice(0, 64));
    assert.ok(verify(signed!.slice(0, 64), message!, publicKey!, { zip215: false }));
  }
});

test("keys and signatures are those of the larger library", () => {
  for (let size = 0; size < 200; size += 20) {
    const [seed, message] = [random(32), random(size)];
    assert.deepEqual(getPublicKey(seed), ed25519.getPublicKey(seed));
    assert.deepEqual(sign(message, seed), ed25519.sign(message, seed));
  }
});

test("both libraries take and refuse the same signatures", () => {
  const verdicts = vectors(["signature"]).map(({ file, inputs }) => {
    const { public_key, signature, label, genesis_id, message } = inputs;
    const [key, signed] = [public_key, signature].map(bytes);
    const genesisId = bytes(genesis_id) as GenesisId;
    const name = Label[label as keyof typeof Label];
    const text = signedText(name, genesisId, bytes(message));
    let taken = true;
    try {
      checkSignature(key!, signed!, name, genesisId, bytes(message));
    } catch (error) {
      assert.ok(error instanceof Unauthentic);
      taken = false;
    }
    assert.equal(taken, isValid(key!, signed!, text), file);
    return taken;
  });
  assert.ok(verdicts.includes(true) && verdicts.includes(false));
});

test("a signature with any bit changed is refused", () => {
  const [seed, message] = [random(32), random(50)];
  const genesisId = random(32) as GenesisId;
  const key = getPublicKey(seed);
  const signature = sign(signedText(Label.CARD, genesisId, message), seed);
  checkSignature(key, signature, Label.CARD, genesisId, message);
  for (let bit = 0; bit < 512; bit += 7) {
    const altered = signature.slice();
    altered[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => checkSignature(key, altered, Label.CARD, genesisId, message), Unauthentic);
  }
});

test("keys and signatures of other sizes are refused", () => {
  const genesisId = random(32) as GenesisId;
  const seed = random(32);
  const key = getPublicKey(seed);
  const signature = sign(signedText(Label.CARD, genesisId, genesisId), seed);
  for (const size of [0, 31, 32, 63, 65]) {
    const resized = new Uint8Array(size);
    resized.set(signature.subarray(0, size));
    assert.throws(
      () => checkSignature(key, resized, Label.CARD, genesisId, genesisId),
      Unauthentic,
    );
  }
  for (const size of [0, 31, 33]) {
    const resized = new Uint8Array(size);
    resized.set(key.subarray(0, size));
    assert.throws(
      () => checkSignature(resized, signature, Label.CARD, genesisId, genesisId),
      Unauthentic,
    );
  }
});
