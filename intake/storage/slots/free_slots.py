"""Free slots, from which one is drawn at random."""

import secrets
from collections.abc import Iterable
from typing import Final

__all__ = ["FREE_SHARE", "FreeSlots"]

FREE_SHARE: Final = 4
"""Slots are doubled when less than one in this many is free, so that there are enough to draw from
until the new ones are there."""


class FreeSlots:
    """The numbers of free slots, in no meaningful order."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._numbers = list(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def draw(self) -> int:
        """Remove one, each being equally likely, and return it."""
        index = secrets.randbelow(len(self._numbers))
        last = self._numbers.pop()
        if index == len(self._numbers):
            return last
        drawn, self._numbers[index] = self._numbers[index], last
        return drawn

    def any_one(self) -> int:
        """Return one, each being equally likely, and leave it."""
        return secrets.choice(self._numbers)

    def add(self, slots: Iterable[int]) -> None:
        """Know more free ones."""
        self._numbers.extend(slots)

    def numbers(self) -> list[int]:
        """All of them, in no meaningful order."""
        return list(self._numbers)
