"""The line to the server, which may break: what was asked is tried again until it succeeds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from intake.source.reach.api import ServerError

__all__ = ["GaveUpError", "Line", "Waiting"]

DELAYS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds before the next try, after one failure, two, and so on: at first soon, then patiently."""

CLOSED_DELAY: Final = 300.0
"""A server that says why it takes nothing opens at fixed hours only."""


class GaveUpError(Exception):
    """Nothing has succeeded for as long as the person was willing to wait."""


@dataclass(frozen=True)
class Waiting:
    """A try failed: how many seconds until the next, and the server's code, or none."""

    seconds: float
    code: str


class Line:
    """Carries requests over a server that is away, for `patience` seconds without any success."""

    def __init__(self, patience: float, tell: Callable[[Waiting | None], None]) -> None:
        self._patience = patience
        self._tell = tell
        self._last_success = time.monotonic()

    async def carry(self, attempt: Callable[[], Awaitable[None]]) -> None:
        """Run `attempt` until it succeeds. Raises GaveUpError, and what waiting cannot mend."""
        failures = 0
        while True:
            try:
                await attempt()
            except ServerError as error:
                if not error.passes:
                    raise
                await self._wait(error, failures)
                failures += 1
            else:
                self._last_success = time.monotonic()
                if failures:
                    self._tell(None)
                return

    async def _wait(self, error: ServerError, failures: int) -> None:
        closed = error.status == 503 and error.code != ""
        delay = CLOSED_DELAY if closed else DELAYS[min(failures, len(DELAYS) - 1)]
        left = self._last_success + self._patience - time.monotonic()
        if left <= 0:
            raise GaveUpError from None
        delay = min(delay, left)
        self._tell(Waiting(delay, error.code))
        await asyncio.sleep(delay)
