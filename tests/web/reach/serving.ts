/** A server for modules under Node: `fetch` answered by a table, and what was asked for in its order. */

type Answer = Uint8Array | number | (() => Promise<Response>);

/** Answers by path, each path's in turn, the last one again and again; a number is the status of a refusal. */
export function serve(answers: Readonly<Record<string, readonly Answer[]>>): string[] {
  const asked: string[] = [];
  const left = new Map(Object.entries(answers).map(([path, all]) => [path, [...all]]));
  globalThis.fetch = (input): Promise<Response> => {
    const path = String(input);
    asked.push(path);
    const all = left.get(path) ?? [404];
    const answer = all.length > 1 ? all.shift() : all[0];
    if (typeof answer === "function") return answer();
    if (typeof answer === "number") {
      const body = JSON.stringify({ error: answer === 404 ? "not-found" : "internal" });
      return Promise.resolve(new Response(body, { status: answer }));
    }
    return Promise.resolve(new Response(answer as BodyInit));
  };
  return asked;
}

/** An answer that breaks off after these bytes. */
export function brokenOff(bytes: Uint8Array): () => Promise<Response> {
  return () => {
    const body = new ReadableStream({
      start(controller): void {
        controller.enqueue(bytes);
      },
      pull(controller): void {
        controller.error(new TypeError("the line broke"));
      },
    });
    return Promise.resolve(new Response(body));
  };
}
