"""Days and texts as a person reads them."""

import time
from datetime import date
from typing import Final

_SECONDS_A_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()


def today() -> int:
    """Return the day, as days since 1970-01-01, UTC."""
    return int(time.time() // _SECONDS_A_DAY)


def iso(day: int) -> str:
    """Return a day as 2031-05-17."""
    return date.fromordinal(_EPOCH + day).isoformat()


def shown(text: str) -> str:
    """Return a text from outside without what a terminal would obey."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
