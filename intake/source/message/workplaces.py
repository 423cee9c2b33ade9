"""Where a copy of a file lies, open, while hidden data is taken out of it: in memory if it can be.

A place is a private folder with the copy and all that the cleaner writes. It is overwritten and
removed when the cleaning ends, however it ends; what a kill leaves, the next run removes. Of a
place on a disk a note is left first: the next run may have another temporary folder.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ground.disk.held_folders import HeldFolder, is_any_left, left_by_the_dead, new_held_folder
from ground.disk.memory_folders import memory_folders, room_in_memory

__all__ = [
    "NoRoomError",
    "Workplace",
    "at_work",
    "remove_left_in",
    "remove_left_workplaces",
    "workplaces",
]

_PREFIX: Final = "fidelio-cleaning-"
_TIMES: Final = 3
"""The copy, the clean one that `mat2` writes beside it, and what it unpacks an archive into."""


class NoRoomError(Exception):
    """A place takes no file, or not this one and what the cleaner makes of it."""


@dataclass(frozen=True)
class Workplace:
    """A folder in which places are made; `on_disk` where it does not lie in memory."""

    parent: Path
    on_disk: bool

    @property
    def free(self) -> int:
        """How many bytes it still takes."""
        if self.on_disk:
            return shutil.disk_usage(self.parent).free
        return room_in_memory(self.parent)


def workplaces(size: int) -> Iterator[Workplace]:
    """Yield where a file of so many bytes may be cleaned: what lies in memory first."""
    for folder in memory_folders():
        if room_in_memory(folder) >= _TIMES * size:
            yield Workplace(folder, on_disk=False)
    yield Workplace(Path(tempfile.gettempdir()), on_disk=True)


@contextmanager
def at_work(workplace: Workplace) -> Iterator[HeldFolder]:
    """Give a place for one file, which is overwritten and removed in the end; NoRoomError."""
    try:
        place = new_held_folder(workplace.parent, _PREFIX)
    except OSError:
        raise NoRoomError from None
    try:
        yield place
    finally:
        place.wipe()


def remove_left_workplaces() -> None:
    """Overwrite and remove what runs that were killed left where files are cleaned."""
    parents = {*memory_folders(), Path(tempfile.gettempdir())}
    for parent in parents:
        # What cannot be removed now is found by the next run.
        with suppress(OSError):
            remove_left_in(parent)


def remove_left_in(parent: Path) -> bool:
    """Overwrite and remove what killed runs left in a folder; False where some of ours stays.

    A cleaner may outlive its run, and holds its place until it ends. OSError where the folder
    cannot be looked into. No other folders are touched, whoever named this one.
    """
    for place in left_by_the_dead(parent, _PREFIX):
        with suppress(OSError):
            place.wipe()
        place.release()
    return not is_any_left(parent, _PREFIX)
