"""How fast a message goes out: how much at once, and how long to wait for an answer."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from intake.source.reach.api import ServerError

__all__ = ["Pace"]

SLOW_SECONDS: Final = 15.0
"""A line that takes longer for a chunk carries one at a time, so that none runs out of time."""

FIRST_SECONDS: Final = 60.0
"""How long a chunk may take before anything is known of the line."""

PATIENCE: Final = 8
"""How much longer than the last one a chunk may take before it counts as lost."""

MIN_SECONDS: Final = 30.0
MAX_SECONDS: Final = 300.0
"""The least and the most that it may take: 256 KiB in 300 seconds are 874 bytes a second."""


class Pace:
    """Lets the uploads of one message go. The first goes alone: it tells how fast the line is."""

    def __init__(self) -> None:
        self._took: float | None = None
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[float]:
        """Wait until an upload may go, give the seconds that it may take, and learn from it."""
        if self._took is not None and self._took <= SLOW_SECONDS:
            with self._learning() as seconds:
                yield seconds
            return
        async with self._alone:
            with self._learning() as seconds:
                yield seconds

    @contextmanager
    def _learning(self) -> Iterator[float]:
        began = time.monotonic()
        try:
            yield self._seconds()
        except ServerError:
            # A refusal says nothing of the line when it comes at once. What broke off after a
            # while, or ran out of time, would have taken at least as long.
            took = time.monotonic() - began
            if took > SLOW_SECONDS:
                self._took = max(took, self._took or 0)
            raise
        self._took = time.monotonic() - began

    def _seconds(self) -> float:
        if self._took is None:
            return FIRST_SECONDS
        return min(MAX_SECONDS, max(MIN_SECONDS, PATIENCE * self._took))
