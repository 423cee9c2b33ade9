"""Files that appear whole, all of them, or not at all.

They are written in a hidden folder beside their own names, which its writer holds a lock on. So a
folder that nobody holds was left by a writer that was killed: whoever writes to the same names next
removes it, with those names that the killed one had just given.
"""

import errno
import fcntl
import glob
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

from intake.errors import Refusal

_BUFFER: Final = 1024 * 1024
_RANDOM_BYTES: Final = 8
_ENDING: Final = ".writing"


class NewFiles:
    """Several new files, for their owner alone, named after `out` or parts of it.

    Used as a context: they get their names, `paths`, when it ends well, and go when it does not.
    Raises `Refusal` where one of the names is taken, or the disk does not take them.
    """

    def __init__(self, out: Path, paths: tuple[Path, ...], size: int) -> None:
        self._out = out
        self.paths = paths
        self._size = size
        # Two who write to one name at a time must not write into one file.
        self._folder = out.with_name(f".{out.name}.{secrets.token_hex(_RANDOM_BYTES)}{_ENDING}")
        self._held = -1

    def __enter__(self) -> Self:
        with _refusing(self._out.parent, self._size):
            self._remove_what_was_broken_off()
            self._refuse_taken()
            disk = os.statvfs(self._out.parent)
            if disk.f_bavail * disk.f_frsize < self._size:
                raise Refusal(*_no_room(self._out.parent, self._size))
            self._folder.mkdir(mode=0o700)
            held = _hold(self._folder)
        if held is None:
            # Another writer took it for one that was left.
            raise Refusal(f"somebody else writes to {self._out}", "wait until that has ended")
        self._held = held
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with _refusing(self._out.parent, self._size):
            try:
                if kind is None:
                    self._refuse_taken()
                    self._name_all()
                    _sync_folder(self._out.parent)
            finally:
                shutil.rmtree(self._folder, ignore_errors=True)
                os.close(self._held)
            if isinstance(error, OSError):
                raise error

    @contextmanager
    def writing(self, index: int) -> Iterator[BinaryIO]:
        """Open one of the files, to be written from beginning to end; durable afterwards."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(self._folder / self.paths[index].name, flags, 0o600)
        with os.fdopen(descriptor, "wb", buffering=_BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def _name_all(self) -> None:
        named: list[Path] = []
        try:
            for path in self.paths:
                _name(self._folder / path.name, path)
                named.append(path)
        except BaseException:
            for path in named:
                path.unlink(missing_ok=True)
            raise

    def _refuse_taken(self) -> None:
        for path in self.paths:
            if path.exists() or path.is_symlink():
                raise _taken(path)

    def _remove_what_was_broken_off(self) -> None:
        pattern = f".{glob.escape(self._out.name)}.*{_ENDING}"
        for left in self._out.parent.glob(pattern):
            held = _hold(left) if left.is_dir() and not left.is_symlink() else None
            if held is None:
                continue
            try:
                for written in left.iterdir():
                    _take_name_back(written, self._out.with_name(written.name))
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(held)


def _hold(folder: Path) -> int | None:
    """Lock a folder; returns a descriptor that holds the lock, None where another one does.

    The kernel drops it when the process ends, however it ends.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _name(written: Path, path: Path) -> None:
    """Give a finished file its name, unless somebody else has taken it meanwhile."""
    try:
        try:
            os.link(written, path)
        except FileExistsError:
            raise
        except OSError:
            # Sticks formatted as FAT know no links: there the name is taken first, then replaced.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            written.replace(path)
    except FileExistsError:
        raise _taken(path) from None


def _take_name_back(written: Path, path: Path) -> None:
    """Undo `_name` where it was all that a killed writer had still done."""
    with suppress(FileNotFoundError):
        if path.samefile(written) or path.lstat().st_size == 0:
            path.unlink()


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


@contextmanager
def _refusing(folder: Path, size: int) -> Iterator[None]:
    """Turn what a stick does not take into words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise Refusal(*_no_room(folder, size)) from None
        raise Refusal(
            f"cannot write into {folder}: {error.strerror}", "is the stick there?"
        ) from None


def _sync_folder(folder: Path) -> None:
    """Make new names durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
