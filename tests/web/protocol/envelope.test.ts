import assert from "node:assert/strict";
import { test } from "node:test";
import type { Day, GenesisId } from "../../../intake/web/protocol/names.ts";

import { utf8 } from "../../../intake/web/protocol/bytes.ts";
import { chunkCount, newFileKey } from "../../../intake/web/protocol/chunks.ts";
import {
  envelopeAddress,
  sealEnvelope,
  splitText,
  type Message,
} from "../../../intake/web/protocol/envelope.ts";
import { Malformed, TooLarge, Unauthentic } from "../../../intake/web/protocol/errors.ts";
import { paddedChunkCount } from "../../../intake/web/protocol/padding.ts";
import { keyHash } from "../../../intake/web/protocol/public_keys.ts";
import { pairChain, setToken } from "../../../intake/web/protocol/source_keys.ts";
import { ENGINES, withEngine } from "./engines.ts";
import { GENESIS_ID, message, recipient, sourceKeys, WEEK } from "./messages.ts";
import { openEnvelope } from "./office/envelope.ts";

const ATTACHMENT = {
  name: "акт.pdf",
  size: 10,
  mediaType: "",
  key: newFileKey(),
  chunks: 1,
  hash: new Uint8Array(32),
};

/** The message as a client sends it when its text is split; hashes are stand-ins. */
function split(given: Message, ids: readonly string[], text: string): [Message, Uint8Array] {
  const [kept, bytes] = splitText(given, ids, text);
  const hash = new Uint8Array(32);
  const chunks = chunkCount(bytes.length);
  const rest = bytes.length ? { size: bytes.length, key: newFileKey(), chunks, hash } : null;
  const count = given.attachments.reduce((sum, file) => sum + file.chunks, rest ? chunks : 0);
  const filling = paddedChunkCount(count) - count;
  const fill = filling ? { key: newFileKey(), chunks: filling } : null;
  return [{ ...given, text: kept, rest, fill }, bytes];
}

for (const engine of ENGINES) {
  test(`each recipient opens what was sealed for both, AES of the ${engine}`, async () => {
    await withEngine(engine, async () => {
      const source = await sourceKeys();
      const [board, audit] = [recipient("board"), recipient("audit")];
      const sent = message();
      const envelope = await sealEnvelope(sent, source, [board.sealTo, audit.sealTo]);
      assert.equal(envelope.length, 32768);
      for (const [id, { secret, sealTo }] of Object.entries({ board, audit })) {
        const opened = await openEnvelope(envelope, GENESIS_ID, id, [secret]);
        const { recipients, setToken: token, signingKey, ...said } = opened.payload;
        assert.deepEqual(said, sent);
        assert.deepEqual(
          recipients.map((one) => one.id),
          ["audit", "board"],
        );
        const own = recipients.find((one) => one.id === id);
        assert.deepEqual(own?.key, keyHash(sealTo.publicKey));
        assert.deepEqual(token, setToken(source, ["board", "audit"]));
        assert.deepEqual(signingKey, source.signing.publicKey);
        assert.deepEqual(opened.threadId, source.threadId);
        const chain = pairChain(source, id, sealTo.signingKey, WEEK);
        assert.deepEqual(opened.chain.bytes, chain.bytes);
      }
    });
  });
}

test("a recipient that was left out opens nothing", async () => {
  const [board, audit] = [recipient("board"), recipient("audit")];
  const envelope = await sealEnvelope(message(), await sourceKeys(), [board.sealTo]);
  await assert.rejects(openEnvelope(envelope, GENESIS_ID, "audit", [audit.secret]), Unauthentic);
});

test("another office opens nothing", async () => {
  const board = recipient("board");
  const envelope = await sealEnvelope(message(), await sourceKeys(), [board.sealTo]);
  const other = new Uint8Array(32) as GenesisId;
  await assert.rejects(openEnvelope(envelope, other, "board", [board.secret]), Unauthentic);
});

test("a recipient finds its slot at every place in time", async () => {
  const source = await sourceKeys();
  const board = recipient("board");
  const places = new Set<number>();
  // Sixty tries miss one of four places once in eight million runs.
  for (let tries = 0; tries < 60 && places.size < 4; tries++) {
    const envelope = await sealEnvelope(message(), source, [board.sealTo]);
    places.add((await openEnvelope(envelope, GENESIS_ID, "board", [board.secret])).slot);
  }
  assert.deepEqual([...places].sort(), [0, 1, 2, 3]);
});

