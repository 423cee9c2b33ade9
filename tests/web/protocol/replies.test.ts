import assert from "node:assert/strict";
import { test } from "node:test";
import type { Day, Week } from "../../../intake/web/protocol/names.ts";

import { concat, random } from "../../../intake/web/protocol/bytes.ts";
import { nextChainKey } from "../../../intake/web/protocol/chain_keys.ts";
import { newCodename } from "../../../intake/web/protocol/codename.ts";
import { later, weekOf } from "../../../intake/web/protocol/days.ts";
import type { Directory } from "../../../intake/web/protocol/directory.ts";
import { Malformed, TooLarge } from "../../../intake/web/protocol/errors.ts";
import { readingTags, weeksRead } from "../../../intake/web/protocol/reading_tags.ts";
import {
  BoardReading,
  encodeReplyMessage,
  followUpRecipients,
  openBoard,
  type Reply,
  type ReplyPart,
} from "../../../intake/web/protocol/replies.ts";
import { SigningKey } from "../../../intake/web/protocol/signing.ts";
import {
  deriveSourceKeys,
  pairChain,
  setToken,
  type SourceKeys,
} from "../../../intake/web/protocol/source_keys.ts";
import { ENGINES, withEngine } from "./engines.ts";
import { GENESIS_ID, sourceKeys } from "./messages.ts";
import { decoyRecord, sealReply } from "./office/replies.ts";

const DAY = 20_000 as Day;
const WEEK = weekOf(DAY);
const LAST_WEEK = (WEEK - 1) as Week;
const SIGNERS = {
  audit: new SigningKey(random(32)),
  board: new SigningKey(random(32)),
  former: new SigningKey(random(32)),
};

type Id = keyof typeof SIGNERS;

