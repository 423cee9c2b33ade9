"""What a command says where the disk under the data folder does not do as it is told."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ground.disk.room import free_bytes, is_full
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.storage.folder import DataFolder

FULL_BYTES: Final = 1024 * 1024
"""With less than this free, whatever failed is put down to the full disk: SQLite calls it an
input or output error where it could not make one of its smaller files."""

STORAGE_FAULTS: Final = (sqlite3.Error, OSError)
"""What reading and writing a data folder may raise, where its disk is at fault."""


@contextmanager
def disk_faults_said(folder: DataFolder, rest: str = "nothing was changed") -> Iterator[None]:
    """Turn an error of the disk into a `Refusal`; `rest` says what became of everything else."""
    try:
        yield
    except STORAGE_FAULTS as error:
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
            f"the disk under {foreign_path(folder.path)} is full",
            "make room on it, then type the same again",
        )
    return (
        f"the data folder {foreign_path(folder.path)} could not be read or written ({name})",
        "look after its disk, then type the same again",
    )


def _is_full(folder: DataFolder, error: Exception, name: str | None) -> bool:
    if name == "SQLITE_FULL" or (isinstance(error, OSError) and is_full(error)):
        return True
    return free_bytes(folder.path) < FULL_BYTES
