"""Folders that lie in this machine's memory: what is written there reaches no disk but by swapping.

A session's own (`$XDG_RUNTIME_DIR`, emptied when the user logs out) and one for all (`/dev/shm`,
emptied when the machine stops).
"""

import os
import re
import stat
from pathlib import Path
from typing import Final

__all__ = ["memory_folders", "room_in_memory", "runtime_folder"]

_SHARED: Final = Path("/dev/shm")  # noqa: S108 - what lies in it lies in private folders
_MOUNTS: Final = Path("/proc/self/mountinfo")
_MEMORY: Final = Path("/proc/meminfo")
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
# A space in a path of that list is written as \040.
_ESCAPED: Final = re.compile(rb"\\([0-7]{3})")
_OTHERS: Final = 0o077
_KIB: Final = 1024


def runtime_folder() -> Path | None:
    """Return the folder of this user's session, if there is one that is open to nobody else."""
    folder = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if not folder.is_absolute():
        return None
    try:
        found = folder.lstat()
    except OSError:
        return None
    is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return folder if is_own and not found.st_mode & _OTHERS else None


def memory_folders() -> list[Path]:
    """Return the folders of this machine that lie in memory and can be written to."""
    own = runtime_folder()
    folders = [folder for folder in (own, _SHARED) if folder is not None]
    return [one for one in folders if _lies_in_memory(one) and os.access(one, os.W_OK | os.X_OK)]


def room_in_memory(folder: Path) -> int:
    """Return how many bytes a folder in memory takes without driving the machine to its limits."""
    disk = os.statvfs(folder)
    return min(disk.f_bavail * disk.f_frsize, _available() // 2)


def _available() -> int:
    """Return how many bytes of memory can be had, by the kernel's own guess."""
    try:
        lines = _MEMORY.read_text().splitlines()
    except OSError:
        return 0
    found = next((line for line in lines if line.startswith("MemAvailable:")), "")
    return int(found.split()[1]) * _KIB if found else 0


def _lies_in_memory(folder: Path) -> bool:
    try:
        place = folder.resolve(strict=True)
        mounts = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return False
    kinds: dict[Path, str] = {}
    for line in mounts:
        before, _dash, after = line.partition(b" - ")
        point = _ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), before.split()[4])
        kinds[Path(os.fsdecode(point))] = after.split()[0].decode()
    mounted = next(one for one in (place, *place.parents) if one in kinds)
    return kinds[mounted] in _IN_MEMORY
