/** What a refusal means, by what the reader does next (SPEC 2.2). Messages hold no data. */

export class ProtocolError extends Error {}

/** These bytes are not of this format: wrong size, version, grammar or padding. */
export class Malformed extends ProtocolError {}

/** A key, a MAC, a signature or a commitment does not fit: not for this reader, or altered. */
export class Unauthentic extends ProtocolError {}

/** All is authentic, but two things in it exclude each other. */
export class Contradictory extends ProtocolError {}

/** Authentic, but past its dates, before them, or older than what was seen. */
export class Outdated extends ProtocolError {}

/** Authentic, but of another office, address or recipient. */
export class Foreign extends ProtocolError {}

/** What was to be sealed does not fit; nothing was made. */
export class TooLarge extends ProtocolError {}

/** Typed words are not a codename. */
export class NotACodename extends ProtocolError {
  /** `count`: not eight words. `word`: one is unknown. `check`: one is wrong. */
  readonly reason: "count" | "word" | "check";
  /** Which word, counting from 1, where the reason is `word`. */
  readonly position: number | null;

  constructor(reason: "count" | "word" | "check", position: number | null = null) {
    super(reason);
    this.reason = reason;
    this.position = position;
  }
}
