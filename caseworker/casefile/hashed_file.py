"""A file that a thread writes and hashes while the pieces that follow are being opened."""

import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from crypto.sizes import PIECE_SIZE
from ground.disk.durable import open_private, sync_file

# So many pieces wait at most, 16 MB: enough to go on while the disk is busy.
_WAITING_MAX = 64
# The disk is given its work piecemeal, so that not all of it is left for the end.
_SYNCED_EVERY = 64 * PIECE_SIZE


class HashedFile:
    """A new file for its owner alone. As a context, it is closed in the end, whatever happens."""

    def __init__(self, path: Path) -> None:
        self._file = open_private(path)
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[Future[None]] = deque()
        self._digest = hashlib.sha256()
        self._not_synced = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._file.close()

    def add(self, piece: bytes) -> None:
        """Take a piece; raises OSError where one that was taken before could not be written."""
        self._waiting.append(self._thread.submit(self._write, piece))
        if len(self._waiting) > _WAITING_MAX:
            self._waiting.popleft().result()

    def finish(self) -> str:
        """Return the SHA-256 of all pieces, in hexadecimal, when they are on the disk."""
        while self._waiting:
            self._waiting.popleft().result()
        sync_file(self._file)
        return self._digest.hexdigest()

    def _write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._digest.update(piece)
        self._not_synced += len(piece)
        if self._not_synced >= _SYNCED_EVERY:
            self._not_synced = 0
            self._file.flush()
            os.fdatasync(self._file.fileno())
