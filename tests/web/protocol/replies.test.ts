import assert from "node:assert/strict";
import { test } from "node:test";
import type { Day, ThreadId } from "../../../intake/web/protocol/names.ts";

import { concat, random, toHex } from "../../../intake/web/protocol/bytes.ts";
import { later } from "../../../intake/web/protocol/days.ts";
import type { Directory } from "../../../intake/web/protocol/directory.ts";
import { Malformed, TooLarge } from "../../../intake/web/protocol/errors.ts";
import {
  bucket,
  bucketValue,
  encodeReplyMessage,
  followUpRecipients,
  openBoard,
  type ReplyPart,
} from "../../../intake/web/protocol/replies.ts";
import { SigningKey } from "../../../intake/web/protocol/signing.ts";
import { setToken, type SourceKeys } from "../../../intake/web/protocol/source_keys.ts";
import { ENGINES, withEngine } from "./engines.ts";
import { GENESIS_ID, sourceKeys } from "./messages.ts";
import { decoyRecord, sealReply } from "./office/replies.ts";

const DAY = 20_000 as Day;
const audit = new SigningKey(random(32));
const board = new SigningKey(random(32));
const former = new SigningKey(random(32));

/** As much of a directory as reading replies needs. */
const directory = {
  recipients: [
    { id: "audit", signingKey: audit.publicKey },
    { id: "board", signingKey: board.publicKey },
  ],
  retired: [{ id: "former", signingKey: former.publicKey, until: 1 }],
} as unknown as Directory;

function part(source: SourceKeys, changes: Partial<ReplyPart> = {}): ReplyPart {
  const recipients = ["audit", "board"];
  return {
    kind: "reply",
    replyId: random(16),
    part: 0,
    parts: 1,
    day: DAY,
    recipients,
    setToken: setToken(source, recipients),
    text: "Спасибо.",
    ...changes,
  };
}

for (const engine of ENGINES) {
  test(`a source finds its replies among others', AES of the ${engine}`, async () => {
    await withEngine(engine, async () => {
      const source = await sourceKeys();
      const to = { ...given(source), genesisId: GENESIS_ID };
      const replyId = random(16);
      const halves = ["Первая, ", "вторая."].map((text, place) =>
        part(source, { replyId, part: place, parts: 2, text, day: later(DAY, 3) }),
      );
      const records = [
        await sealReply(to, board, "board", 1, halves[1]!),
        await decoyRecord(GENESIS_ID),
        await sealReply(to, former, "former", 511, part(source, { text: "Старое." })),
        await sealReply(to, board, "board", 0, halves[0]!),
        await sealReply(to, board, "audit", 0, part(source, { text: "Чужая подпись." })),
      ];
      const replies = await openBoard(concat(...records), source, directory);
      assert.deepEqual(
        replies.map(({ recipientId, text, missingParts }) => [recipientId, text, missingParts]),
        [
          ["former", "Старое.", []],
          ["board", "Первая, вторая.", []],
        ],
      );
    });
  });
}

function given({ threadId, threadSecret, reply }: SourceKeys): {
  threadId: ThreadId;
  threadSecret: Uint8Array;
  replyKey: Uint8Array;
} {
  return { threadId, threadSecret, replyKey: reply.publicKey };
}

test("a follow-up goes to those active recipients that every own set holds", async () => {
  const source = await sourceKeys();
  const reply = (recipients: string[], token = setToken(source, recipients)) => ({
    recipientId: "audit",
    missingParts: [],
    ...part(source, { recipients, setToken: token }),
  });
  const both = reply(["audit", "board"]);
  assert.deepEqual(followUpRecipients([both], source, directory), ["audit", "board"]);
  assert.deepEqual(followUpRecipients([both, reply(["board"])], source, directory), ["board"]);
  const forged = reply(["audit"], random(16));
  assert.deepEqual(followUpRecipients([both, forged], source, directory), ["audit", "board"]);
  assert.deepEqual(followUpRecipients([reply(["gone"])], source, directory), []);
  assert.deepEqual(followUpRecipients([], source, directory), []);
});

test("the value of a bucket is the beginning of its bits", async () => {
  const source = await sourceKeys();
  const whole = bucket(source.threadSecret, GENESIS_ID);
  const bits = BigInt(`0x${toHex(whole)}`)
    .toString(2)
    .padStart(256, "0");
  for (let count = 0; count <= 20; count++) {
    assert.equal(bucketValue(whole, count), parseInt(bits.slice(0, count) || "0", 2));
  }
});

test("messages that no source would read are not written", async () => {
  const source = await sourceKeys();
  assert.throws(() => encodeReplyMessage(part(source, { text: "x".repeat(2876) })), TooLarge);
  assert.throws(() => encodeReplyMessage(part(source, { part: 1 })), Malformed);
  assert.throws(() => encodeReplyMessage(part(source, { recipients: ["b", "a"] })), Malformed);
});
