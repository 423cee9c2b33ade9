"""Files whose content is replaced as a whole: at every moment the old one is there, or the new one.

What is a secret is overwritten where it lay before it goes: `wipe_file`, and `wipe_tree` for all
that lies in a folder. Disks of flash memory and file systems that copy on write keep old blocks
whatever is written over them.

`replace_file` is for what is no secret, or is sealed; what a kill left of it, NAME.XXXXXXXX.new, is
taken away by the next. `replace_secret_file` also overwrites the old bytes where they lay, so that
nothing of them is left in a free block of the disk. It uses three names, and at most two files at a
time:

    NAME            the one in force
    NAME.new        its replacement until it is complete; the one in force where the first name is
                    missing
    NAME.retired    what was replaced, until it is overwritten; the one in force where a disk has
                    lost both other names

Whoever writes or finishes such a file holds a lock of its own.
"""

import glob
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from ground.disk.durable import open_private, sync_file, sync_folder

__all__ = [
    "finish_replacing",
    "give_second_name",
    "is_there",
    "overwrite_file",
    "replace_file",
    "replace_secret_file",
    "wipe_file",
    "wipe_tree",
]

_BLOCK = 1024 * 1024
_RANDOM_BYTES = 4
_NUMBER = "[0-9a-f]" * 2 * _RANDOM_BYTES


def replace_file(path: Path, content: bytes) -> None:
    """Return when a file, for its owner alone, has this content on the disk."""
    for left in path.parent.glob(f"{glob.escape(path.name)}.{_NUMBER}.new"):
        left.unlink(missing_ok=True)
    new = path.with_name(f"{path.name}.{secrets.token_hex(_RANDOM_BYTES)}.new")
    try:
        _write(new, content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def replace_secret_file(path: Path, content: bytes) -> None:
    """Return when a file has this content on the disk, and what it held before is overwritten."""
    _path, new, retired = _names(path)
    finish_replacing(path)
    _write(new, content)
    # Its name is there for good before the one in force gives up its own.
    sync_folder(path.parent)
    if path.exists():
        path.rename(retired)
        sync_folder(path.parent)
    finish_replacing(path)


def finish_replacing(path: Path) -> None:
    """Bring the three names in order, wherever `replace_secret_file` was interrupted."""
    current, new, retired = _names(path)
    for successor in (new, retired):
        if not current.exists() and successor.exists():
            successor.rename(current)
            sync_folder(path.parent)
    for stale in (new, retired):
        if stale.exists():
            wipe_file(stale)


def is_there(path: Path) -> bool:
    """Tell whether a file is there under one of its three names."""
    return any(name.is_file() for name in _names(path))


def overwrite_file(file: Path) -> None:
    """Overwrite with random bytes what a file holds, where it lies."""
    # Never through a link: what it leads to is not ours to overwrite.
    descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "r+b") as opened:
        left = os.fstat(descriptor).st_size
        while left > 0:
            left -= opened.write(os.urandom(min(left, _BLOCK)))
        sync_file(opened)


def wipe_file(file: Path) -> None:
    """Overwrite a file where it lies with random bytes, then remove it."""
    overwrite_file(file)
    file.unlink()
    sync_folder(file.parent)


def give_second_name(file: Path, second: Path) -> None:
    """Let what a file holds now be overwritten under a second name, whoever replaces the file.

    Not where the file system knows no links.
    """
    with suppress(OSError):
        second.hardlink_to(file)


def wipe_tree(folder: Path) -> None:
    """Overwrite every file below a folder, then remove it with all in it. Links are not followed.

    What a kill leaves of it, another call takes up.
    """
    for entry in list(folder.iterdir()):
        kind = entry.lstat().st_mode
        if stat.S_ISDIR(kind):
            wipe_tree(entry)
        elif stat.S_ISREG(kind):
            wipe_file(entry)
        else:
            entry.unlink()
    folder.rmdir()
    sync_folder(folder.parent)


def _write(path: Path, content: bytes) -> None:
    with open_private(path) as file:
        file.write(content)
        sync_file(file)


def _names(path: Path) -> tuple[Path, Path, Path]:
    return path, path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.retired")
