"""Tables, quoted texts and sizes, for people at a terminal."""

import shutil
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from caseworker.terminal.escaping import safe_lines

_WIDTH_MAX = 100
_GAP = "  "
_QUOTE = "  | "


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: str = "") -> str:
    """Return lines in columns; `numbers` names by heading those that stand to the right."""
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(map(_width, column)) for column in columns]
    right = set(numbers.split())
    lines = []
    for row in (headings, *rows):
        cells = (
            _padded(cell, width, heading in right)
            for cell, width, heading in zip(row, widths, headings, strict=True)
        )
        lines.append(_GAP.join(cells).rstrip())
    return "\n".join(lines)


def quoted(text: str) -> Iterator[str]:
    """Yield the lines of a foreign text, each behind a bar that the text itself cannot leave."""
    room = min(shutil.get_terminal_size().columns, _WIDTH_MAX) - len(_QUOTE)
    for line in safe_lines(text):
        for piece in textwrap.wrap(line, max(room, 20), replace_whitespace=False) or [""]:
            yield _QUOTE + piece


def size_text(size: int) -> str:
    """Return a number of bytes as people read it, `3.1 MB`."""
    if size < 1000:
        return f"{size} bytes" if size != 1 else "1 byte"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def time_text(seconds: int) -> str:
    """Return a length of time in its two largest units at most, `2 min 5 s`."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its word, `1 case`, `2 cases`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _padded(cell: str, width: int, right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if right else cell + space


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    marks = sum(unicodedata.combining(letter) != 0 for letter in text)
    return len(text) + wide - marks
