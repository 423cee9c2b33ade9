"""Files that are there whole or not at all, the old ones or the new ones, whenever the power goes.

A new file lies beside its name as NAME.XXXXXXXX.part until it is whole. Whoever is stopped takes
that away; what a kill left is taken away by the next run that writes to the same name.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["new_file", "replace_file"]


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write, readable by its owner alone, that gets its name once it is whole.

    FileExistsError, and no file, where something has that name by then.
    """
    _remove_left_over(path)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with _private(part) as file:
            # A stick whose file system knows no locks takes the file all the same.
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Put a file's new content in its place at once, on the disk, readable by its owner alone."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with _private(new) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _name(part: Path, path: Path) -> None:
    """Give a file its name, never over another; FileExistsError where there is one."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        # A stick's file system may know no links.
        if os.path.lexists(path):
            raise FileExistsError from None
        part.rename(path)


def _remove_left_over(path: Path) -> None:
    left = re.compile(re.escape(path.name) + r"\.[0-9a-f]{8}\.part")
    for entry in path.parent.iterdir():
        if left.fullmatch(entry.name) and not _is_held(entry):
            entry.unlink(missing_ok=True)


def _is_held(path: Path) -> bool:
    """Tell whether another run is at work on it, or whether that cannot be known."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
