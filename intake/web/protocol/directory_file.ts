/** The directory file: all that a device which is never online has to be given (SPEC 11.2). */

import { ByteReader } from "./byte_reader.ts";
import { concat, equal, toHex, u32 } from "./bytes.ts";
import { readDirectory, type Directory } from "./directory.ts";
import { Malformed, Unauthentic } from "./errors.ts";
import { FORM_MAX_SIZE, readForm, type Form } from "./form.ts";
import { Label, labelled } from "./labels.ts";
import type { GenesisId } from "./names.ts";
import { checkKemPublicKey, keyHash } from "./public_keys.ts";
import { KEM_PUBLIC_KEY_SIZE } from "./sizes.ts";

// SPEC 10.1, with as many successors as there can be
const DOCUMENT_MAX_SIZE = 67282;

/** A directory whose signatures hold, its form, and the intake keys (1216 bytes) that it lists. */
export interface DirectoryFile {
  readonly directory: Directory;
  readonly form: Form;
  /** By their SHA-256 (32 bytes, in hex). */
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** The file of a document, its form and its intake keys, in the order of the directory. */
export function encodeDirectoryFile(
  document: Uint8Array,
  form: Uint8Array,
  keys: readonly Uint8Array[],
): Uint8Array {
  // SPEC 11.2: labelled(DIRECTORY_FILE) || u32 length || document || u32 length || form || keys
  const sized = [document, form].flatMap((part) => [u32(part.length), part]);
  return concat(labelled(Label.DIRECTORY_FILE), ...sized, ...keys);
}

/** Document, form and keys of a file, not checked but for its layout. Raises `Malformed`. */
export function splitDirectoryFile(
  data: Uint8Array,
): [document: Uint8Array, form: Uint8Array, keys: Uint8Array[]] {
  const label = labelled(Label.DIRECTORY_FILE);
  if (!equal(data.subarray(0, label.length), label)) throw new Malformed("not a directory file");
  const reader = new ByteReader(data.subarray(label.length));
  const document = reader.sized(DOCUMENT_MAX_SIZE);
  const form = reader.sized(FORM_MAX_SIZE);
  const keys: Uint8Array[] = [];
  while (reader.left > 0) keys.push(reader.read(KEM_PUBLIC_KEY_SIZE));
  return [document, form, keys];
}

/**
 * What a file holds, as far as neither day nor place matters. Raises what `readDirectory` and
 * `readForm` raise, `Unauthentic` for a key that the directory does not list at its place, and `Malformed` for one
 * that cannot be sealed to.
 */
export function readDirectoryFile(data: Uint8Array, genesisId: GenesisId): DirectoryFile {
  const [document, formData, keys] = splitDirectoryFile(data);
  const directory = readDirectory(document, genesisId);
  const form = readForm(formData, directory.form);
  const listed = directory.recipients.flatMap((recipient) => recipient.keys);
  if (keys.length !== listed.length) throw new Malformed("another number of keys");
  const byHash = keys.map((key, place): [string, Uint8Array] => {
    const { hash } = listed[place]!;
    if (!equal(keyHash(key), hash)) throw new Unauthentic("a key that is not listed here");
    checkKemPublicKey(key);
    return [toHex(hash), key];
  });
  return { directory, form, keys: new Map(byHash) };
}
