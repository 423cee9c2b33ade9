/** Work that a sender does, so that a flood costs its author something (SPEC 11). */

import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

import { concat, fromHex, random, toHex, u32 } from "./bytes.ts";
import { Malformed, Outdated, Unauthentic } from "./errors.ts";
import { sha256 } from "./hashing.ts";
import { bound, Label } from "./labels.ts";
import { PUZZLE_AHEAD_DAYS, PUZZLE_BEFORE_DAYS } from "./lifetimes.ts";
import type { Address, ChunkId, Day, GenesisId } from "./names.ts";
import { PUZZLE_NONCE_SIZE } from "./sizes.ts";
import { Turns } from "./turns.ts";

/** SPEC 11: what is uploaded, as a number. */
export const PUZZLE_ENVELOPE = 1;
export const PUZZLE_CHUNK = 2;

const HEADER = /^(0|[1-9][0-9]{0,9})-([0-9a-f]{16})$/;

/** What is hashed. `kind` is `PUZZLE_ENVELOPE` or `PUZZLE_CHUNK`; `pathHash` the 32 bytes of its path. */
export function puzzleText(
  genesisId: GenesisId,
  kind: number,
  pathHash: Address | ChunkId,
  day: Day,
  nonce: Uint8Array,
): Uint8Array {
  return concat(bound(Label.PUZZLE, genesisId), [kind], pathHash, u32(day), nonce);
}

/**
 * Checks a header on a day of the server. Raises `Malformed`, `Outdated` for another time, and
 * `Unauthentic` where the hash does not begin with `difficulty` zero bits.
 */
export function checkPuzzle(
  header: string,
  genesisId: GenesisId,
  kind: number,
  pathHash: Address | ChunkId,
  difficulty: number,
  day: Day,
): void {
  const [, solvedOn, nonce] = HEADER.exec(header) ?? [];
  if (solvedOn === undefined || nonce === undefined || Number(solvedOn) >= 2 ** 32) {
    throw new Malformed("not a puzzle header");
  }
  const days = Number(solvedOn) - day;
  if (days < -PUZZLE_BEFORE_DAYS || days > PUZZLE_AHEAD_DAYS) throw new Outdated("of another time");
  const text = puzzleText(genesisId, kind, pathHash, Number(solvedOn) as Day, fromHex(nonce));
  if (zeroBits(sha256(text)) < difficulty) throw new Unauthentic("not solved");
}

/**
 * The header for an upload on a day: 2^difficulty hashes on average, in slices.
 *
 * After each slice `tell` is given how many were tried; what it raises ends the work.
 */
export async function solvePuzzle(
  genesisId: GenesisId,
  kind: number,
  pathHash: Address | ChunkId,
  difficulty: number,
  day: Day,
  tell: (tried: number) => void = () => undefined,
): Promise<string> {
  const beginning = puzzleText(genesisId, kind, pathHash, day, new Uint8Array(0));
  const begun = nobleSha256.create().update(beginning);
  const nonce = random(PUZZLE_NONCE_SIZE);
  const counter = new DataView(nonce.buffer);
  const turns = new Turns();
  let tried = 0;
  while (zeroBits(begun.clone().update(nonce).digest()) < difficulty) {
    counter.setUint32(0, counter.getUint32(0) + 1);
    tried += 1;
    if (!turns.isOver) continue;
    tell(tried);
    await turns.give();
  }
  return puzzleHeader(day, nonce);
}

/** The header that shows a nonce (8 bytes) for a day. */
export function puzzleHeader(day: Day, nonce: Uint8Array): string {
  return `${day}-${toHex(nonce)}`;
}

/** The nonce, 8 bytes, of a header. Raises `Malformed` where it is none. */
export function puzzleNonce(header: string): Uint8Array {
  const [, , nonce] = HEADER.exec(header) ?? [];
  if (nonce === undefined) throw new Malformed("not a puzzle header");
  return fromHex(nonce);
}

/** How many bits of the first 32 are zero before the first one that is not. */
function zeroBits(hash: Uint8Array): number {
  return Math.clz32(new DataView(hash.buffer, hash.byteOffset).getUint32(0));
}
