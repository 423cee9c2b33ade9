/** Choosing files: several, one after another, with what is allowed said before. */

import { safeFileName } from "../../protocol/payload.ts";
import { ATTACHMENTS_MAX } from "../../protocol/sizes.ts";
import type { Office } from "../../reach/office.ts";
import { filesMaxSize, filesProblem } from "../../sending/limits.ts";
import { button, complain, el, p, quietDown } from "./elements.ts";
import { fill, writtenSize } from "./wording.ts";

/** Returns the part of a screen that holds the files; `files` is what is kept, and changed in place. */
export function fileChooser(files: File[], office: Office): HTMLElement {
  const { maxChunks } = office.directory.policy;
  const chosen = el("ul", { class: "files" });
  const said = el("p", { role: "status" });
  const refresh = (): void => {
    chosen.replaceChildren(...files.map((file, place) => fileLine(file, () => remove(place))));
    said.textContent = files.length ? totalWords(files) : "";
  };
  const remove = (place: number): void => {
    files.splice(place, 1);
    quietDown();
    refresh();
    field.focus();
  };
  const add = (): void => {
    const more = [...(field.files ?? [])];
    field.value = "";
    quietDown();
    const problem = filesProblem(
      [...files, ...more].map((file) => file.size),
      maxChunks,
    );
    if (problem) complain(field, problemWords(problem, maxChunks));
    else files.push(...more);
    refresh();
  };
  const field = el("input", {
    type: "file",
    id: "files",
    // The label is the button: a browser's own would say that no file is chosen.
    class: "hidden",
    multiple: true,
    "aria-describedby": "files-help",
    change: add,
  });
  refresh();
  return el(
    "div",
    {},
    el("h2", {}, _("Files")),
    el(
      "div",
      { id: "files-help", class: "help" },
      p(limitWords(maxChunks)),
      p(_("Files carry hidden data, such as author, device and place. They are sent as they are.")),
    ),
    field,
    el("label", { for: "files", class: "button" }, _("Choose files")),
    chosen,
    said,
  );
}

/** Files by name and size, as the office will see them. */
export function fileLabel(file: File): string {
  return `${safeFileName(file.name)}, ${writtenSize(file.size)}`;
}

function fileLine(file: File, remove: () => void): HTMLElement {
  const take = button(_("Remove"), "plain", remove);
  take.setAttribute("aria-label", fill(_("Remove {file}"), { file: safeFileName(file.name) }));
  return el("li", {}, el("span", {}, fileLabel(file)), take);
}

function limitWords(maxChunks: number): string {
  return fill(_("Up to {count} files, together up to about {size}."), {
    count: ATTACHMENTS_MAX,
    size: writtenSize(filesMaxSize(maxChunks)),
  });
}

function totalWords(files: readonly File[]): string {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return fill(ngettext("{n} file, {size}", "{n} files, {size} together", files.length), {
    n: files.length,
    size: writtenSize(size),
  });
}

function problemWords(problem: "count" | "size", maxChunks: number): string {
  const words =
    problem === "count"
      ? _("These are too many files; none of them was added.")
      : _("These files are too large together; none of them was added.");
  return `${words} ${limitWords(maxChunks)}`;
}