test("the same message is never sealed to the same bytes twice", async () => {
  const source = await sourceKeys();
  const board = recipient("board");
  const sent = message();
  const one = await sealEnvelope(sent, source, [board.sealTo]);
  const other = await sealEnvelope(sent, source, [board.sealTo]);
  assert.notDeepEqual(envelopeAddress(one), envelopeAddress(other));
  assert.notDeepEqual(one.subarray(1, 33), other.subarray(1, 33));
});

test("recipients are one to four that differ", async () => {
  const source = await sourceKeys();
  const many = ["a", "b", "c", "d", "e"].map((id) => recipient(id).sealTo);
  const twice = [recipient("a").sealTo, recipient("a").sealTo];
  for (const wrong of [[], many, twice]) {
    await assert.rejects(sealEnvelope(message(), source, wrong), Malformed);
  }
  assert.equal((await sealEnvelope(message(), source, many.slice(1))).length, 32768);
});

test("what an office would refuse is not sealed", async () => {
  const source = await sourceKeys();
  const { sealTo } = recipient("board");
  const wrong: Partial<Message>[] = [
    { language: "RU" },
    { client: "x".repeat(65) },
    { answers: { who: "x".repeat(2001) } },
    { text: "\ud800" },
    { answers: { who: "\udc00 \ud800" } },
    { attachments: [{ ...ATTACHMENT, name: "\ud800.pdf" }], rest: null },
    { answers: { where: [] } },
    { answers: { where: ["here", "here"] } },
    { answers: { where: ["not an id"] } },
    { answers: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`q${n}`, ""])) },
    { day: -1 as Day },
    { day: 1.5 as Day },
  ];
  for (const changes of wrong) {
    await assert.rejects(sealEnvelope(message(changes), source, [sealTo]), Malformed);
  }
});

test("a text that does not fit is refused", async () => {
  const source = await sourceKeys();
  const text = "x".repeat(28000);
  const sealing = sealEnvelope(message({ text }), source, [recipient("board").sealTo]);
  await assert.rejects(sealing, TooLarge);
});

for (const letter of ["x", "ж", "€", "🙂", '"', "\n", "\u0001"]) {
  test(`a long text of ${JSON.stringify(letter)} is split where the envelope is full`, async () => {
    const source = await sourceKeys();
    const ids = ["board", "audit"];
    const sealTo = ids.map((id) => recipient(id).sealTo);
    const text = letter.repeat(30000);
    const [sent, rest] = split(message(), ids, text);
    assert.equal(sent.text + new TextDecoder().decode(rest), text);
    assert.equal((await sealEnvelope(sent, source, sealTo)).length, 32768);
    const more = { ...sent, text: sent.text + letter };
    await assert.rejects(sealEnvelope(more, source, sealTo), TooLarge);
  });
}

test("half of a surrogate pair is refused before a text is split", () => {
  for (const text of ["\ud800", "x".repeat(30000) + "\udc00"]) {
    assert.throws(() => splitText(message(), ["board"], text), Malformed);
  }
});

test("a text that fits stays whole", () => {
  const [kept, rest] = splitText(message(), ["board"], "Крадут.");
  assert.equal(kept, "Крадут.");
  assert.equal(rest.length, 0);
});

test("a text goes out whole even where attachments leave no room for it", async () => {
  const source = await sourceKeys();
  const board = recipient("board");
  const attachments = Array.from({ length: 32 }, () => ({
    name: "я".repeat(60),
    size: 10,
    mediaType: "x".repeat(100),
    key: newFileKey(),
    chunks: 1,
    hash: new Uint8Array(32),
  }));
  const answers = Object.fromEntries(["a", "b", "c"].map((name) => [name, "ж".repeat(1000)]));
  const text = "Много слов. ".repeat(2000);
  const [sent, rest] = split(message({ attachments, answers }), ["board"], text);
  const envelope = await sealEnvelope(sent, source, [board.sealTo]);
  const { payload } = await openEnvelope(envelope, GENESIS_ID, "board", [board.secret]);
  assert.equal(payload.attachments.length, 32);
  assert.equal(payload.text + new TextDecoder().decode(rest), text);
  assert.equal(payload.rest?.size, utf8(text).length - utf8(payload.text).length);
});

test("a message without room for even an empty text is refused", () => {
  const answers = Object.fromEntries(Array.from("abcdefgh", (n) => [n, "\u0001".repeat(2000)]));
  assert.throws(() => splitText(message({ answers }), ["board"], "word"), TooLarge);
});
