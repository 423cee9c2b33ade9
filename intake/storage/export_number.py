"""The number of the newest export, which only grows: SPEC 14.

It lies in a file of its own, made at the first import and written over in place: an export from a
full disk is how room comes back, and a database could not be written there. Two copies, one after
the other, so that no power cut hurts both.
"""

import hashlib
import os
from typing import Final

from crypto.names import Day
from ground.disk.replaced_files import replace_file
from intake.storage.folder import DataFolder

__all__ = ["make_export_number", "next_export_number"]

_NUMBER_SIZE: Final = 8
_RECORD_SIZE: Final = _NUMBER_SIZE + 32
_COPIES_AT: Final = (0, 512)
"""Each in a sector of its own."""


def make_export_number(folder: DataFolder) -> None:
    """Make the file, if there is none."""
    if not folder.export_number.exists():
        room = bytearray(_COPIES_AT[-1] + _RECORD_SIZE)
        for at in _COPIES_AT:
            room[at : at + _RECORD_SIZE] = _record(0)
        replace_file(folder.export_number, bytes(room))


def next_export_number(folder: DataFolder, day: Day) -> int:
    """Return the number of an export of a day, durably remembered before anything bears it.

    For who holds the lock of the slots. Where both copies are damaged it begins anew at the day, as
    a server does that was restored.
    """
    make_export_number(folder)
    descriptor = os.open(folder.export_number, os.O_RDWR | os.O_CLOEXEC)
    try:
        copies = (os.pread(descriptor, _RECORD_SIZE, at) for at in _COPIES_AT)
        number = max(max(map(_number, copies)) + 1, day << 32)
        for at in _COPIES_AT:
            os.pwrite(descriptor, _record(number), at)
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    return number


def _record(number: int) -> bytes:
    data = number.to_bytes(_NUMBER_SIZE, "big")
    return data + hashlib.sha256(data).digest()


def _number(record: bytes) -> int:
    """Return the number of a copy; 0 where it is damaged."""
    number = int.from_bytes(record[:_NUMBER_SIZE], "big")
    return number if record == _record(number) else 0
