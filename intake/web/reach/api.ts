/** The server, as SPEC 11 has it. No other module calls `fetch`. */

import type { Day } from "../protocol/names.ts";

/** How long a small answer or an envelope may take, and how long a volume may stand still. */
const TIMEOUT_MS = 60_000;

/** The server did not do what was asked. Status 0: it did not answer. */
export class ServerError extends Error {
  readonly status: number;
  /** The code of SPEC 11, such as `full`; empty where the server gave none. */
  readonly code: string;

  constructor(status: number, code: string) {
    super(`the server answered ${String(status)}`);
    this.name = "ServerError";
    this.status = status;
    this.code = code;
  }

  /** Whether the same request may succeed later. */
  get passes(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

/** The person stopped it. */
export class Stopped extends Error {}

/** Whether something is taken now, and why not. */
export interface Taken {
  readonly open: boolean;
  readonly reason: string;
}

export interface Status {
  readonly day: Day;
  readonly envelopes: Taken;
  readonly chunks: Taken;
}

export function getDirectory(): Promise<Uint8Array> {
  return ask("/v1/directory", bytes);
}

export function getKey(hash: string): Promise<Uint8Array> {
  return ask("/v1/keys/" + hash, bytes);
}

export function getForm(hash: string): Promise<Uint8Array> {
  return ask("/v1/forms/" + hash, bytes);
}

/** Returns the list of the board's volumes, as JSON. */
export function getVolumes(): Promise<Uint8Array> {
  return ask("/v1/board", bytes);
}

/** Returns a volume, of which no more than `size` bytes are wanted; `tell` is given how many are there. */
export function getVolume(
  hash: string,
  size: number,
  tell: (bytes: number) => void,
): Promise<Uint8Array> {
  return ask("/v1/board/" + hash, async (response, alive) => {
    const volume = new Uint8Array(size);
    let done = 0;
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      // The caller checks the size, and has to see that there is more.
      if (done + piece.value.length > size) return new Uint8Array(size + 1);
      volume.set(piece.value, done);
      done += piece.value.length;
      alive();
      tell(done);
    }
    return volume.subarray(0, done);
  });
}

/** Returns a file of the site itself. */
export function getFile(path: string): Promise<string> {
  return ask(path, (response) => response.text());
}

export async function getStatus(): Promise<Status> {
  const status = await ask("/v1/status", json);
  if (!isRecord(status) || !Number.isSafeInteger(status["day"])) throw new ServerError(500, "");
  return {
    day: status["day"] as Day,
    envelopes: taken(status["envelopes"]),
    chunks: taken(status["chunks"]),
  };
}

export function putEnvelope(
  address: string,
  envelope: Uint8Array,
  puzzle: string,
  signal: AbortSignal,
): Promise<void> {
  return put("/v1/envelopes/" + address, envelope, puzzle, signal, TIMEOUT_MS);
}

/** Stores a chunk; `timeout` is in milliseconds. */
export function putChunk(
  id: string,
  chunk: Uint8Array,
  puzzle: string,
  signal: AbortSignal,
  timeout: number,
): Promise<void> {
  return put("/v1/chunks/" + id, chunk, puzzle, signal, timeout);
}

async function put(
  path: string,
  body: Uint8Array,
  puzzle: string,
  signal: AbortSignal,
  timeout: number,
): Promise<void> {
  const headers: Record<string, string> = { "Content-Type": "application/octet-stream" };
  if (puzzle) headers["Fidelio-Puzzle"] = puzzle;
  const options = { method: "PUT", headers, body: body as BodyInit };
  const read = (response: Response): Promise<number> => Promise.resolve(response.status);
  const status = await ask(path, read, options, timeout, signal);
  // Only 204 says that the bytes are durable: a proxy's friendly 200 does not.
  if (status !== 204) throw new ServerError(502, "");
}

/**
 * Asks, and reads the answer with `read`; all of it within the time limit, unless `outer` stops it.
 *
 * What says that it is `alive` begins the time anew.
 */
async function ask<T>(
  path: string,
  read: (response: Response, alive: () => void) => Promise<T>,
  options: RequestInit = {},
  timeout = TIMEOUT_MS,
  outer?: AbortSignal,
): Promise<T> {
  if (outer?.aborted) throw new Stopped();
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  let timer = setTimeout(stop, timeout);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stop, timeout);
  };
  outer?.addEventListener("abort", stop);
  try {
    const response = await fetch(path, {
      ...options,
      signal: controller.signal,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok) throw new ServerError(response.status, await errorCode(response));
    return await read(response, alive);
  } catch (error) {
    if (outer?.aborted) throw new Stopped();
    throw error instanceof ServerError ? error : new ServerError(0, "");
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", stop);
  }
}

async function bytes(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

function json(response: Response): Promise<unknown> {
  return response.json().catch(() => null);
}

async function errorCode(response: Response): Promise<string> {
  const answer = await json(response);
  return isRecord(answer) ? String(answer["error"] ?? "") : "";
}

function taken(value: unknown): Taken {
  const open = isRecord(value) && value["open"] === true;
  return { open, reason: isRecord(value) ? String(value["reason"] ?? "") : "" };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
