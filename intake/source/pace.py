"""How fast a message goes out: a line that is slow carries one chunk at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from intake.source.api import ServerError

__all__ = ["Pace"]

SLOW_SECONDS: Final = 15.0
"""A line that takes longer for a chunk carries one at a time, so that none runs out of time."""


class Pace:
    """Lets the uploads of one message go. The first goes alone: it tells how fast the line is."""

    def __init__(self) -> None:
        self._is_slow = True
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until an upload may go, and learn from how long it takes."""
        if not self._is_slow:
            with self._learning():
                yield
            return
        async with self._alone:
            with self._learning():
                yield

    @contextmanager
    def _learning(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except ServerError:
            # A refusal says nothing of the line when it comes at once.
            if time.monotonic() - began > SLOW_SECONDS:
                self._is_slow = True
            raise
        self._is_slow = time.monotonic() - began > SLOW_SECONDS
