/** The tags under which replies to a source may lie, made before any record is looked at (SPEC 9.1). */

import { nextChainKey, replyTag, type ChainKey } from "./chain_keys.ts";
import { later, weekOf } from "./days.ts";
import type { Directory } from "./directory.ts";
import { CLOCK_GRACE_DAYS, KEY_DAYS } from "./lifetimes.ts";
import type { Day, Week } from "./names.ts";
import { REPLY_INDEXES, TAG_SIZE } from "./sizes.ts";
import { pairChain, type SourceKeys } from "./source_keys.ts";
import { Turns } from "./turns.ts";

/** How many chains go on side by side: what waits for the browser is worth more than one at a time. */
const AT_ONCE = 64;

/** Whose record a tag marks, and the chain key of its index. */
export interface Owner {
  readonly recipientId: string;
  readonly week: Week;
  readonly index: number;
  readonly chain: ChainKey;
}

/** A pair chain from its beginning. */
interface Pair {
  readonly recipientId: string;
  readonly week: Week;
  readonly chain: ChainKey;
}

/** The tags of one source, and what they mean. Of each chain the beginning alone is kept. */
export class ReadingTags {
  readonly source: SourceKeys;
  readonly #pairs: readonly Pair[];
  /** By tag: number of the pair × indexes of a chain + index. */
  readonly #places = new Map<string, number>();

  constructor(source: SourceKeys, pairs: readonly Pair[]) {
    this.source = source;
    this.#pairs = pairs;
  }

  /** Makes all tags of the pair of a number. */
  async add(number: number, turns: Turns): Promise<void> {
    const { genesisId, threadId } = this.source;
    let { chain } = this.#pairs[number]!;
    for (let index = 0; index < REPLY_INDEXES; index++) {
      const [tag, next] = await Promise.all([
        replyTag(chain, genesisId, threadId),
        nextChainKey(chain, genesisId),
      ]);
      this.#places.set(named(tag), number * REPLY_INDEXES + index);
      chain = next;
      if (turns.isOver) await turns.give();
    }
  }

  /** Whose record this is; null where it is none of the source's. */
  owner(record: Uint8Array): Promise<Owner> | null {
    const place = this.#places.get(named(record.subarray(0, TAG_SIZE)));
    return place === undefined ? null : this.#ownerAt(place);
  }

  async #ownerAt(place: number): Promise<Owner> {
    const { chain: first, ...pair } = this.#pairs[Math.floor(place / REPLY_INDEXES)]!;
    const index = place % REPLY_INDEXES;
    return { ...pair, index, chain: await nextChainKey(first, this.source.genesisId, index) };
  }
}

/**
 * The tags of a source on a day. Some ten thousand in a third of a second, or in seconds where the
 * browser has no cryptography of its own; `progress` is told the part that is done, from 0 to 1.
 */
export async function readingTags(
  source: SourceKeys,
  directory: Directory,
  day: Day,
  progress: (done: number) => void = () => {},
): Promise<ReadingTags> {
  const weeks = weeksRead(directory.policy.codenameDays, day);
  const pairs = signersRead(directory, day).flatMap(({ id, signingKey }) =>
    weeks.map((week) => ({
      recipientId: id,
      week,
      chain: pairChain(source, id, signingKey, week),
    })),
  );
  const tags = new ReadingTags(source, pairs);
  const turns = new Turns();
  for (let made = 0; made < pairs.length; made += AT_ONCE) {
    const some = pairs.slice(made, made + AT_ONCE);
    await Promise.all(some.map((_, place) => tags.add(made + place, turns)));
    progress(Math.min(1, (made + AT_ONCE) / pairs.length));
  }
  return tags;
}

/** SPEC 9.1: active, or retired and not past `until`. */
export function signersRead(
  directory: Directory,
  day: Day,
): { readonly id: string; readonly signingKey: Uint8Array }[] {
  return [...directory.recipients, ...directory.retired.filter(({ until }) => day < until)];
}

/** The weeks of the intake keys to which a source's messages may have been sealed. */
export function weeksRead(codenameDays: number, day: Day): Week[] {
  // SPEC 9.1: from that of day t − codename_days − 14 to that of day t + 2
  const first = weekOf(Math.max(0, day - codenameDays - KEY_DAYS) as Day);
  const count = weekOf(later(day, CLOCK_GRACE_DAYS)) - first + 1;
  return Array.from({ length: count }, (_, place) => (first + place) as Week);
}

/** A tag as a text that a map can be asked for. */
function named(tag: Uint8Array): string {
  return String.fromCharCode(...tag);
}
