"""Sets of characters that must be the same on every device: SPEC 6.1 and 7.2.

Written out, since the categories of Unicode grow with each version, and a source's device and the
office's have different ones.
"""

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import Final

__all__ = ["WHITE_SPACE", "fold", "is_forbidden", "is_sign"]

Ranges = tuple[tuple[int, int], ...]

WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

# SPEC 7.2
_FORBIDDEN: Final[Ranges] = (
    (0x0000, 0x001F),
    (0x007F, 0x009F),
    (0x00AD, 0x00AD),
    (0x0600, 0x0605),
    (0x061C, 0x061C),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x206F),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0001, 0xE0001),
    (0xE0020, 0xE007F),
)
# SPEC 6.1
_SIGNS: Final[Ranges] = (
    (0x0000, 0x0040),
    (0x005B, 0x0060),
    (0x007B, 0x00A9),
    (0x00AB, 0x00B4),
    (0x00B6, 0x00B9),
    (0x00BB, 0x00BF),
    (0x2000, 0x206F),
    (0x2100, 0x214F),
    (0xFEFF, 0xFEFF),
)
_FOLDED: Final[Ranges] = (
    (0x0000, 0x024F),
    (0x0300, 0x036F),
    (0x0400, 0x052F),
    (0x1E00, 0x1EFF),
    (0xFB00, 0xFB06),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
)
_MARKS: Final[Ranges] = ((0x0300, 0x036F),)


def is_forbidden(character: str) -> bool:
    """Tell whether a file name may not hold a character."""
    return _within(character, _FORBIDDEN)


def is_sign(character: str) -> bool:
    """Tell whether a character is no part of any word."""
    return _within(character, _SIGNS)


def fold(text: str) -> str:
    """Return a text without what spelling leaves open: case, accents, wide and joined letters."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if not _within(character, _FOLDED):
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_lower(part) for part in parts if not _within(part, _MARKS))


def _lower(character: str) -> str:
    return character.lower() if _within(character, _FOLDED) else character


def _within(character: str, ranges: Ranges) -> bool:
    code = ord(character)
    place = bisect_right(ranges, code, key=lambda one: one[0]) - 1
    return place >= 0 and code <= ranges[place][1]
