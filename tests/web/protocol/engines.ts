/** Runs of a test with and without the browser's own cryptography. */

export const ENGINES = ["browser", "javascript"] as const;

export type Engine = (typeof ENGINES)[number];

const own = globalThis.crypto;

/** Awaits `run` with `crypto.subtle`, or without it as on a plain http name. */
export async function withEngine<Result>(
  engine: Engine,
  run: () => Promise<Result>,
): Promise<Result> {
  if (engine === "javascript") setCrypto({ getRandomValues: own.getRandomValues.bind(own) });
  try {
    return await run();
  } finally {
    setCrypto(own);
  }
}

function setCrypto(value: object): void {
  Object.defineProperty(globalThis, "crypto", { value, configurable: true });
}
