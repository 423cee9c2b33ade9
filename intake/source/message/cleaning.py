"""Hidden data in files (author, place, device): shown, and taken out by `mat2` if it is installed.

Copies are cleaned, never the person's own files. A copy is open only while `mat2` works on it; what
is sent is read from an encrypted one.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from ground.disk.durable import open_private
from ground.disk.held_folders import HeldFolder
from ground.disk.replaced_files import give_second_name
from ground.languages import gettext as _
from ground.shell.foreign import ForeignText
from ground.shell.refusals import Refusal
from intake.source.message.files import ChosenFile
from intake.source.message.sealed_copies import seal_copy
from intake.source.message.workplaces import NoRoomError, Workplace, at_work, workplaces

__all__ = ["Cleaned", "clean", "cleaner"]

_TOOL: Final = "mat2"
_LIMIT_SECONDS: Final = 1800
_FOUND: Final = "[+]"
_BLOCK: Final = 1024 * 1024
_COPY: Final = "copy"
_KINDS: Final = re.compile(r"(\.tar)?\.[A-Za-z0-9]{1,5}$")
_BEFORE: Final = "before"


@dataclass(frozen=True)
class Cleaned:
    """A file whose cleaned copy is sent, and the lines that say what was in the original."""

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


def clean(
    file: ChosenFile, tool: str, new_copy: Callable[[], Path], tell_disk: Callable[[Path], None]
) -> Cleaned:
    """Return a file with a cleaned copy, encrypted where `new_copy` says.

    `tell_disk` is called with the folder on a disk in which an open copy will lie, before it does,
    for want of room in memory.
    Refusal where it cannot be cleaned: it is never sent silently as it is.
    """
    try:
        size = file.path.stat().st_size
    except OSError:
        raise _unreadable(file.name) from None
    for workplace in workplaces(size):
        if workplace.on_disk:
            tell_disk(workplace.parent)
        with suppress(NoRoomError):
            return _cleaned(file, tool, workplace, new_copy)
    raise Refusal(
        _("The temporary folder cannot take a copy of {name}.").format(name=ForeignText(file.name)),
        _("Set TMPDIR to a folder with room: mat2 takes twice the size of the file, or more."),
    )


def _cleaned(
    file: ChosenFile, tool: str, workplace: Workplace, new_copy: Callable[[], Path]
) -> Cleaned:
    with at_work(workplace) as place:
        shown = _run(place, tool, "--show", "--", str(file.path))
        copy = _copied(file, place)
        done = _run(place, tool, "--inplace", "--", str(copy))
        if done.returncode != 0:
            # It writes a second copy beside this one.
            if workplace.free < copy.stat().st_size:
                raise NoRoomError
            raise Refusal(
                _("mat2 cannot clean {name}. Nothing was sent.").format(
                    name=ForeignText(file.name)
                ),
                _("Send it as it is, with --original instead of --file, or in another format."),
            )
        sealed = seal_copy(copy, new_copy())
    return Cleaned(replace(file, copy=sealed), _found_in(shown.stdout))


def _found_in(shown: str) -> tuple[ForeignText, ...]:
    if _FOUND not in shown:
        return ()
    found = [line.strip() for line in shown.splitlines() if not line.startswith(_FOUND)]
    return tuple(ForeignText(line) for line in found if line)


def _copied(file: ChosenFile, place: HeldFolder) -> Path:
    """Return a copy of a file in a place; NoRoomError, and Refusal where it cannot be read."""
    try:
        reader = file.path.open("rb")
    except OSError:
        raise _unreadable(file.name) from None
    try:
        copy = place.path / _neutral_name(file.name)
        with reader, open_private(copy) as writer:
            while block := _read(reader, file.name):
                writer.write(block)
    except OSError:
        raise NoRoomError from None
    # `mat2` puts a new file in its place: under a second name the old one is overwritten too.
    give_second_name(copy, place.path / _BEFORE)
    return copy


def _neutral_name(name: str) -> str:
    """Return a name that says no more than of which kind a file is: folders keep old names long."""
    kind = _KINDS.search(name)
    return _COPY + (kind[0] if kind else "")


def _read(reader: BinaryIO, name: str) -> bytes:
    try:
        return reader.read(_BLOCK)
    except OSError:
        raise _unreadable(name) from None


def _unreadable(name: str) -> Refusal:
    return Refusal(
        _("A file can no longer be read: {name}").format(name=ForeignText(name)),
        _("Nothing was sent. Put it back where it was."),
    )


def _run(place: HeldFolder, tool: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the cleaner; whatever it writes besides lies in its place."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    line = [tool, *arguments]
    try:
        with subprocess.Popen(  # noqa: S603 - the tool that the person asked for
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env=environment | {"TMPDIR": str(place.path)},
            # Should this program be killed, the place stays held until the cleaner ends.
            pass_fds=(place.descriptor,),
            start_new_session=True,
        ) as process:
            try:
                out, _err = process.communicate(timeout=_LIMIT_SECONDS)
            except BaseException:
                if process.returncode is None:
                    # What it has started would go on writing.
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(line, process.returncode, out)
    except (OSError, subprocess.TimeoutExpired):
        raise Refusal(
            _("mat2 did not come to an end. Nothing was sent."),
            _("Leave out --clean, or clean the file by hand first."),
        ) from None
