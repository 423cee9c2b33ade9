/** The line to the server, which may break: what was asked is tried again until it succeeds. */

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

export class Line {
  readonly signal: AbortSignal;
  #tell: (state: LineState) => void;
  #controller = new AbortController();
  #waiting = 0;
  #paused = false;
  #sleepers = new Set<() => void>();

  constructor(tell: (state: LineState) => void) {
    this.#tell = tell;
    this.signal = this.#controller.signal;
  }

  /** Runs `attempt` until it succeeds. Raises what will not pass by waiting, and Stopped. */
  async carry(attempt: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      while (this.#paused && !this.signal.aborted) await this.#sleep(Infinity);
      if (this.signal.aborted) throw new Stopped();
      try {
        await attempt();
        return;
      } catch (error) {
        if (!(error instanceof ServerError && error.passes)) throw error;
        await this.#waitAfter(error, failures);
      }
    }
  }

  pause(): void {
    this.#paused = true;
    this.#tell({ is: "paused" });
  }

  /** Goes on after a pause, or tries at once instead of waiting. */
  tryNow(): void {
    this.#paused = false;
    this.#tell({ is: "working" });
    this.#wake();
  }

  /** Ends everything under way for good. */
  stop(): void {
    this.#controller.abort();
    this.#wake();
  }

  async #waitAfter(error: ServerError, failures: number): Promise<void> {
    const delay = DELAYS[Math.min(failures, DELAYS.length - 1)] as number;
    const seconds = error.code ? CLOSED_DELAY : delay;
    this.#waiting += 1;
    if (!this.#paused) this.#tell({ is: "waiting", seconds, code: error.code });
    await this.#sleep(seconds * 1000);
    this.#waiting -= 1;
    if (!this.#waiting && !this.#paused && !this.signal.aborted) this.#tell({ is: "working" });
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
