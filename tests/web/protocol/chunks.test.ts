import assert from "node:assert/strict";
import { test } from "node:test";

import { random } from "../../../intake/web/protocol/bytes.ts";
import {
  chunkCount,
  FileKey,
  fileHash,
  newFileKey,
  pieceDigest,
  sealChunk,
} from "../../../intake/web/protocol/chunks.ts";
import { Malformed, TooLarge } from "../../../intake/web/protocol/errors.ts";
import { paddedChunkCount } from "../../../intake/web/protocol/padding.ts";
import { CHUNK_SIZE, PIECE_SIZE } from "../../../intake/web/protocol/sizes.ts";
import { ENGINES, withEngine } from "./engines.ts";
import { openFile } from "./office/chunks.ts";

async function seal(
  key: FileKey,
  file: Uint8Array,
): Promise<{ chunks: Uint8Array[]; hash: Uint8Array }> {
  const count = chunkCount(file.length);
  const chunks: Uint8Array[] = [];
  const digests: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const piece = file.subarray(index * PIECE_SIZE, (index + 1) * PIECE_SIZE);
    chunks.push(await sealChunk(key, index, piece, index === count - 1));
    digests.push(await pieceDigest(piece));
  }
  return { chunks, hash: fileHash(file.length, digests) };
}

/** More random bytes than one call gives. */
function file(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) {
    bytes.set(random(Math.min(65536, size - at)), at);
  }
  return bytes;
}

for (const size of [0, 1, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE]) {
  test(`a file of ${size} bytes comes out as it went in, whoever seals`, async () => {
    const key = newFileKey();
    const content = file(size);
    const [one, other] = await Promise.all([seal(key, content), seal(key, content)]);
    const plain = await withEngine("javascript", () => seal(key, content));
    assert.deepEqual(plain, one);
    assert.deepEqual(other, one);
    assert.ok(one.chunks.every((chunk) => chunk.length === CHUNK_SIZE));
    for (const engine of ENGINES) {
      const opened = await withEngine(engine, () => openFile(key, size, one.hash, one.chunks));
      assert.deepEqual(opened, content);
    }
  });
}

test("pieces of other sizes are not sealed", async () => {
  const key = newFileKey();
  await assert.rejects(sealChunk(key, 0, new Uint8Array(PIECE_SIZE + 1), true), TooLarge);
  await assert.rejects(sealChunk(key, 0, new Uint8Array(PIECE_SIZE - 1), false), Malformed);
  await assert.rejects(sealChunk(key, 1, new Uint8Array(0), true), Malformed);
});

test("padded numbers of chunks grow, never by more than an eighth above 8", () => {
  let before = 0;
  for (let count = 1; count <= 3000; count++) {
    const padded = paddedChunkCount(count);
    assert.ok(padded >= count && padded >= before);
    assert.equal(paddedChunkCount(padded), padded);
    if (count > 8) assert.ok(padded - count <= count / 8);
    before = padded;
  }
});

test("file keys of other sizes are refused", () => {
  assert.throws(() => new FileKey(new Uint8Array(31)), Malformed);
});
