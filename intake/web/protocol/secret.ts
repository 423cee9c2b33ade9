/** What may never be seen by accident. */

/** A value that shows itself as `[secret]`. What it holds stands in private fields. */
export abstract class Secret {
  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  /** What Node's console shows; browsers show no private field by themselves. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}
