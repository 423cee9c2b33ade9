"""What is on the disk, and not in the machine's memory alone, when these return."""

import os
from pathlib import Path
from typing import BinaryIO

__all__ = [
    "PRIVATE_FILE",
    "PRIVATE_FOLDER",
    "open_private",
    "sync_file",
    "sync_folder",
    "sync_tree",
]

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def open_private(path: Path) -> BinaryIO:
    """Open a new file for writing that only its owner can read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb")


def sync_file(file: BinaryIO) -> None:
    """Return when what was written to a file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk.

    After a power cut, a synced file may be gone where its folder was not.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Return when every file and name below a folder is on the disk."""
    for parent, _folders, names in os.walk(folder):
        for name in names:
            _sync_named(Path(parent) / name)
        sync_folder(Path(parent))


def _sync_named(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
