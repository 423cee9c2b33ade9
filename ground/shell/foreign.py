"""Text from outside, as a type: what a source, an office, a stick or a device's user wrote.

It cannot move the cursor, hide, reorder or imitate what this program says. There is one rule:

- what is shown as it is: letters, marks, digits, punctuation, symbols and every space of Unicode,
  and the two joiners that scripts and emoji need (U+200C, U+200D);
- all else (controls, format and bidirectional characters, line and paragraph separators,
  surrogates, private and unassigned code points), and what the terminal's encoding has no letter
  for, stands as its code, `<U+202E>`.

Made safe twice a text stays the same, so the frame may do it again to all that it prints.
"""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ground.shell.columns import cut, encoding_of_output, wrapped

__all__ = ["ForeignText", "foreign_path", "safe_line", "safe_lines"]

_JOINERS = "\u200c\u200d"
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_TAB = "    "
_BAR = "  | "


@dataclass(frozen=True, repr=False)
class ForeignText:
    """A text from outside. What `str` and an f-string make of it is one safe line.

    `raw` is the text itself, for whatever is no terminal: files, JSON, comparisons.
    """

    raw: str

    def __str__(self) -> str:
        return safe_line(self.raw)

    def __format__(self, spec: str) -> str:
        return format(safe_line(self.raw), spec)

    def __repr__(self) -> str:
        return "ForeignText(hidden)"

    def lines(self) -> Iterator[str]:
        """Yield its lines, each safe, however long."""
        return safe_lines(self.raw)

    def quoted(self, room: int) -> Iterator[str]:
        """Yield its lines behind a bar that it cannot leave, none wider than `room` columns."""
        for line in self.lines():
            for piece in wrapped(line, room, first=_BAR, rest=_BAR):
                yield piece.rstrip() if piece.strip() == "|" else piece

    def cut(self, room: int) -> str:
        """Return its beginning on one safe line of at most `room` columns, white space folded."""
        return cut(safe_line(" ".join(self.raw.split())), room)


def foreign_path(path: Path) -> ForeignText:
    """Return a path as it is shown: a name on a stick is foreign too, and need not be Unicode."""
    return ForeignText(os.fsencode(path).decode("utf-8", "surrogateescape"))


def safe_line(text: str) -> str:
    """Return a text for one line."""
    if text.isascii() and text.isprintable():
        return text
    encoding = encoding_of_output()
    return "".join(_shown(letter, encoding) for letter in text)


def safe_lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, each made safe; a tab takes four columns."""
    for line in text.replace("\r\n", "\n").split("\n"):
        yield safe_line(line.replace("\t", _TAB))


@lru_cache(maxsize=4096)
def _shown(letter: str, encoding: str) -> str:
    if letter in _JOINERS or unicodedata.category(letter) not in _UNSAFE:
        with suppress(UnicodeEncodeError):
            letter.encode(encoding)
            return letter
    return f"<U+{ord(letter):04X}>"
