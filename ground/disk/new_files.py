"""New files and folders that are there whole, all of them, or not at all; never over another.

Until they are, they lie beside their name in NAME.XXXXXXXX.part, for their owner alone, on which
their writer holds a lock. Whoever is stopped takes that away. What a kill or a power cut left,
names that it had just given among them, is taken away by the next who writes to the same name.
Once all names are given, the folder is called NAME.XXXXXXXX.done: what is left of it says nothing
against them.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ground.disk.durable import PRIVATE_FOLDER, open_private, sync_file, sync_folder, sync_tree
from ground.disk.locks import hold, is_held
from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal

__all__ = [
    "NameInUseError",
    "NewFiles",
    "left_over",
    "new_file",
    "new_folder",
    "refuse_missing_folder",
    "refuse_name_in_use",
    "remove_left_over",
]

_RANDOM_BYTES = 4
_PART = ".part"
_DONE = ".done"


class NameInUseError(Refusal):
    """Something of that name is there already."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("{path} is there already, and nothing is overwritten").format(
                path=foreign_path(path)
            ),
            _("choose another name, or move it away"),
        )


def refuse_name_in_use(path: Path) -> None:
    """Raise NameInUseError where something of that name is there."""
    if os.path.lexists(path):
        raise NameInUseError(path)


def refuse_missing_folder(folder: Path) -> None:
    """Raise Refusal where the folder in which something new is to be is not there."""
    if not folder.is_dir():
        raise Refusal(
            _("there is no folder {path}").format(path=foreign_path(folder)),
            _("make it first, or is the stick in?"),
        )


class NewFiles:
    """Several new files named after `out`, or `out` alone.

    Used as a context: they get their names, durably, when it ends well, and go when it does not.
    """

    def __init__(self, out: Path, paths: Sequence[Path]) -> None:
        self._out = out
        self.paths = tuple(paths)
        # Two who write to one name at a time must not write into one file.
        self._part = _beside(out)
        self._held = -1

    def __enter__(self) -> Self:
        remove_left_over(self._out)
        self._refuse_names_in_use()
        self._part.mkdir(mode=PRIVATE_FOLDER)
        self._held = hold(self._part)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._refuse_names_in_use()
                self._name_all()
        except BaseException:
            self._clean_up()
            raise
        if kind is not None:
            self._clean_up()
            return
        # All is there: a Ctrl-C from here on must not make it look undone.
        with suppress(KeyboardInterrupt):
            self._part = self._part.rename(self._part.with_suffix(_DONE))
            self._clean_up()
        with suppress(KeyboardInterrupt):
            _sync_names(self._out.parent)

    def _clean_up(self) -> None:
        try:
            shutil.rmtree(self._part, ignore_errors=True)
        finally:
            os.close(self._held)

    @contextmanager
    def writing(self, index: int = 0) -> Iterator[BinaryIO]:
        """Open one of the files, to be written from beginning to end; on the disk afterwards."""
        with open_private(self._part / self.paths[index].name) as file:
            yield file
            sync_file(file)

    def _name_all(self) -> None:
        named: list[Path] = []
        try:
            for path in self.paths:
                _name(self._part / path.name, path)
                named.append(path)
        except BaseException:
            for path in named:
                path.unlink(missing_ok=True)
            raise
        _sync_names(self._out.parent)

    def _refuse_names_in_use(self) -> None:
        for path in self.paths:
            refuse_name_in_use(path)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write, which gets its name, durably, once all is well; else it is removed."""
    with NewFiles(path, (path,)) as files, files.writing() as file:
        yield file


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to fill, which takes its name once all is well, else is removed."""
    refuse_name_in_use(path)
    refuse_missing_folder(path.parent)
    # What lies in it is named after nothing beside it.
    remove_left_over(path, undo=False)
    part = _beside(path)
    part.mkdir(mode=PRIVATE_FOLDER)
    held = hold(part)
    try:
        yield part
        sync_tree(part)
        refuse_name_in_use(path)
        part.rename(path)
    except BaseException:
        shutil.rmtree(part)
        raise
    finally:
        os.close(held)
    sync_folder(path.parent)


def left_over(path: Path) -> Iterator[Path]:
    """Yield what somebody who was killed left of the file or folder that gets this name."""
    number = rf"\.[0-9a-f]{{{2 * _RANDOM_BYTES}}}"
    left = re.compile(f"{re.escape(path.name)}{number}({re.escape(_PART)}|{re.escape(_DONE)})")
    for entry in path.parent.iterdir():
        if left.fullmatch(entry.name) and not is_held(entry):
            yield entry


def remove_left_over(path: Path, *, undo: bool = True) -> None:
    """Remove what somebody who was killed left of this name; with `undo`, names given too."""
    for entry in left_over(path):
        if not entry.is_dir():
            entry.unlink(missing_ok=True)
            continue
        for written in entry.iterdir() if undo and entry.suffix == _PART else ():
            _remove_name(written, path.with_name(written.name))
        shutil.rmtree(entry, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(_RANDOM_BYTES)}{_PART}")


def _name(written: Path, path: Path) -> None:
    """Give a finished file its name, unless somebody else has taken it meanwhile."""
    try:
        try:
            os.link(written, path)
        except FileExistsError:
            raise
        except OSError:
            # Sticks formatted as FAT know no links: there the name is taken first, then replaced.
            open_private(path).close()
            written.replace(path)
    except FileExistsError:
        raise NameInUseError(path) from None


def _remove_name(written: Path, path: Path) -> None:
    """Undo `_name` where it was all that a killed writer had still done."""
    with suppress(FileNotFoundError):
        if path.samefile(written) or path.lstat().st_size == 0:
            path.unlink()


def _sync_names(folder: Path) -> None:
    """Make new names durable, where the file system can."""
    with suppress(OSError):
        sync_folder(folder)
