"""File systems on which what is written over stays, in the order in which it was written."""

import ctypes
import os
from typing import Final

from intake.storage.folder import DataFolder

__all__ = ["copies_on_write"]

_NAMES: Final = {
    0x9123683E: "Btrfs",
    0x2FC12FC1: "ZFS",
    0xCA451A4E: "bcachefs",
    0x794C7630: "OverlayFS",
    0xF2F52010: "F2FS",
}
"""By the number that the kernel gives each: statfs(2)."""

_ROOM: Final = 512
"""More bytes than the kernel's answer has on any machine."""


def copies_on_write(folder: DataFolder) -> str | None:
    """Return the name of the folder's file system if it never writes in place; None if it does.

    None also where that cannot be known.
    """
    try:
        statfs = ctypes.CDLL(None, use_errno=True).statfs
    except (AttributeError, OSError):
        return None
    answer = ctypes.create_string_buffer(_ROOM)
    if statfs(os.fsencode(folder.path), answer) != 0:
        return None
    # The first field, a long; its upper half, where there is one, is the sign of the lower.
    return _NAMES.get(ctypes.c_long.from_buffer(answer).value & 0xFFFFFFFF)
