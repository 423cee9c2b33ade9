"""A file of equal slots, each holding the bytes of one item or nothing that counts."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ground.disk.durable import PRIVATE_FILE, sync_folder
from intake.storage.folder import DataFolder
from intake.storage.kinds import SIZES, Kind

GROWTH_BYTES: Final = 16 * 1024 * 1024
"""The least by which a container grows."""

FREE_SHARE: Final = 4
"""A container grows when less than one in this many slots is free, so that there is room to choose
at random from, and growth tells little about when a slot was filled."""


class Container:
    """Slots read and written by number. Knows no order and no meaning; not an index.

    Any process may read any slot. Only whoever holds the database's write lock may write one.
    """

    def __init__(self, path: Path, slot_size: int) -> None:
        self.slot_size = slot_size
        self._zeros = bytes(slot_size)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def slots(self) -> int:
        """How many slots there are, free ones counted."""
        return os.fstat(self._descriptor).st_size // self.slot_size

    def read(self, slot: int) -> bytes:
        """Return the bytes in a slot, whatever they are."""
        return os.pread(self._descriptor, self.slot_size, slot * self.slot_size)

    def write(self, slot: int, data: bytes | bytearray) -> None:
        """Write exactly one item into a slot. Not durable before `sync`."""
        if len(data) != self.slot_size:
            raise ValueError("an item that does not fill its slot")
        view = memoryview(data)
        position = slot * self.slot_size
        while view:
            written = os.pwrite(self._descriptor, view, position)
            view = view[written:]
            position += written

    def overwrite(self, slots: Iterable[int]) -> None:
        """Write zeros into slots. Not durable before `sync`."""
        for slot in slots:
            self.write(slot, self._zeros)

    def is_blank(self, slot: int) -> bool:
        """Whether a slot holds only zeros."""
        return self.read(slot) == self._zeros

    def sync(self) -> None:
        """Return when everything written is durable."""
        os.fdatasync(self._descriptor)

    def grow(self, room: int) -> bool:
        """Add slots, reserving their room on the disk; False where the disk has no room.

        At most `room` bytes are taken. Where a whole step does not fit, a smaller one is tried,
        down to one slot.
        """
        now = self.slots()
        more = max(GROWTH_BYTES // self.slot_size, now // FREE_SHARE)
        while more:
            if more * self.slot_size <= room and self._reserve(now, more):
                return True
            more //= 2
        return False

    def _reserve(self, slots: int, more: int) -> bool:
        try:
            os.posix_fallocate(self._descriptor, slots * self.slot_size, more * self.slot_size)
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, slots * self.slot_size)
            return False
        return True


class Containers(dict[Kind, Container]):
    """Both containers of a data folder."""

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(
            {
                Kind.ENVELOPE: Container(folder.envelopes, SIZES[Kind.ENVELOPE]),
                Kind.CHUNK: Container(folder.chunks, SIZES[Kind.CHUNK]),
            }
        )
        # Whoever made the files may have been killed before this.
        sync_folder(folder.path)

    def close(self) -> None:
        """Close both files."""
        for container in self.values():
            container.close()


def slots_on_disk(folder: DataFolder) -> dict[Kind, int]:
    """How many slots of each kind there are, looked up without opening a container."""
    paths = {Kind.ENVELOPE: folder.envelopes, Kind.CHUNK: folder.chunks}
    return {
        kind: path.stat().st_size // SIZES[kind] if path.exists() else 0
        for kind, path in paths.items()
    }


class FreeSlots:
    """The numbers of a container's free slots, from which one is drawn at random."""

    def __init__(self, slots: int, occupied: Iterable[int]) -> None:
        self._total = slots
        self._numbers = list(set(range(slots)) - set(occupied))

    def __len__(self) -> int:
        return len(self._numbers)

    def are_few(self) -> bool:
        """Whether the container should grow before it is full."""
        return not self._numbers or len(self._numbers) * FREE_SHARE < self._total

    def draw(self) -> int:
        """Remove one, each being equally likely, and return it."""
        index = secrets.randbelow(len(self._numbers))
        last = self._numbers.pop()
        if index == len(self._numbers):
            return last
        drawn, self._numbers[index] = self._numbers[index], last
        return drawn

    def give_back(self, slots: Iterable[int]) -> None:
        """Slots that were drawn and are not needed."""
        self._numbers.extend(slots)

    def add_grown(self, slots: int) -> None:
        """Know that the container has grown to `slots`."""
        self._numbers.extend(range(self._total, slots))
        self._total = slots

    def numbers(self) -> list[int]:
        """All of them, in no meaningful order."""
        return list(self._numbers)
