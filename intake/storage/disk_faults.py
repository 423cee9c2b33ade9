"""What a command says where the disk under the data folder does not do as it is told."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from intake.errors import Refusal
from intake.storage.folder import DataFolder

FULL_BYTES: Final = 1024 * 1024
"""With less than this free, whatever failed is put down to the full disk: SQLite calls it an
input or output error where it could not make one of its smaller files."""

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def disk_faults_said(folder: DataFolder, rest: str = "nothing was changed") -> Iterator[None]:
    """Turn an error of the disk into a `Refusal`; `rest` says what became of everything else."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        problem, hint = _words(folder, error)
        raise Refusal(f"{problem}; {rest}", hint) from None


def _words(folder: DataFolder, error: sqlite3.Error | OSError) -> tuple[str, str]:
    name = getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None)
    if name == "SQLITE_BUSY":
        return (
            "another process kept the database for itself all the time",
            "wait until that has ended, then type the same again",
        )
    if _is_full(folder, error, name):
        return (
            f"the disk under {folder.path} is full",
            "make room on it, then type the same again",
        )
    return (
        f"the data folder {folder.path} could not be read or written ({name})",
        "look after its disk, then type the same again",
    )


def _is_full(folder: DataFolder, error: Exception, name: str | None) -> bool:
    if name == "SQLITE_FULL" or getattr(error, "errno", None) in _NO_ROOM:
        return True
    disk = os.statvfs(folder.path)
    return disk.f_bavail * disk.f_frsize < FULL_BYTES
