"""Files that appear whole, all of them, or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

from intake.errors import Refusal

_BUFFER: Final = 1024 * 1024
_RANDOM_BYTES: Final = 8


class NewFiles:
    """Several new files, for their owner alone, written under temporary names beside their own.

    Used as a context: they get their names when it ends well, and go when it does not. Raises
    `Refusal` where one of the names is taken, or the disk does not take them.
    """

    def __init__(self, paths: tuple[Path, ...], size: int) -> None:
        self._paths = paths
        self._size = size
        # Two who write to one name at a time must not write into one file.
        mark = secrets.token_hex(_RANDOM_BYTES)
        self._temporary = [path.with_name(f".{path.name}.{mark}.writing") for path in paths]

    def __enter__(self) -> Self:
        self._refuse_taken()
        folder = self._paths[0].parent
        try:
            disk = os.statvfs(folder)
        except OSError as error:
            raise Refusal(
                f"cannot write into {folder}: {error.strerror}", "is the stick there?"
            ) from None
        if disk.f_bavail * disk.f_frsize < self._size:
            raise Refusal(*_no_room(folder, self._size))
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self._refuse_taken()
                self._name_all()
                _sync_folder(self._paths[0].parent)
        finally:
            for temporary in self._temporary:
                with suppress(OSError):
                    temporary.unlink()
        if isinstance(error, OSError):
            folder = self._paths[0].parent
            if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
                raise Refusal(*_no_room(folder, self._size)) from None
            raise Refusal(
                f"writing into {folder} failed: {error.strerror}", "try another stick"
            ) from None

    @contextmanager
    def writing(self, index: int) -> Iterator[BinaryIO]:
        """Open one of the files, to be written from beginning to end; durable afterwards."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(self._temporary[index], flags, 0o600)
        with os.fdopen(descriptor, "wb", buffering=_BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def _name_all(self) -> None:
        named: list[Path] = []
        try:
            for temporary, path in zip(self._temporary, self._paths, strict=True):
                _name(temporary, path)
                named.append(path)
        except BaseException:
            for path in named:
                path.unlink(missing_ok=True)
            raise

    def _refuse_taken(self) -> None:
        for path in self._paths:
            if path.exists() or path.is_symlink():
                raise _taken(path)


def _name(temporary: Path, path: Path) -> None:
    """Give a finished file its name, unless somebody else has taken it meanwhile."""
    try:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            # Sticks formatted as FAT know no links: there the name is taken first, then replaced.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            temporary.replace(path)
    except FileExistsError:
        raise _taken(path) from None


def _taken(path: Path) -> Refusal:
    return Refusal(
        f"{path} exists already, and nothing is overwritten",
        "give another --out, or move that file away",
    )


def _no_room(folder: Path, size: int) -> tuple[str, str]:
    return (
        f"{folder} has no room for {size:,} bytes, or takes no file as large as these",
        "use a larger stick, or smaller parts on a FAT32 one: --part-size 2G",
    )


def _sync_folder(folder: Path) -> None:
    """Make new names durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
