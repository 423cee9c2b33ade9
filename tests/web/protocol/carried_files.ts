/** Calls that write and read what a person carries: sealed files, directory files. */

import { concat, equal, toHex, u32 } from "../../../intake/web/protocol/bytes.ts";
import {
  encodeDirectoryFile,
  readDirectoryFile,
  splitDirectoryFile,
} from "../../../intake/web/protocol/directory_file.ts";
import { sha256 } from "../../../intake/web/protocol/hashing.ts";
import type { ChunkId, GenesisId } from "../../../intake/web/protocol/names.ts";
import { puzzleHeader, puzzleNonce } from "../../../intake/web/protocol/puzzle.ts";
import {
  lastDayOf,
  SealedFileReader,
  sealedFileSize,
  SealedFileWriter,
} from "../../../intake/web/protocol/sealed_file.ts";
import { shown } from "./shown.ts";
import { altered, bytes, chunkBytes, envelopeBytes, type Inputs } from "./vector_files.ts";

const COUNT_AT = 58;
const HEAD_SIZE = 94;

/** The parts of a file: the head, each chunk's, and the envelope's with the end. */
async function parts(file: Inputs): Promise<Uint8Array[]> {
  const head = {
    genesisId: bytes(file.genesis_id) as GenesisId,
    lastDay: file.last_day,
    chunks: file.chunks.length,
  };
  const writer = new SealedFileWriter(head);
  const made = [await writer.begin()];
  for (const { id, nonce, chunk } of file.chunks) {
    made.push(await writer.chunk(bytes(id) as ChunkId, bytes(nonce), await chunkBytes(chunk)));
  }
  made.push(await writer.end(bytes(file.nonce), envelopeBytes(file.envelope)));
  return made;
}

/** A file with its parts in an order, a count in its head, then bits and size changed. */
function changed(made: Uint8Array[], changes: Inputs): Uint8Array {
  const whole = concat(...(changes.order?.map((place: number) => made[place]) ?? made));
  if ("count" in changes) {
    whole.set(u32(changes.count), COUNT_AT);
    whole.set(sha256(whole.subarray(0, HEAD_SIZE - 32)), HEAD_SIZE - 32);
  }
  return altered(whole, changes);
}

async function read(inputs: Inputs): Promise<unknown> {
  const data = changed(await parts(inputs.file), inputs.altered ?? {});
  const reader = new SealedFileReader(bytes(inputs.genesis_id) as GenesisId, inputs.day);
  const found: unknown[] = [];
  for (let at = 0; reader.wants;) {
    const wanted = reader.wants;
    const item = await reader.feed(data.subarray(at, at + wanted));
    at += wanted;
    if ("chunk" in item) {
      found.push({ id: item.id, nonce: item.nonce, sha256: sha256(item.chunk) });
    } else if ("envelope" in item) {
      found.push({ nonce: item.nonce, address: sha256(item.envelope) });
    } else {
      found.push({ last_day: item.lastDay, chunks: item.chunks });
    }
  }
  return shown(found);
}

export const CARRIED_CALLS: Readonly<Record<string, (inputs: Inputs) => unknown>> = {
  write_sealed_file: async ({ file }) => {
    const whole = concat(...(await parts(file)));
    return { size: whole.length, sha256: toHex(sha256(whole)) };
  },
  read_sealed_file: read,
  last_day_of: ({ days }) => days.map(lastDayOf),
  sealed_file_size: ({ counts }) => counts.map(sealedFileSize),
  puzzle_header: ({ day, nonce }) => {
    const header = puzzleHeader(day, bytes(nonce));
    return { header, nonce: toHex(puzzleNonce(header)) };
  },
  read_directory_file: (inputs) => {
    const data = bytes(inputs.data);
    const { directory, keys } = readDirectoryFile(data, bytes(inputs.genesis_id) as GenesisId);
    const encoded = equal(encodeDirectoryFile(...splitDirectoryFile(data)), data);
    return {
      directory: shown(directory),
      form: toHex(directory.form),
      keys: [...keys.keys()],
      encoded,
    };
  },
};
