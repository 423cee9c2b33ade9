"""Files that somebody is still writing to."""

import asyncio
from pathlib import Path
from typing import Final

__all__ = ["until_quiet"]

QUIET_SECONDS: Final = 1.0
"""How long a file that changed has to stay as it is before it is read anew."""

QUIET_WITHIN: Final = 10
"""How many times that is waited for; then it is read as it is."""


async def until_quiet(path: Path) -> None:
    """Wait while somebody writes to a file: many begin with an empty one, which would be sent."""
    before: tuple[int, int] | None = None
    for turn in range(QUIET_WITHIN):
        now = await asyncio.to_thread(_size_and_time, path)
        if turn and now == before:
            return
        before = now
        await asyncio.sleep(QUIET_SECONDS)


def _size_and_time(path: Path) -> tuple[int, int] | None:
    """Return size and time of a file, None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
