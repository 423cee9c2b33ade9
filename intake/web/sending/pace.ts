/** How fast a message goes out: how much at once, how long to wait for an answer, how long it takes yet. */

/** Chunks sent at once: enough to hide the round trips of a line that is far from slow. */
const IN_FLIGHT = 4;
/** A line that takes longer for a chunk carries one at a time, so that none runs out of time. */
const SLOW_MS = 15_000;
/** How much longer than the last one a chunk may take before it counts as lost. */
const PATIENCE = 8;
const TIMEOUT_MIN_MS = 30_000;
const TIMEOUT_MAX_MS = 300_000;
/** Before anything is known of the line. */
const FIRST_TIMEOUT_MS = 60_000;

/** Tells from how long the last chunk took how to send the next ones. */
export class Pace {
  #took: number | null = null;

  /** How many chunks may be on their way at once: the first one tells how fast the line is. */
  get atOnce(): number {
    return this.#took === null || this.#took > SLOW_MS ? 1 : IN_FLIGHT;
  }

  /** How long a chunk may take, in milliseconds, before it counts as lost. */
  get timeout(): number {
    if (this.#took === null) return FIRST_TIMEOUT_MS;
    return Math.min(TIMEOUT_MAX_MS, Math.max(TIMEOUT_MIN_MS, PATIENCE * this.#took));
  }

  /** Takes the time of sending a chunk, which is given how long it may take. */
  async time(put: (timeout: number) => Promise<void>): Promise<void> {
    const { timeout } = this;
    const began = Date.now();
    try {
      await put(timeout);
      this.#took = Date.now() - began;
    } catch (error) {
      // What ran out of time would have taken at least as long.
      if (Date.now() - began >= timeout) this.#took = Math.max(timeout, SLOW_MS + 1);
      throw error;
    }
  }
}

/** What lies further back says little of the line as it is now. */
const LATELY_MS = 60_000;
/** Fewer steps, or less time, say nothing yet. */
const STEPS_MIN = 4;
const TIME_MIN_MS = 5_000;

/** Tells from what went out lately how long the rest takes. */
export class TimeLeft {
  /** Times in milliseconds, each with the bytes that were done by then. */
  #steps: (readonly [number, number])[] = [];

  /** Takes note that so many bytes are done, at a time in milliseconds. */
  add(done: number, at: number): void {
    const steps = this.#steps;
    if (done < (steps[steps.length - 1]?.[1] ?? 0)) steps.length = 0;
    steps.push([at, done]);
    while (steps.length > STEPS_MIN + 1 && (steps[1]?.[0] ?? at) < at - LATELY_MS) steps.shift();
  }

  /** Begins anew: after a pause the line may be another. */
  forget(): void {
    this.#steps.length = 0;
  }

  /** Seconds that so many bytes take, or null where that cannot be told yet. */
  seconds(bytes: number, at: number): number | null {
    const [began, before] = this.#steps[0] ?? [at, 0];
    const done = (this.#steps[STEPS_MIN] && this.#steps[this.#steps.length - 1]?.[1]) ?? 0;
    if (done <= before || at - began < TIME_MIN_MS) return null;
    return (bytes * (at - began)) / (done - before) / 1000;
  }
}
