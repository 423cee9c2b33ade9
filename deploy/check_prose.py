"""Refuse prose in Markdown that is wrapped anywhere but at the end of a sentence.

A sentence a line: a change shows as the sentence that changed. Headings, tables, code and comments
are not prose.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from deploy.committed_files import ROOT, committed_files

ITEM = re.compile(r"(?P<marker>\s*(?:[-*]|\d+\.)\s+)(?P<text>.*)")
# Headings, tables, rules between blocks: each line stands for itself.
ALONE = re.compile(r"\s*(?:#{1,6}\s|\||---$)")
SENTENCE_END = re.compile(r"""[.!?:…][)"'”»*_`]*$""")


@dataclass
class Paragraph:
    """Lines of a paragraph or list item without their indentation; `first` counts from 1."""

    first: int
    indentation: str
    lines: list[str] = field(default_factory=list)

    def wrapped(self) -> Iterator[int]:
        """Yield the numbers of lines that end within a sentence."""
        for number, line in enumerate(self.lines[:-1], self.first):
            if not SENTENCE_END.search(line):
                yield number


def paragraphs(text: str) -> Iterator[Paragraph]:
    """Yield what is prose in a Markdown text."""
    current: Paragraph | None = None
    within = ""  # what ends the code or the comment that this line is in
    in_list = False
    for number, line in enumerate(text.split("\n"), 1):
        begins = "```" if line.lstrip().startswith("```") else "<!--" if "<!--" in line else ""
        closes = {"```": "```", "<!--": "-->"}
        item = ITEM.fullmatch(line)
        is_code = current is None and not in_list and line.startswith("    ")
        if within or begins or is_code or not line.strip() or ALONE.match(line) or item:
            if current is not None:
                yield current
            current = None
        if within:
            within = "" if within in line else within
        elif begins:
            end = closes[begins]
            within = "" if end in line.partition(begins)[2] else end
        elif is_code or ALONE.match(line) or not line.strip():
            in_list = in_list and not line.startswith("#")
        elif item:
            in_list = True
            current = Paragraph(number, " " * len(item["marker"]), [item["text"]])
        elif current is not None:
            current.lines.append(line.strip())
        else:
            in_list = in_list and line.startswith(" ")
            indentation = line[: len(line) - len(line.lstrip())]
            current = Paragraph(number, indentation, [line.strip()])
    if current is not None:
        yield current


def main() -> int:
    """Print where prose is wrapped within a sentence; 1 if it is anywhere."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in committed_files()
        if path.suffix == ".md"
        for paragraph in paragraphs(path.read_text(encoding="utf-8"))
        for number in paragraph.wrapped()
    ]
    for place in found:
        print(f"error: {place}: a line ends within a sentence", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
