"""A small file of secrets, replaced as a whole, and the old one overwritten in its place.

So nothing of the old one is left in a free block of the disk. Three names, and at most two files at
a time:

    NAME            the one in force
    NAME.new        its replacement until it is complete; the one in force where the first name is
                    missing
    NAME.retired    what was replaced, until it is overwritten; the one in force where a disk has
                    lost both other names

Whoever writes or finishes holds the vault's lock.
"""

from pathlib import Path

from caseworker.durable import open_private, sync_file, sync_folder


def replace_file(path: Path, content: bytes) -> None:
    """Return when a file has this content on the disk, and what it held before is overwritten."""
    _, new, retired = _names(path)
    finish_replacing(path)
    with open_private(new) as file:
        file.write(content)
        sync_file(file)
    # Its name is there for good before the one in force gives up its own.
    sync_folder(path.parent)
    if path.exists():
        path.rename(retired)
        sync_folder(path.parent)
    finish_replacing(path)


def finish_replacing(path: Path) -> None:
    """Bring the three names in order, wherever `replace_file` was interrupted."""
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


def _names(path: Path) -> tuple[Path, Path, Path]:
    return path, path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.retired")


def wipe_file(file: Path) -> None:
    """Overwrite a file where it lies, then remove it."""
    with file.open("r+b") as opened:
        opened.write(bytes(file.stat().st_size))
        sync_file(opened)
    file.unlink()
    sync_folder(file.parent)