/** As much of a directory as reading replies needs. */
const directory = {
  recipients: [
    { id: "audit", signingKey: SIGNERS.audit.publicKey },
    { id: "board", signingKey: SIGNERS.board.publicKey },
  ],
  retired: [{ id: "former", signingKey: SIGNERS.former.publicKey, until: DAY + 1 }],
  policy: { codenameDays: 30 },
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

/** A record at an index of the pair chain of a recipient and a week. */
async function sealed(
  source: SourceKeys,
  id: Id,
  index: number,
  message: ReplyPart,
  { week = WEEK, signer = SIGNERS[id] }: { week?: Week; signer?: SigningKey } = {},
): Promise<Uint8Array> {
  const { genesisId, threadId } = source;
  const first = pairChain(source, id, SIGNERS[id].publicKey, week);
  const chain = await nextChainKey(first, genesisId, index);
  return sealReply({ genesisId, threadId, chain }, signer, id, message);
}

const read = (records: Uint8Array[], source: SourceKeys, day: Day = DAY): Promise<Reply[]> =>
  openBoard(records, source, directory, day);

const texts = (replies: readonly Reply[]): string[] => replies.map(({ text }) => text);

for (const engine of ENGINES) {
  test(`a source finds its replies among others', HMAC and AES of the ${engine}`, async () => {
    await withEngine(engine, async () => {
      const source = await sourceKeys();
      const replyId = random(16);
      const halves = ["Первая, ", "вторая."].map((text, place) =>
        part(source, { replyId, part: place, parts: 2, text, day: later(DAY, 3) }),
      );
      const records = [
        await sealed(source, "board", 1, halves[1]!),
        decoyRecord(),
        await sealed(source, "former", 127, part(source, { text: "Старое." })),
        await sealed(source, "board", 0, halves[0]!),
        await sealed(source, "audit", 0, part(source), { signer: SIGNERS.board }),
      ];
      const replies = await read(
        [concat(...records.slice(0, 2)), concat(...records.slice(2))],
        source,
      );
      assert.deepEqual(
        replies.map(({ recipientId, text, missingParts, cameTwice }) => [
          recipientId,
          text,
          missingParts,
          cameTwice,
        ]),
        [
          ["former", "Старое.", [], false],
          ["board", "Первая, вторая.", [], false],
        ],
      );
    });
  });
}

test("what came so far can be read while the rest is on its way", async () => {
  const source = await sourceKeys();
  const replyId = random(16);
  const half = (place: number): ReplyPart =>
    part(source, { replyId, part: place, parts: 2, text: `${place}` });
  const reading = new BoardReading(await readingTags(source, directory, DAY), directory);
  await reading.add(await sealed(source, "board", 1, half(1)));
  assert.deepEqual(reading.replies()[0]?.missingParts, [0]);
  await reading.add(await sealed(source, "board", 0, half(0)));
  assert.deepEqual(texts(reading.replies()), ["01"]);
});

test("tags can be made while the board is not there yet, and say how far they are", async () => {
  const told: number[] = [];
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await withEngine("javascript", async () =>
    readingTags(await sourceKeys(), directory, DAY, (done) => told.push(done)),
  );
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.equal(told.at(-1), 1);
  assert.deepEqual(
    told,
    [...told].sort((one, other) => one - other),
  );
});

test("a board that is not a whole number of records is refused", async () => {
  await assert.rejects(read([new Uint8Array(1023)], await sourceKeys()), Malformed);
});

test("another source, week, recipient or signing key finds nothing", async () => {
  const source = await sourceKeys();
  const other = await deriveSourceKeys(newCodename(), GENESIS_ID);
  const { genesisId, threadId } = source;
  const chains = [
    pairChain(source, "board", SIGNERS.audit.publicKey, WEEK),
    pairChain(source, "audit", SIGNERS.board.publicKey, WEEK),
    pairChain(source, "board", SIGNERS.board.publicKey, (WEEK - 20) as Week),
    pairChain(other, "board", SIGNERS.board.publicKey, WEEK),
  ];
  for (const chain of chains) {
    const to = { genesisId, threadId, chain };
    const record = await sealReply(to, SIGNERS.board, "board", part(source));
    assert.deepEqual(await read([record], source), []);
  }
  const own = await sealed(source, "board", 0, part(source));
  assert.deepEqual(await read([own], other), []);
  assert.equal((await read([own], source)).length, 1);
});

test("a retired key's replies are read until its day and no longer", async () => {
  const source = await sourceKeys();
  const record = await sealed(source, "former", 0, part(source));
  assert.equal((await read([record], source)).length, 1);
  assert.deepEqual(await read([record], source, later(DAY, 1)), []);
});

test("of the same part in two records the lowest week and index counts, flagged", async () => {
  const source = await sourceKeys();
  const replyId = random(16);
  const told = (text: string): ReplyPart => part(source, { replyId, text });
  const records = [
    await sealed(source, "board", 3, told("last week, index 3"), { week: LAST_WEEK }),
    await sealed(source, "board", 1, told("this week, index 1")),
    await sealed(source, "board", 4, told("last week, index 4"), { week: LAST_WEEK }),
  ];
  for (const order of [records, [...records].reverse()]) {
    const replies = await read(order, source);
    assert.deepEqual(texts(replies), ["last week, index 3"]);
    assert.equal(replies[0]?.cameTwice, true);
  }
});

test("of the same part under one tag the lowest bytes count, and one record twice is one", async () => {
  const source = await sourceKeys();
  const message = part(source);
  const [one, other] = [
    await sealed(source, "board", 0, { ...message, text: "one" }),
    await sealed(source, "board", 0, { ...message, text: "other" }),
  ];
  const lowest = Buffer.compare(one, other) < 0 ? "one" : "other";
  for (const order of [
    [one, other, one],
    [other, one, one],
  ]) {
    const replies = await read(order, source);
    assert.deepEqual(texts(replies), [lowest]);
    assert.equal(replies[0]?.cameTwice, true);
  }
  assert.equal((await read([one, one], source))[0]?.cameTwice, false);
});

test("two replies under one tag are both shown", async () => {
  const source = await sourceKeys();
  const records = [
    await sealed(source, "board", 0, part(source, { text: "one" })),
    await sealed(source, "board", 0, part(source, { text: "other" })),
  ];
  assert.deepEqual(texts(await read(records, source)).sort(), ["one", "other"]);
});

test("within a day replies stand in the order in which they were written", async () => {
  const source = await sourceKeys();
  const records: Uint8Array[] = [];
  for (const index of [5, 127, 0]) {
    records.push(await sealed(source, "board", index, part(source, { text: `${index}` })));
  }
  records.push(
    await sealed(source, "board", 9, part(source, { text: "before" }), { week: LAST_WEEK }),
    await sealed(source, "audit", 2, part(source, { text: "audit" })),
  );
  assert.deepEqual(texts(await read(records, source)), ["audit", "before", "0", "5", "127"]);
});

test("weeks are read from codename days and a key's before to two days ahead", () => {
  assert.deepEqual(weeksRead(30, 20_000 as Day), [2850, 2851, 2852, 2853, 2854, 2855, 2856, 2857]);
  assert.deepEqual(weeksRead(365, 5 as Day), [0, 1]);
});

test("a follow-up goes to those active recipients that every own set holds", async () => {
  const source = await sourceKeys();
  const reply = (recipients: string[], token = setToken(source, recipients)): Reply => ({
    recipientId: "audit",
    missingParts: [],
    cameTwice: false,
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

test("messages that no source would read are not written", async () => {
  const source = await sourceKeys();
  assert.throws(() => encodeReplyMessage(part(source, { text: "x".repeat(908) })), TooLarge);
  assert.throws(() => encodeReplyMessage(part(source, { text: "\ud800" })), Malformed);
  assert.throws(() => encodeReplyMessage(part(source, { part: 1 })), Malformed);
  assert.throws(() => encodeReplyMessage(part(source, { recipients: ["b", "a"] })), Malformed);
});
