/**
 * The reply board, loaded whole and in one order by everybody who writes or reads: SPEC 9.2 and 11.5.
 *
 * Nothing that is asked for here depends on a codename, on what is found, or on the page's language.
 */

import { toHex } from "../protocol/bytes.ts";
import { Malformed } from "../protocol/errors.ts";
import { RECORD_SIZE } from "../protocol/sizes.ts";
import { checkVolume, parseVolumes, type Volume } from "../protocol/volumes.ts";
import { getVolume, getVolumes, ServerError } from "./api.ts";
import { Line, type LineState } from "./line.ts";

/** A server whose board changes more often than this while it is loaded does not want it loaded. */
const LISTS_MAX = 100;

/** How far the loading is: bytes there of all bytes, 0 of 0 while nobody knows how many there are. */
export interface BoardProgress {
  readonly done: number;
  readonly total: number;
  readonly line: LineState;
}

/** The board on its way, from the moment it is made. */
export class Board {
  /** Resolves when all of it is there; raises ServerError, Malformed and Unauthentic. */
  readonly loaded: Promise<void>;
  /** Whether it is loaded, or will never be. */
  ended = false;
  readonly #volumes: Uint8Array[] = [];
  readonly #there = new Set<string>();
  readonly #keep: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #line = new Line((state) => {
    this.#lineState = state;
    this.#tell();
  });
  #lineState: LineState = { is: "working" };
  /** Bytes of whole volumes, and of the one that is loaded now. */
  #whole = 0;
  #begun = 0;
  #total = 0;

  /** `keep` tells whether somebody may want to read it. */
  constructor(keep: boolean) {
    this.#keep = keep;
    this.loaded = this.#load().finally(() => {
      this.ended = true;
      this.#tell();
    });
    // Who waits for it hears of it; where nobody does, nothing is lost.
    this.loaded.catch(() => undefined);
  }

  /** The volumes that are there, newest week first. */
  get volumes(): readonly Uint8Array[] {
    return this.#volumes;
  }

  get progress(): BoardProgress {
    return { done: this.#whole + this.#begun, total: this.#total, line: this.#lineState };
  }

  /** Calls `tell` whenever something has changed, until what is returned is called. */
  watch(tell: () => void): () => void {
    this.#listeners.add(tell);
    tell();
    return () => this.#listeners.delete(tell);
  }

  /** Tries at once instead of waiting. */
  tryNow(): void {
    this.#line.tryNow();
  }

  async #load(): Promise<void> {
    for (let lists = 0; lists < LISTS_MAX; lists += 1) {
      const listed = parseVolumes(await this.#carry(getVolumes));
      const missing = listed.filter(({ hash }) => !this.#there.has(toHex(hash)));
      this.#total = this.#whole + missing.reduce((sum, one) => sum + sizeOf(one), 0);
      this.#tell();
      if (await this.#loadAll(missing)) return;
    }
    throw new Malformed("a board that never stays the same");
  }

  /** Loads one volume after another; returns false where one is gone, since there is a newer list then. */
  async #loadAll(volumes: readonly Volume[]): Promise<boolean> {
    for (const volume of volumes) {
      const data = await this.#loadVolume(volume);
      if (data === null) return false;
      await checkVolume(data, volume);
      this.#there.add(toHex(volume.hash));
      this.#whole += data.length;
      this.#begun = 0;
      if (this.#keep) this.#volumes.push(data);
    }
    return true;
  }

  async #loadVolume(volume: Volume): Promise<Uint8Array | null> {
    const size = sizeOf(volume);
    try {
      return await this.#carry(() => {
        this.#begun = 0;
        return getVolume(toHex(volume.hash), size, this.#count);
      });
    } catch (error) {
      if (!(error instanceof ServerError && error.status === 404)) throw error;
      this.#begun = 0;
      return null;
    }
  }

  readonly #count = (bytes: number): void => {
    this.#begun = bytes;
    // What comes is an answer, long before all of it is there.
    this.#lineState = { is: "working" };
    this.#tell();
  };

  /** Asks until there is an answer. */
  async #carry(ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    let answer = new Uint8Array();
    await this.#line.carry(async () => {
      answer = (await ask()) as typeof answer;
    });
    return answer;
  }

  #tell(): void {
    for (const tell of [...this.#listeners]) tell();
  }
}

function sizeOf({ records }: Volume): number {
  return records * RECORD_SIZE;
}
