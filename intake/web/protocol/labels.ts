/** Every domain-separation label of the protocol (SPEC 2.1). */

import { concat, utf8 } from "./bytes.ts";
import type { GenesisId } from "./names.ts";

/** The closed list of labels. No two are equal, none is used for two purposes. */
export const Label = {
  CODENAME_CHECK: "fidelio/1 codename check",
  CODENAME_SALT: "fidelio/1 codename salt",
  SOURCE_SIGNING: "fidelio/1 source signing",
  RECIPIENT_SET_KEY: "fidelio/1 recipient set key",
  RECIPIENT_SET: "fidelio/1 recipient set",
  PAIR: "fidelio/1 pair",
  SLOT: "fidelio/1 slot",
  SLOTS: "fidelio/1 slots",
  COMMIT: "fidelio/1 commit",
  MESSAGE: "fidelio/1 message",
  FILE_AEAD_KEY: "fidelio/1 file aead key",
  FILE_ID_KEY: "fidelio/1 file id key",
  CHUNK: "fidelio/1 chunk",
  FILE: "fidelio/1 file",
  TAG: "fidelio/1 tag",
  SALT: "fidelio/1 salt",
  NEXT: "fidelio/1 next",
  REPLY: "fidelio/1 reply",
  REPLY_MESSAGE: "fidelio/1 reply message",
  SUCCESSOR: "fidelio/1 successor",
  DELEGATION: "fidelio/1 delegation",
  DIRECTORY: "fidelio/1 directory",
  CARD: "fidelio/1 card",
  BATCH: "fidelio/1 batch",
  CONFIRMATION: "fidelio/1 confirmation",
  PUZZLE: "fidelio/1 puzzle",
  INBOUND_BUNDLE: "fidelio/1 inbound bundle",
  OUTBOUND_BUNDLE: "fidelio/1 outbound bundle",
  SEALED_FILE: "fidelio/1 sealed file",
  DIRECTORY_FILE: "fidelio/1 directory file",
} as const;

export type Label = (typeof Label)[keyof typeof Label];

/** `u8(length of label) || label`: SPEC 2. */
export function labelled(label: Label): Uint8Array {
  return concat([label.length], utf8(label));
}

/** `labelled(label) || genesis_id`, 32 bytes of it: SPEC 2. */
export function bound(label: Label, genesisId: GenesisId): Uint8Array {
  return concat(labelled(label), genesisId);
}
