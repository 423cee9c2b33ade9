/** The keys of a codename and all tags of its replies, made before the person's eyes. No request depends on them. */

import type { ReadCodename } from "../../protocol/codename.ts";
import { readingTags, type ReadingTags } from "../../protocol/reading_tags.ts";
import { deriveSourceKeys } from "../../protocol/source_keys.ts";
import { today } from "../../reach/clock.ts";
import type { Office } from "../../reach/office.ts";
import { el, show, showAtWork } from "../parts/elements.ts";
import { onBrowserBack } from "../parts/leaving.ts";

/** The share of the bar for the keys; the rest is for the tags. */
const KEYS_SHARE = 0.9;

/** Makes keys and tags, which may take half a minute. */
export async function makeTags(office: Office, { codename }: ReadCodename): Promise<ReadingTags> {
  const bar = el("progress", { max: 1, "aria-labelledby": "now" });
  onBrowserBack(() => undefined);
  show(
    _("Looking for your replies"),
    el("p", { id: "now" }, _("Making your keys on this device…")),
    bar,
  );
  showAtWork();
  const { directory, facts } = office;
  const source = await deriveSourceKeys(codename, facts.genesisId, (done) => {
    bar.value = done * KEYS_SHARE;
  });
  return readingTags(source, directory, today(), (done) => {
    bar.value = KEYS_SHARE + done * (1 - KEYS_SHARE);
  });
}
