"""What a disk has room for, and what is said where it has none or does not do as it is told."""

import errno
import shutil
from pathlib import Path

from ground.languages import gettext as _
from ground.shell.figures import size_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal

__all__ = ["NO_ROOM", "free_bytes", "is_full", "refusal_of", "refuse_small_disk"]

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Where a disk is full, or a file system takes no file as large."""


def free_bytes(folder: Path) -> int:
    """Return how many bytes the disk under a folder has for us."""
    return shutil.disk_usage(folder).free


def is_full(error: OSError) -> bool:
    """Tell whether the disk is at fault, not the file."""
    return error.errno in NO_ROOM


def refuse_small_disk(folder: Path, size: int) -> None:
    """Raise Refusal where the disk has no room for so many bytes."""
    free = free_bytes(folder)
    if free < size:
        raise Refusal(
            _("{folder} has {free} of free space, and {size} are needed").format(
                folder=foreign_path(folder), free=size_text(free), size=size_text(size)
            ),
            _("nothing was changed: make room, or take a larger disk"),
        )


def refusal_of(path: Path, error: OSError) -> Refusal:
    """Return in words why a file could not be written."""
    hint = _("nothing was changed: make room, or take a larger disk")
    if error.errno == errno.EFBIG:
        hint = _("nothing was changed: a stick with FAT32 takes no file over 4 GiB; format it anew")
    elif not is_full(error):
        hint = _("nothing was changed: is the stick there, and open to you?")
    return Refusal(
        _("{path} could not be written: {reason}").format(
            path=foreign_path(path), reason=error.strerror
        ),
        hint,
    )
