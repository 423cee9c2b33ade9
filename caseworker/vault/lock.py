"""One command at a time in one vault."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caseworker.durable import PRIVATE_FILE
from caseworker.errors import Refusal

_LOCK_FILE = "lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a vault for this process alone; Refusal where another one does."""
    descriptor = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        _take(descriptor)
        yield
    finally:
        # The lock ends with the descriptor, also when this process is killed.
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refusal(
            "another command is at work in this vault", "wait until it has ended, then try again"
        ) from None
