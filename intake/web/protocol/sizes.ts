/** Every length and limit of the protocol, in bytes unless the name says otherwise. */

// SPEC 6
export const BITS_SIZE = 10;
export const WORDS = 8;
// SPEC 3, 4
export const GENESIS_ID_SIZE = 32;
export const KEM_PUBLIC_KEY_SIZE = 1216;
export const SIGNATURE_SIZE = 64;
// SPEC 7
export const ENVELOPE_SIZE = 32768;
export const ENVELOPE_SLOTS = 4;
export const ENVELOPE_SLOT_SIZE = 1232;
export const PAYLOAD_MAX_SIZE = 27723;
export const ATTACHMENTS_MAX = 32;
export const FILE_NAME_MAX_SIZE = 120;
export const ANSWER_MAX_SIZE = 2000;
export const ANSWERS_MAX = 40;
export const CHOICES_MAX = 32;
export const CHUNKS_MAX = 65535;
export const RECIPIENTS_MAX = 4;
// SPEC 8
export const CHUNK_SIZE = 262144;
export const PIECE_SIZE = 262128;
export const CHUNK_ID_SIZE = 32;
// SPEC 6.2, 9: REPLY_INDEXES for each pair chain
export const CHAIN_KEY_SIZE = 32;
export const RECORD_SIZE = 1024;
export const REPLY_MESSAGE_MAX_SIZE = 908;
export const TAG_SIZE = 16;
export const SALT_SIZE = 16;
export const REPLY_INDEXES = 128;
// SPEC 10.2, 13: records of a batch
export const BATCH_SIZES: readonly number[] = [16, 32, 64, 128, 256];
// SPEC 11
export const PUZZLE_NONCE_SIZE = 8;
