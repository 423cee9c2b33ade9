/** The office as a directory file gives it: checked like the one that a server gives, but for the server. */

import { toHex } from "../protocol/bytes.ts";
import { weekOf } from "../protocol/days.ts";
import { checkCurrent, currentKey } from "../protocol/directory.ts";
import { readDirectoryFile, type DirectoryFile } from "../protocol/directory_file.ts";
import { Foreign, Malformed, Outdated, ProtocolError } from "../protocol/errors.ts";
import { CLOCK_GRACE_DAYS } from "../protocol/lifetimes.ts";
import type { Day, GenesisId } from "../protocol/names.ts";
import { today } from "./clock.ts";
import { OfficeRefusal, type Office } from "./office.ts";

/** The chosen file is no directory file at all. */
export class NoDirectoryFile extends Error {}

/** Returns the office of a directory file. Raises NoDirectoryFile, and OfficeRefusal. */
export function officeFromFile(data: Uint8Array, genesisId: GenesisId): Office {
  const { directory, form, keys } = genuine(data, genesisId);
  const day = today();
  if (day < directory.issued - CLOCK_GRACE_DAYS) throw new OfficeRefusal("clock", directory);
  try {
    checkCurrent(directory, day);
    const ofToday = directory.recipients.map((recipient): [string, Uint8Array] => {
      const key = keys.get(toHex(currentKey(recipient, day).hash));
      if (!key) throw new Outdated("no key for this day");
      return [recipient.id, key];
    });
    const open = { open: true, reason: "" };
    return {
      // The page's own bytes are the same for years: it knows no day, and no directory, to begin from.
      facts: { genesisId, buildDay: 0 as Day, lowest: [0, 0], origin: "" },
      directory,
      // What the server takes nobody knows here: it says so when the file is sent.
      status: { day, envelopes: open, chunks: open },
      form,
      week: weekOf(day),
      keys: new Map(ofToday),
    };
  } catch (error) {
    if (error instanceof Outdated) throw new OfficeRefusal("expired", directory);
    throw error;
  }
}

function genuine(data: Uint8Array, genesisId: GenesisId): DirectoryFile {
  try {
    return readDirectoryFile(data, genesisId);
  } catch (error) {
    if (error instanceof Malformed) throw new NoDirectoryFile();
    if (error instanceof Foreign) throw new OfficeRefusal("other-address");
    if (error instanceof ProtocolError) throw new OfficeRefusal("not-genuine");
    throw error;
  }
}
