"""What was connected and is over is given back, for memory that is given back is overwritten.

`Forgetting` collects what refers to itself and empties the libraries' caches of hosts and paths.
"""

import asyncio
import functools
import gc
from typing import Final

PAUSE_SECONDS: Final = 1.0
"""At most this long after a connection has closed, what it left is given back."""


class Forgetting:
    """Gives back what connections that are over have left. Used from one event loop."""

    def __init__(self) -> None:
        gc.collect()
        self._caches = [one for one in gc.get_objects() if isinstance(one, _Cache)]
        # What is here now stays, and need not be looked through each time.
        gc.freeze()
        self._closed = asyncio.Event()

    def connection_closed(self) -> None:
        """Let what it left be given back soon."""
        self._closed.set()

    async def run_forgetting(self) -> None:
        """Until cancelled, soon after connections have closed."""
        while True:
            await self._closed.wait()
            await asyncio.sleep(PAUSE_SECONDS)
            self._closed.clear()
            self.forget()

    def forget(self) -> None:
        """Empty the libraries' caches of hosts and paths, and collect what refers to itself."""
        for cache in self._caches:
            cache.cache_clear()
        gc.collect()


_Cache: Final = functools._lru_cache_wrapper
