"""One command at a time in one vault."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground.disk import locks
from ground.shell.refusals import Refusal

_LOCK_FILE = "lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a vault for this process alone; Refusal where another one is at work in it."""
    with locks.locked(folder / _LOCK_FILE, wait=False) as is_ours:
        if not is_ours:
            raise Refusal(
                "another command is at work in this vault",
                "wait until it has ended, then try again",
            )
        yield
