/**
 * How long it takes to find a source's replies on a board of 26 volumes, of two recipients and a year
 * of weeks. `tests/bench/measure_reading.py` runs it in browsers and in Node.
 */

import { concat, random } from "../../../intake/web/protocol/bytes.ts";
import { nextChainKey } from "../../../intake/web/protocol/chain_keys.ts";
import { weekOf } from "../../../intake/web/protocol/days.ts";
import type { Directory } from "../../../intake/web/protocol/directory.ts";
import type { Day, GenesisId, Week } from "../../../intake/web/protocol/names.ts";
import { readingTags } from "../../../intake/web/protocol/reading_tags.ts";
import { BoardReading } from "../../../intake/web/protocol/replies.ts";
import { SigningKey } from "../../../intake/web/protocol/signing.ts";
import { pairChain, setToken, SourceKeys } from "../../../intake/web/protocol/source_keys.ts";
import { withEngine, type Engine } from "./engines.ts";
import { decoyRecord, sealReply } from "./office/replies.ts";

const DAY = 20_800 as Day;
const IDS = ["audit", "board"] as const;

const genesisId = random(32) as GenesisId;
const source = new SourceKeys(random(32), genesisId);
const signers = { audit: new SigningKey(random(32)), board: new SigningKey(random(32)) };
const directory = {
  recipients: IDS.map((id) => ({ id, signingKey: signers[id].publicKey })),
  retired: [],
  policy: { codenameDays: 365 },
} as unknown as Directory;

async function sealed(number: number): Promise<Uint8Array> {
  const id = IDS[number % IDS.length]!;
  const first = pairChain(source, id, signers[id].publicKey, (weekOf(DAY) - 20) as Week);
  const chain = await nextChainKey(first, genesisId, number);
  const part = {
    kind: "reply",
    replyId: random(16),
    part: 0,
    parts: 1,
    day: DAY,
    recipients: IDS,
    setToken: setToken(source, IDS),
    text: "x".repeat(500),
  } as const;
  return sealReply({ genesisId, threadId: source.threadId, chain }, signers[id], id, part);
}

/** A board of 26 volumes, in which some records are the source's. */
async function volumes(records: number, replies: number): Promise<Uint8Array[]> {
  const board: Uint8Array[] = [];
  for (let number = 0; number < records; number++) {
    board.push(number < replies ? await sealed(number) : decoyRecord());
  }
  board.sort((one, other) => one[100]! - other[100]!);
  return Array.from({ length: 26 }, (_, week) =>
    concat(...board.filter((_, place) => place % 26 === week)),
  );
}

/** Milliseconds for the tags, which can be made while the board comes, and for all its records. */
export async function measureReading(
  engine: Engine,
  records: number,
  replies: number,
): Promise<{ tags: number; records: number }> {
  const board = await volumes(records, replies);
  return withEngine(engine, async () => {
    const begun = performance.now();
    const tags = await readingTags(source, directory, DAY);
    const made = performance.now();
    const reading = new BoardReading(tags, directory);
    for (const volume of board) await reading.add(volume);
    const found = reading.replies().length;
    if (found !== replies) throw new Error(`${found} replies instead of ${replies}`);
    return { tags: made - begun, records: performance.now() - made };
  });
}

Object.assign(globalThis, { measureReading });
