/** Choosing one small file that is read whole. */

import { complain, el, quietDown } from "./elements.ts";

/** More than any of these files has; a larger one is a mistake, and never read. */
const MAX_SIZE = 256 * 1024 * 1024;

/** Returns a field whose label looks like a button; `use` is given the bytes of what was chosen. */
export function fileButton(
  id: string,
  label: string,
  use: (data: Uint8Array) => void,
): HTMLElement {
  const read = async (): Promise<void> => {
    const [file] = field.files ?? [];
    if (!file) return;
    quietDown();
    try {
      if (file.size > MAX_SIZE) throw new Error("too large");
      const data = new Uint8Array(await file.arrayBuffer());
      field.value = "";
      use(data);
    } catch {
      complain(field, _("This file cannot be read. Choose it again."));
    }
  };
  const field = el("input", { type: "file", id, class: "hidden", change: () => void read() });
  return el("div", {}, field, el("label", { for: id, class: "button main" }, label));
}
