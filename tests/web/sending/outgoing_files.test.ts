import assert from "node:assert/strict";
import { test } from "node:test";

import { random } from "../../../intake/web/protocol/bytes.ts";
import { PIECE_SIZE } from "../../../intake/web/protocol/sizes.ts";
import {
  fileFromBlob,
  fileFromBytes,
  fileOfZeros,
  FileChanged,
  FileUnreadable,
  OutgoingFile,
} from "../../../intake/web/sending/outgoing_files.ts";
import { openFile } from "../protocol/office/chunks.ts";

async function sealAll(file: OutgoingFile): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < file.chunks; index++) chunks.push((await file.sealed(index)).bytes);
  return chunks;
}

/** So many bytes, no two neighbours alike. */
const content = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i * 7);

const chosen = (bytes: Uint8Array, name = "film.mp4"): File => new File([bytes as BlobPart], name);

test("a chosen file, read piece by piece, opens to the same bytes", async () => {
  const bytes = content(2 * PIECE_SIZE + 5);
  const file = fileFromBlob(chosen(bytes));
  const chunks = await sealAll(file);
  assert.equal(chunks.length, 3);
  assert.deepEqual(await openFile(file.key, bytes.length, file.hash, chunks), bytes);
});

test("a file that was read first is sealed to the same bytes and hash, and its reading is told", async () => {
  const bytes = content(40 * PIECE_SIZE + 5);
  const file = fileFromBlob(chosen(bytes));
  const told: number[] = [];
  await file.readFirst((read) => told.push(read));
  assert.ok(file.isRead);
  assert.deepEqual(told, [16 * PIECE_SIZE, 32 * PIECE_SIZE, bytes.length]);
  const { hash } = file;
  const chunks = await sealAll(file);
  assert.deepEqual(await openFile(file.key, bytes.length, hash, chunks), bytes);
});

test("an empty file is one chunk", async () => {
  const file = fileFromBlob(chosen(new Uint8Array(0)));
  await file.readFirst(() => undefined);
  assert.ok(file.isRead);
  assert.equal(file.chunks, 1);
  const chunks = await sealAll(file);
  const opened = await openFile(file.key, 0, file.hash, chunks);
  assert.equal(opened.length, 0);
});

test("the rest of a text and fill are files like others", async () => {
  const rest = fileFromBytes(random(100));
  const restChunks = await sealAll(rest);
  assert.equal((await openFile(rest.key, 100, rest.hash, restChunks)).length, 100);
  const fill = fileOfZeros(2);
  assert.equal(fill.chunks, 2);
  const chunks = await sealAll(fill);
  const opened = await openFile(fill.key, 2 * PIECE_SIZE, fill.hash, chunks);
  assert.ok(opened.every((byte) => byte === 0));
});

test("the same piece sealed again gives the same chunk under the same id", async () => {
  const file = fileFromBytes(content(1000));
  assert.deepEqual(await file.sealed(0), await file.sealed(0));
});

test("pieces may be sealed in any order, at once and again, and come out the same", async () => {
  const bytes = content(11 * PIECE_SIZE + 5);
  const file = fileFromBlob(chosen(bytes));
  const chunks = await sealAll(file);
  const order = [7, 3, 4, 0, 11, 7, 5, 6, 1, 2, 10, 9, 8, 3];
  const again = await Promise.all(order.map((index) => file.sealed(index)));
  order.forEach((index, place) => assert.deepEqual(again[place]?.bytes, chunks[index]));
  assert.deepEqual(await openFile(file.key, bytes.length, file.hash, chunks), bytes);
});

test("pieces that follow one another are read a few at once, and none further than the file", async () => {
  const bytes = content(6 * PIECE_SIZE + 5);
  const readings: [number, number][] = [];
  const file = new OutgoingFile(bytes.length, async (start, end) => {
    readings.push([start / PIECE_SIZE, end]);
    return bytes.slice(start, end);
  });
  await Promise.all(Array.from({ length: file.chunks }, (_piece, index) => file.sealed(index)));
  assert.deepEqual(readings, [
    [0, 4 * PIECE_SIZE],
    [4, bytes.length],
  ]);
});

test("a piece that has changed is never sealed under the same key again", async () => {
  const bytes = content(1000);
  const file = new OutgoingFile(1000, async () => bytes.slice());
  await file.sealed(0);
  bytes[10] = 255;
  await assert.rejects(file.sealed(0), (error) => {
    assert.ok(error instanceof FileChanged);
    assert.equal(error.file, file);
    return true;
  });
});

test("a piece that has changed since the first reading is never sealed at all", async () => {
  const bytes = content(2 * PIECE_SIZE);
  const file = new OutgoingFile(bytes.length, async (start, end) => bytes.slice(start, end));
  await file.readFirst(() => undefined);
  bytes[PIECE_SIZE + 10] = 255;
  await file.sealed(0);
  await assert.rejects(file.sealed(1), FileChanged);
});

test("a file that has become shorter or cannot be read is refused, by its name", async () => {
  const shorter = new OutgoingFile(1000, async () => content(999), "list.txt");
  const gone = new OutgoingFile(1000, () => Promise.reject(new Error("gone")), "list.txt");
  for (const file of [shorter, gone]) {
    for (const reading of [() => file.sealed(0), () => file.readFirst(() => undefined)]) {
      await assert.rejects(reading, (error) => {
        assert.ok(error instanceof FileUnreadable && !(error instanceof FileChanged));
        assert.equal(error.file.name, "list.txt");
        return true;
      });
    }
  }
});

test("no two files share a key", () => {
  const [one, other] = [fileOfZeros(1), fileOfZeros(1)];
  assert.notDeepEqual(one.key.bytes, other.key.bytes);
});

test("a file has no hash before each of its pieces was read", async () => {
  const file = fileOfZeros(2);
  await file.sealed(1);
  assert.throws(() => file.hash);
});
