/** The office's fingerprint, for a person to compare. */

import { fingerprint } from "../../protocol/directory.ts";
import type { GenesisId } from "../../protocol/names.ts";
import { el, p, type Child } from "./elements.ts";

/** The fingerprint, and what it is for. */
export function comparison(genesisId: GenesisId): Child[] {
  const groups = fingerprint(genesisId).split(" ");
  const lines = [0, 4, 8, 12].map((start) => groups.slice(start, start + 4).join(" "));
  return [
    p(
      _(
        "Compare these digits with the fingerprint that the office has printed. If they differ, do not report here.",
      ),
    ),
    el("p", { class: "digits", translate: "no" }, lines.join("\n")),
    p(
      _(
        "Equal digits prove that an honest page writes to this office and to nobody else. They do not prove that this page is honest: a false one can show any digits.",
      ),
    ),
  ];
}
