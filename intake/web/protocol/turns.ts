/** Long work in slices, so that a page goes on meanwhile. */

/** How long the page waits for the work at a time. */
const SLICE_MS = 20;

/**
 * Lets everything that waits have its turn: timers, and the server's answers to what was sent.
 *
 * After `scheduler.yield` this would go on before them, and timers are slowed down where a page is not looked at.
 */
function othersTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = (): void => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Says whether it is the page's turn again, and gives it; works side by side share one. */
export class Turns {
  #end = Date.now() + SLICE_MS;
  #given: Promise<void> | null = null;

  get isOver(): boolean {
    return Date.now() >= this.#end;
  }

  give(): Promise<void> {
    this.#given ??= othersTurn().then(() => {
      this.#given = null;
      this.#end = Date.now() + SLICE_MS;
    });
    return this.#given;
  }
}
