"""Text measured by the columns that a terminal gives it, not by its letters.

Terminals disagree on what joins (emoji, flags, U+FE0F): some draw each letter by itself. The most
that any of them takes counts, so that a line is never wider than it was measured; a library's own
wrapping counts the least.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from functools import lru_cache

__all__ = [
    "columns_of",
    "cut",
    "encoding_of_output",
    "lines_must_fit",
    "padded",
    "terminal_columns",
    "wrapped",
]

_UNKNOWN = (80, 24)
_EMOJI_STYLE = "\ufe0f"
# However narrow the terminal, a line holds so much of a text: else it would never end.
_LEAST = 4


def terminal_columns() -> int:
    """Return how wide the terminal is; 80 where there is none."""
    return shutil.get_terminal_size(_UNKNOWN).columns


def lines_must_fit() -> bool:
    """Tell whether somebody looks at a terminal, or has said how wide one is."""
    return os.environ.get("COLUMNS", "").isdigit() or (sys.stdout is not None and _is_terminal())


def columns_of(text: str) -> int:
    """Return how many columns a safe line takes at most."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, room: int) -> str:
    """Return the beginning of a safe line that fits, with an ellipsis where it goes on."""
    if _fitting(text, 0, room) == len(text):
        return text
    if room <= 0:
        return ""
    return text[: _fitting(text, 0, room - 1)].rstrip() + _ellipsis(encoding_of_output())


def padded(text: str, room: int, *, right: bool = False) -> str:
    """Return a text with spaces up to so many columns, before it where it stands to the right."""
    space = " " * max(0, room - columns_of(text))
    return space + text if right else text + space


def wrapped(text: str, room: int, *, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield a safe line as lines of at most `room` columns, broken between words where possible.

    The first one begins with `first`, those that follow with `rest`. No letter but the spaces at
    which a line is broken is left out.
    """
    lead, at = first, 0
    while True:
        end = _fitting(text, at, max(room - columns_of(lead), _LEAST))
        if end == len(text):
            yield lead + text[at:]
            return
        end = max(end, at + 1)
        space = end if text[end] == " " else text.rfind(" ", at, end) + 1
        if text[at:space].strip():
            end = space
        yield lead + text[at:end].rstrip(" ")
        lead, at = rest, end
        while at < len(text) and text[at] == " ":
            at += 1


def encoding_of_output() -> str:
    """Return the encoding of what is printed."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _fitting(text: str, at: int, room: int) -> int:
    """Return up to which letter, from one on, a text fits."""
    if text.isascii():
        return min(len(text), at + max(room, 0))
    width = 0
    for place in range(at, len(text)):
        width += _columns(text[place])
        if width > room:
            return place
    return len(text)


def _ellipsis(encoding: str) -> str:
    try:
        "…".encode(encoding)
    except UnicodeEncodeError:
        return "."
    return "…"


@lru_cache(maxsize=4096)
def _columns(letter: str) -> int:
    if letter.isascii() or letter == _EMOJI_STYLE:
        return 1
    # Its tables take a tenth of a second to load, which plain English need not wait for.
    from wcwidth import wcwidth

    return max(wcwidth(letter), 0)


def _is_terminal() -> bool:
    return not sys.stdout.closed and sys.stdout.isatty()
