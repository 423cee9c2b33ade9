"""The files of slots: bodies, and what is written over without ever growing or shrinking by itself.

What is in a file has been written there: no file is sparse, preallocated, punched or cut, since the
file system would keep, and date, what is written for the first time into such a place.
"""

import os
from pathlib import Path
from typing import Final

from ground.disk.durable import PRIVATE_FILE

__all__ = ["Container", "SlotFile", "filling"]

_PIECE: Final = 1024 * 1024


def filling(size: int) -> bytes:
    """Return so many random bytes, as they lie where nothing lies."""
    return os.urandom(size)


class SlotFile:
    """A file of places of one size. Not durable before `sync`."""

    def __init__(self, path: Path, size: int) -> None:
        self.size = size
        self.name = path.name
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, PRIVATE_FILE)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def slots(self) -> int:
        """How many whole places there are."""
        return os.fstat(self._descriptor).st_size // self.size

    def read(self, slot: int, count: int = 1) -> bytes:
        """Return the bytes of some places, from one on; fewer where the file ends."""
        pieces, start, left = [], slot * self.size, count * self.size
        while left:
            piece = os.pread(self._descriptor, min(left, 64 * _PIECE), start)
            if not piece:
                break
            pieces.append(piece)
            start += len(piece)
            left -= len(piece)
        return b"".join(pieces)

    def write(self, slot: int, data: bytes | bytearray) -> None:
        """Write over places, from one on; they must be filled exactly."""
        if not data or len(data) % self.size:
            raise ValueError("what does not fill its slot")
        self._write(slot * self.size, data)

    def write_part(self, slot: int, offset: int, data: bytes) -> None:
        """Write over a part of one place."""
        if offset + len(data) > self.size:
            raise ValueError("what does not fit into its slot")
        self._write(slot * self.size + offset, data)

    def _write(self, position: int, data: bytes | bytearray) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, position)
            view = view[written:]
            position += written

    def sync(self) -> None:
        """Return when everything written is durable, the file's size among it."""
        os.fdatasync(self._descriptor)


class Container(SlotFile):
    """The bodies of one kind, each in a slot, nothing else; random bytes in those that are free."""

    def fill(self, slot: int) -> None:
        """Write random bytes over a slot, or add one at the end."""
        for offset in range(0, self.size, _PIECE):
            self.write_part(slot, offset, filling(min(_PIECE, self.size - offset)))
