"""Foreign text made safe to show: it cannot move the cursor, hide, reorder or imitate."""

import unicodedata
from collections.abc import Iterator

# They join letters of scripts that people write in, and can do no harm.
_JOINERS = "\u200c\u200d"
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def safe_line(text: str) -> str:
    """Return a text for one line: control, format and bidirectional characters stand as codes."""
    return "".join(_shown(letter) for letter in text)


def safe_lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, each made safe."""
    for line in text.replace("\r\n", "\n").split("\n"):
        yield safe_line(line.replace("\t", "    "))


def shortened(text: str, letters: int) -> str:
    """Return the beginning of a text, white space folded, on one safe line."""
    folded = safe_line(" ".join(text.split()))
    return folded if len(folded) <= letters else folded[: letters - 1] + "…"


def _shown(letter: str) -> str:
    if letter in _JOINERS or unicodedata.category(letter) not in _UNSAFE:
        return letter
    return f"<U+{ord(letter):04X}>"
