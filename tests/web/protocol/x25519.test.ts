import assert from "node:assert/strict";
import { test } from "node:test";

import { x25519 as library } from "@noble/curves/ed25519.js";

import { random } from "../../../intake/web/protocol/bytes.ts";
import { x25519, x25519PublicKey } from "../../../intake/web/protocol/x25519.ts";
import { publishedVectors } from "./published_vectors.ts";
import { bytes } from "./vector_files.ts";

// All encodings of points whose order divides eight, on the curve and on its twist.
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(bytes);

test("X25519 gives what RFC 7748 writes", () => {
  const text = publishedVectors("asymmetric/X25519/rfc7748.txt");
  const values = [...text.matchAll(/^[A-Z_]+ = ([0-9a-f]{64})$/gm)].map(([, hex]) => bytes(hex!));
  assert.ok(values.length >= 6);
  for (let at = 0; at < values.length; at += 3) {
    assert.deepEqual(x25519(values[at]!, values[at + 1]!), values[at + 2]);
  }
});

test("two sides of X25519 agree", () => {
  const [one, other] = [random(32), random(32)];
  assert.deepEqual(x25519(one, x25519PublicKey(other)), x25519(other, x25519PublicKey(one)));
});

test("random public keys, on the curve or its twist, give what the large library gives", () => {
  for (let tries = 0; tries < 100; tries++) {
    const [secret, other] = [random(32), random(32)];
    assert.deepEqual(x25519(secret, other), library.getSharedSecret(secret, other));
    assert.deepEqual(x25519PublicKey(secret), library.getPublicKey(secret));
  }
});

test("public keys over the modulus, or with their highest bit set, are read as the number meant", () => {
  const secret = random(32);
  for (const low of [0xef, 0xf5, 0xff]) {
    for (const high of [0x7f, 0xff]) {
      const key = new Uint8Array(32).fill(0xff);
      key[0] = low;
      key[31] = high;
      assert.deepEqual(x25519(secret, key), library.getSharedSecret(secret, key));
    }
  }
});

test("secret keys of all zeros and all ones are clamped", () => {
  for (const byte of [0, 255]) {
    const secret = new Uint8Array(32).fill(byte);
    assert.deepEqual(x25519PublicKey(secret), library.getPublicKey(secret));
  }
});

test("public keys of low order are refused, whatever the highest bit", () => {
  for (const key of LOW_ORDER) {
    for (const bit of [0, 128]) {
      const marked = key.slice();
      marked[31]! |= bit;
      assert.throws(() => x25519(random(32), marked));
      assert.throws(() => library.getSharedSecret(random(32), marked));
    }
  }
});
