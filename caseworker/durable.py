"""Files and folders that are there whole, or not at all, whatever stops the machine."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from caseworker.errors import Refusal

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def write_new_file(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Make a file that is there only once it is complete and on the disk; never over another."""
    refuse_existing(path)
    unfinished = _beside(path)
    try:
        with open_private(unfinished) as file:
            write(file)
            sync_file(file)
        refuse_existing(path)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to fill, which takes its name once all is well, else is removed."""
    refuse_existing(path)
    if not path.parent.is_dir():
        raise Refusal(f"there is no folder {path.parent}", f"make it first: mkdir -p {path.parent}")
    unfinished = _beside(path)
    unfinished.mkdir(mode=PRIVATE_FOLDER)
    try:
        yield unfinished
        sync_tree(unfinished)
        refuse_existing(path)
        unfinished.rename(path)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
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
    return path.with_name(f".{path.name}.unfinished-{secrets.token_hex(4)}")
