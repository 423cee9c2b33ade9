"""Private folders that one run works in: held while it lives, found by the next when it is dead.

Who makes one holds a lock on the file `.held` in it, which the kernel drops when the process ends,
however it ends. Nobody removes a folder that somebody holds.
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ground.disk.durable import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder
from ground.disk.replaced_files import wipe_tree

__all__ = [
    "HELD",
    "HeldFolder",
    "hold_folder",
    "is_any_left",
    "left_by_the_dead",
    "new_held_folder",
]

HELD: Final = ".held"
"""The name of the file that is locked."""

_RANDOM_BYTES: Final = 8


@dataclass
class HeldFolder:
    """A folder that this run alone works in; `descriptor` is what holds it."""

    path: Path
    descriptor: int

    def move_to(self, path: Path) -> None:
        """Give it another name, durably; it stays held."""
        self.path = self.path.rename(path)
        sync_folder(path.parent)

    def remove(self) -> None:
        """Remove it, once everything else in it is gone, and hold it no longer."""
        (self.path / HELD).unlink(missing_ok=True)
        self.path.rmdir()
        sync_folder(self.path.parent)
        self.release()

    def wipe(self) -> None:
        """Overwrite every file in it, remove it, and hold it no longer."""
        wipe_tree(self.path)
        self.release()

    def release(self) -> None:
        """Hold it no longer."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


def new_held_folder(parent: Path, prefix: str) -> HeldFolder:
    """Make a folder, for its owner alone, under a name drawn by lot."""
    while True:
        path = parent / f"{prefix}{secrets.token_hex(_RANDOM_BYTES)}"
        path.mkdir(mode=PRIVATE_FOLDER)
        # Another run that looks for folders of the dead may have taken it in between.
        if held := hold_folder(path):
            return held


def hold_folder(folder: Path) -> HeldFolder | None:
    """Hold a folder that is there; None where another run holds it, or it is gone."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(folder / HELD, flags, PRIVATE_FILE)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:
            return HeldFolder(folder, descriptor)
    except BlockingIOError:
        pass
    os.close(descriptor)
    return None


def left_by_the_dead(parent: Path, prefix: str) -> Iterator[HeldFolder]:
    """Yield each folder of ours that begins so and that nobody holds, held by us from now on.

    Others may keep something under such a name: what was never held is left alone, unless empty.
    """
    try:
        entries = sorted(parent.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(prefix) and _is_own(entry) and (held := hold_folder(entry)):
            yield held


def is_any_left(parent: Path, prefix: str) -> bool:
    """Tell whether a folder of ours that begins so is there, held by anybody or not."""
    try:
        return any(one.name.startswith(prefix) and _is_own(one) for one in parent.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _is_own(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return False
    return (folder / HELD).is_file() or not any(folder.iterdir())
