// Types for what would otherwise all be Uint8Array: a checker parts them, and no byte of them reaches
// a browser. A name is given where a value comes from; readers check what it is.

declare const name: unique symbol;

type Named<Name extends string> = Uint8Array & { readonly [name]: Name };

/** SPEC 3: 32 bytes, which office. */
export type GenesisId = Named<"genesis id">;
/** SPEC 6.2: 32 bytes, which thread of a source with an office. */
export type ThreadId = Named<"thread id">;
/** SPEC 8: 32 bytes, under which a chunk is stored. */
export type ChunkId = Named<"chunk id">;
/** SPEC 7: 32 bytes, under which an envelope is stored: its SHA-256. */
export type Address = Named<"address">;
/** SPEC 10.2: 32 bytes, the SHA-256 by which an intake public key is named. */
export type KeyHash = Named<"key hash">;
