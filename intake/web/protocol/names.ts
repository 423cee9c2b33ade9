// Types for what would otherwise all be Uint8Array or number: a checker parts them, and no byte of them reaches
// a browser. A name is given where a value comes from; readers check what it is.

declare const name: unique symbol;

type Named<Kind, Name extends string> = Kind & { readonly [name]: Name };

/** SPEC 3: 32 bytes, which office. */
export type GenesisId = Named<Uint8Array, "genesis id">;
/** SPEC 6.2: 32 bytes, which thread: the source's public signing key. */
export type ThreadId = Named<Uint8Array, "thread id">;
/** SPEC 8: 32 bytes, under which a chunk is stored. */
export type ChunkId = Named<Uint8Array, "chunk id">;
/** SPEC 7: 32 bytes, under which an envelope is stored: its SHA-256. */
export type Address = Named<Uint8Array, "address">;
/** SPEC 10.2: 32 bytes, the SHA-256 by which an intake public key is named. */
export type KeyHash = Named<Uint8Array, "key hash">;
/** SPEC 2: days since 1970-01-01, UTC. A count of days is a number. */
export type Day = Named<number, "day">;
/** SPEC 2: floor(day / 7): weeks since 1970-01-01, a Thursday. */
export type Week = Named<number, "week">;
