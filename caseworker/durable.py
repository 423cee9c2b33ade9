"""Files and folders that are there whole, or not at all, whatever stops the machine.

Until then they lie beside their name as NAME.XXXXXXXX.part. Whoever is stopped takes that away;
what a kill or a power cut left is taken away by the next who writes to the same name.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from caseworker.errors import Refusal

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def write_new_file(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Make a file that is there only once it is complete and on the disk; never over another."""
    refuse_existing(path)
    _remove_left_over(path)
    unfinished = _beside(path)
    try:
        with open_private(unfinished) as file:
            _hold(file.fileno())
            write(file)
            sync_file(file)
        refuse_existing(path)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def replace_file(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Give a file another content: at every moment the old one is there, whole, or the new one."""
    unfinished = _beside(path)
    try:
        with open_private(unfinished) as file:
            write(file)
            sync_file(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to fill, which takes its name once all is well, else is removed."""
    refuse_existing(path)
    if not path.parent.is_dir():
        raise Refusal(f"there is no folder {path.parent}", f"make it first: mkdir -p {path.parent}")
    _remove_left_over(path)
    unfinished = _beside(path)
    unfinished.mkdir(mode=PRIVATE_FOLDER)
    descriptor = os.open(unfinished, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _hold(descriptor)
        yield unfinished
        sync_tree(unfinished)
        refuse_existing(path)
        unfinished.rename(path)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def refuse_existing(path: Path) -> None:
    """Raise Refusal where something of that name is there."""
    if os.path.lexists(path):
        raise Refusal(f"{path} is there already", "nothing is overwritten: choose another name")


def open_private(path: Path) -> BinaryIO:
    """Open a new file for writing that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb")


def sync_file(file: BinaryIO) -> None:
    """Return when what was written to a file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Return when every file and name below a folder is on the disk."""
    for parent, _folders, names in os.walk(folder):
        for name in names:
            with (Path(parent) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(parent))


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")


def _hold(descriptor: int) -> None:
    """Show others that somebody is at work on what is open here."""
    # A stick whose file system knows no locks takes the file all the same.
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def left_over(path: Path) -> Iterator[Path]:
    """Yield what somebody who was killed left of the file or folder that gets this name."""
    unfinished = re.compile(re.escape(path.name) + r"\.[0-9a-f]{8}\.part")
    for entry in path.parent.iterdir():
        if unfinished.fullmatch(entry.name) and not _is_held(entry):
            yield entry


def _remove_left_over(path: Path) -> None:
    for entry in left_over(path):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)


def _is_held(path: Path) -> bool:
    """Tell whether somebody is at work on it, or whether that cannot be known."""
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
