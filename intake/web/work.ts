/** The work that an office may ask for with an upload, against floods (SPEC 11): shown while it is done. */

import { Stopped } from "./api.ts";
import { today } from "./clock.ts";
import type { Line } from "./line.ts";
import { toHex } from "./protocol/bytes.ts";
import type { Address, ChunkId, GenesisId } from "./protocol/names.ts";
import { solvePuzzle } from "./protocol/puzzle.ts";

/** One puzzle at a time: more at once would be no faster, and nobody could say how far they are. */
let queue: Promise<unknown> = Promise.resolve();

/** What was solved: an upload that is tried again has the same header, while the day and the difficulty are. */
const solved = new Map<string, string>();

/** Returns the header of an upload, empty for a difficulty of 0. Raises Stopped. */
export function headerFor(
  genesisId: GenesisId,
  kind: number,
  pathHash: Address | ChunkId,
  bits: number,
  line: Line,
): Promise<string> {
  const solve = async (): Promise<string> => {
    const day = today();
    const name = [toHex(pathHash), bits, day].join();
    const header =
      solved.get(name) ??
      (await solvePuzzle(genesisId, kind, pathHash, bits, day, (tried) => {
        if (line.signal.aborted) throw new Stopped();
        line.onWork(tried, 2 ** bits);
      }));
    solved.set(name, header);
    line.onWork(0, 0);
    return header;
  };
  if (bits === 0) return Promise.resolve("");
  const header = queue.then(solve);
  queue = header.catch(() => 0);
  return header;
}
