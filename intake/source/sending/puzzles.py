"""The work that an office may ask for with an upload, against floods: SPEC 11."""

import asyncio
import threading

from crypto.names import Address, ChunkId, Day, GenesisId
from crypto.puzzle import solve_puzzle
from intake.clock import today
from intake.source.person.upload_progress import ProgressInWords

__all__ = ["Work"]


class _StoppedError(Exception):
    """Nobody waits for it any more."""


class Work:
    """Solves the puzzles of one message, one at a time: more at once would be no faster."""

    def __init__(self) -> None:
        self._alone = asyncio.Lock()
        self._headers: dict[bytes, tuple[Day, int, str]] = {}

    async def header(
        self,
        genesis_id: GenesisId,
        kind: int,
        path_hash: Address | ChunkId,
        bits: int,
        progress: ProgressInWords,
    ) -> str:
        """Return the header of an upload, empty where it takes no work.

        An upload that is tried again has the same one, unless it is another day or the office asks
        for more.
        """
        if not bits:
            return ""
        async with self._alone:
            day = today()
            if self._headers.get(path_hash, ())[:2] != (day, bits):
                puzzle = (genesis_id, kind, path_hash, bits, day)
                self._headers[path_hash] = (day, bits, await _solved(puzzle, progress))
            return self._headers[path_hash][2]


async def _solved(
    puzzle: tuple[GenesisId, int, Address | ChunkId, int, Day], progress: ProgressInWords
) -> str:
    tries = 1 << puzzle[3]
    is_over = threading.Event()

    def tell(tried: int) -> None:
        # Ctrl-C ends the waiting alone; the thread would go on, and the program wait for it.
        if is_over.is_set():
            raise _StoppedError
        progress.working(tried, tries)

    try:
        return await asyncio.to_thread(solve_puzzle, *puzzle, tell)
    finally:
        is_over.set()
