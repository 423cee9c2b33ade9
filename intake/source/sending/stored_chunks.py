"""Which chunks of a message are stored, counted so that another run can go on from there."""

import time
from collections.abc import Iterator
from typing import Final

from crypto.lifetimes import STORED_FOR_DAYS
from crypto.names import Day
from intake.source.message.pieces import Outgoing
from intake.source.sending.unsent import StoredCount, Unsent

__all__ = ["StoredChunks"]

SAVED_EVERY: Final = 16
SAVED_SECONDS: Final = 1.0
"""What a kill may cost: so many chunks, 4 MiB, and on a slow line what went in so many seconds."""


class StoredChunks:
    """Which chunks are stored: all up to a number, and some beyond it."""

    def __init__(self, unsent: Unsent) -> None:
        self._unsent = unsent
        count = unsent.load_count()
        self._from_start = count.chunks if count else 0
        self._since = count.since if count else Day(0)
        self._beyond: set[int] = set()
        self._saved = self._from_start
        self._saved_at = time.monotonic()

    @property
    def chunks(self) -> int:
        """How many are stored."""
        return self._from_start + len(self._beyond)

    def too_old(self, day: Day) -> bool:
        """Tell whether chunks were stored so long ago that they have to be sent again."""
        return self.chunks > 0 and day - self._since >= STORED_FOR_DAYS

    def count_on(self, total: int, day: Day) -> None:
        """Go on counting on a day, of `total` chunks."""
        if self._from_start > total or self.too_old(day):
            self.begin_again(0)
        if not self.chunks:
            self._since = day

    def begin_again(self, still_stored: int) -> None:
        """Count from an earlier chunk on, or from the first."""
        self._from_start = min(self._from_start, still_stored)
        self._beyond = set()
        self.save()

    def missing(self, files: list[Outgoing]) -> Iterator[tuple[int, int, int]]:
        """Yield, for each chunk that is not stored, its number, its file's place and its index."""
        number = 0
        for place, file in enumerate(files):
            for index in range(file.snapshot.chunks):
                if number >= self._from_start and number not in self._beyond:
                    yield number, place, index
                number += 1

    def add(self, number: int) -> None:
        """Count a chunk as stored."""
        self._beyond.add(number)
        while self._from_start in self._beyond:
            self._beyond.remove(self._from_start)
            self._from_start += 1
        more = self._from_start - self._saved
        late = time.monotonic() - self._saved_at >= SAVED_SECONDS
        if more >= SAVED_EVERY or (more and late):
            self.save()

    def save(self) -> None:
        """Save the count, for another run."""
        self._saved, self._saved_at = self._from_start, time.monotonic()
        self._unsent.save_count(StoredCount(self._from_start, self._since))
