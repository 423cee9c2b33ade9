"""Hidden data in files (author, place, device): shown, and taken out by `mat2` if it is installed.

Copies are cleaned, never the person's own files. Each copy lies in a private folder of its own, in
the system's temporary folder, until the message is stored.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ground.disk.room import is_full
from ground.languages import gettext as _
from ground.shell.foreign import ForeignText
from ground.shell.refusals import Refusal
from intake.source.message.files import ChosenFile

__all__ = [
    "Cleaned",
    "clean",
    "clean_again",
    "cleaner",
    "copies_removed_on_error",
    "copy_folders",
    "remove_copies",
]

_TOOL: Final = "mat2"
_LIMIT_SECONDS: Final = 1800
_FOUND: Final = "[+]"
_OTHERS: Final = 0o077


@dataclass(frozen=True)
class Cleaned:
    """A cleaned copy, and the lines that say what was in the original."""

    file: ChosenFile
    found: tuple[ForeignText, ...]


def cleaner() -> str:
    """Return the path of `mat2`, else Refusal."""
    tool = shutil.which(_TOOL)
    if tool is None:
        raise Refusal(
            _("mat2, which takes hidden data out of files, is not installed. Nothing was sent."),
            _(
                "Install it (Debian: apt install mat2), or leave out --clean: files go as they are"
                " then."
            ),
        )
    return tool


def clean(file: ChosenFile, tool: str) -> Cleaned:
    """Return a cleaned copy of a file; Refusal where it cannot be: never silently as it is."""
    shown = _run(tool, "--show", "--", str(file.path)).stdout
    copy = _cleaned_copy(file, tool)
    if _FOUND not in shown:
        return Cleaned(copy, ())
    found = [line.strip() for line in shown.splitlines() if not line.startswith(_FOUND)]
    return Cleaned(copy, tuple(ForeignText(line) for line in found if line))


def clean_again(file: ChosenFile) -> ChosenFile:
    """Return a file as it is, or where its cleaned copy is gone, with a new one elsewhere.

    Other users of the device saw the name of the folder that is gone, and may have made one of that
    name since: what lies in it is not trusted.
    """
    if file.original is None or (copy_folders([file]) and file.path.is_file()):
        return file
    return _cleaned_copy(replace(file, path=file.original), cleaner())


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_own and not status.st_mode & _OTHERS


def _cleaned_copy(file: ChosenFile, tool: str) -> ChosenFile:
    """Return a cleaned copy of a file; Refusal, and no copy, where it cannot be."""
    try:
        folder = Path(tempfile.mkdtemp())
    except OSError:
        raise _no_room(file.name) from None
    copy = replace(file, path=folder / file.name, original=file.path)
    try:
        shutil.copyfile(file.path, copy.path)
        done = _run(tool, "--inplace", "--", str(copy.path))
        if done.returncode != 0:
            # It writes a second copy beside this one.
            if shutil.disk_usage(folder).free < copy.path.stat().st_size:
                raise _no_room(copy.name)
            raise Refusal(
                _("mat2 cannot clean {name}. Nothing was sent.").format(
                    name=ForeignText(copy.name)
                ),
                _("Send it as it is, with --original instead of --file, or in another format."),
            )
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            if is_full(error):
                raise _no_room(copy.name) from None
            raise Refusal(
                _("A file can no longer be read: {name}").format(name=ForeignText(copy.name)),
                _("Put it back where it was."),
            ) from None
        raise
    return copy


def _no_room(name: str) -> Refusal:
    return Refusal(
        _("The temporary folder has no room for a copy of {name}.").format(name=ForeignText(name)),
        _("Set TMPDIR to a folder that has: mat2 takes twice the size of the file."),
    )


@contextmanager
def copies_removed_on_error(files: Sequence[ChosenFile]) -> Iterator[None]:
    """Leave no cleaned copy among `files` behind where it ends before anything was saved."""
    try:
        yield
    except BaseException:
        remove_copies(files)
        raise


def copy_folders(files: Iterable[ChosenFile]) -> list[Path]:
    """Return the folders of the cleaned copies among files, as far as they are there and ours."""
    folders = [file.path.parent for file in files if file.original is not None]
    return [folder for folder in folders if _is_private(folder)]


def remove_copies(files: Iterable[ChosenFile]) -> None:
    """Remove the cleaned copies among files."""
    for folder in copy_folders(files):
        shutil.rmtree(folder, ignore_errors=True)


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - the tool that the person asked for
            [tool, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LIMIT_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Refusal(
            _("mat2 did not come to an end. Nothing was sent."),
            _("Leave out --clean, or clean the file by hand first."),
        ) from None
