/**
 * The line to the server, which may break: what was asked is tried again until it succeeds.
 *
 * While anything else gets through, a request that was lost is tried again by itself, and nothing
 * is said. Once nothing gets through, the line is broken: one request at a time finds out whether
 * it is back, at longer and longer distances, and all the others go on behind it. No distance is
 * the same for two people, so that a server which comes back is not met by all of them at once.
 */

import { ServerError, Stopped } from "./api.ts";

/** How the line is: for the page to say in words. */
export type LineState =
  | { readonly is: "working" }
  | { readonly is: "paused" }
  /** Waiting some seconds for the next try; `code` as the server gave it, empty where it is silent. */
  | { readonly is: "waiting"; readonly seconds: number; readonly code: string };

/** Seconds before the next try, after one failure, two, and so on: at first soon, then patiently. */
const DELAYS = [1, 2, 5, 10, 20, 30];
/** A server that says why it takes nothing opens at fixed hours only. */
const CLOSED_DELAY = 300;
/** By what share a delay is shorter or longer, by chance. */
const SPREAD = 0.25;

export class Line {
  readonly signal: AbortSignal;
  /** Is given how many tries at a puzzle were made before an upload, of about how many; 0 at its end. */
  onWork: (tried: number, of: number) => void = () => undefined;
  #tell: (state: LineState) => void;
  #controller = new AbortController();
  #paused = false;
  #underWay = 0;
  /** Tries that failed since the line broke; null while it is whole. */
  #broken: number | null = null;
  #nextTry = 0;
  #sleepers = new Set<() => void>();

  constructor(tell: (state: LineState) => void) {
    this.#tell = tell;
    this.signal = this.#controller.signal;
  }

  /** Runs `attempt` until it succeeds. Raises what will not pass by waiting, and Stopped. */
  async carry(attempt: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      await this.#turn();
      let failed: ServerError;
      try {
        await attempt();
        return this.#done(null);
      } catch (error) {
        this.#done(error);
        if (!(error instanceof ServerError && error.passes)) throw error;
        failed = error;
      }
      await this.#waitAfter(failed, failures);
    }
  }

  pause(): void {
    this.#paused = true;
    this.#tell({ is: "paused" });
  }

  /** Goes on after a pause, or tries at once instead of waiting. */
  tryNow(): void {
    this.#paused = false;
    this.#nextTry = 0;
    this.#tell({ is: "working" });
    this.#wake();
  }

  /** Ends everything under way for good. */
  stop(): void {
    this.#controller.abort();
    this.#wake();
  }

  /** Waits until a request may begin, and counts it as under way. */
  async #turn(): Promise<void> {
    while (!this.signal.aborted) {
      const behind = this.#broken !== null && this.#underWay > 0;
      const wait = this.#paused || behind ? Infinity : this.#nextTry - Date.now();
      if (wait <= 0) {
        this.#underWay += 1;
        return;
      }
      await this.#sleep(wait);
    }
    throw new Stopped();
  }

  /** Counts a request as ended; one that succeeded mends the line. */
  #done(error: unknown): void {
    this.#underWay -= 1;
    if (this.#broken === null) return;
    if (error === null) {
      this.#broken = null;
      this.#nextTry = 0;
      if (!this.#paused && !this.signal.aborted) this.#tell({ is: "working" });
    }
    this.#wake();
  }

  async #waitAfter({ status, code: given }: ServerError, failures: number): Promise<void> {
    // Other codes are one request's own: it came too slowly, say.
    const code = status === 503 ? given : "";
    if (!code && this.#underWay > 0 && this.#broken === null) {
      await this.#sleep(spread(delay(failures)) * 1000);
      return;
    }
    const seconds = spread(code ? CLOSED_DELAY : delay(this.#broken ?? 0));
    this.#broken = (this.#broken ?? 0) + 1;
    this.#nextTry = Date.now() + seconds * 1000;
    if (!this.#paused) this.#tell({ is: "waiting", seconds: Math.ceil(seconds), code });
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = milliseconds < Infinity ? setTimeout(wake, milliseconds) : 0;
      this.#sleepers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#sleepers]) wake();
  }
}

function delay(failures: number): number {
  return DELAYS[Math.min(failures, DELAYS.length - 1)] as number;
}

function spread(seconds: number): number {
  return seconds * (1 - SPREAD + 2 * SPREAD * Math.random());
}
