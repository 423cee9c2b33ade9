"""How much of the disk each kind of item may use."""

import os
from dataclasses import dataclass
from typing import Final

from crypto.sizes import ENVELOPE_SIZE
from intake.storage.folder import DataFolder
from intake.storage.kinds import SIZES, SLOT_OVERHEAD, Kind

DATABASE_BYTES: Final = 16 * 1024 * 1024
"""Of the floor, or where it is lower, so much is left to the database and its log, so that imports
can still bring what makes room."""

RESERVE_SHARE: Final = 10
"""At most one in this many bytes of the disk is held back from files for texts to come."""

FIRST_SLOTS: Final = {Kind.ENVELOPE: 512, Kind.CHUNK: 64}
"""How many slots a new folder gets: 16 MiB of each kind. From there on their number is doubled."""

LEAST_SLOTS: Final = {Kind.ENVELOPE: 64, Kind.CHUNK: 16}
"""The smallest step that is taken where the disk has no room to double: 2 and 4 MiB."""


@dataclass(frozen=True)
class DiskRoom:
    """The disk under a data folder. `floor_bytes` of it stay free whatever comes.

    Chunks also leave room for the envelopes still missing from their quota, so that a flood of
    files that fills the disk shuts out no text.
    """

    folder: DataFolder
    floor_bytes: int
    envelope_quota: int

    def left(self, kind: Kind) -> int:
        """Return how many bytes more slots of this kind may take; 0 if none."""
        disk = os.statvfs(self.folder.path)
        free = disk.f_bavail * disk.f_frsize - max(self.floor_bytes, DATABASE_BYTES)
        if kind is Kind.CHUNK:
            missing = self.envelope_quota * ENVELOPE_SIZE - self._envelope_bytes()
            share = disk.f_blocks * disk.f_frsize // RESERVE_SHARE
            free -= max(0, min(missing, share))
        return max(0, free)

    def step(self, kind: Kind, slots: int) -> int:
        """Return how many slots to add where there are so many: as many again, or what fits.

        Half as many are tried, and half of that; 0 where not even the smallest step fits.
        """
        more, fit = max(slots, FIRST_SLOTS[kind]), self.left(kind) // _slot_bytes(kind)
        while more > fit:
            more //= 2
        return more if more >= LEAST_SLOTS[kind] else 0

    def slots(self, kind: Kind) -> int:
        """Return how many slots more the disk has room for, in one step after the other."""
        fit = self.left(kind) // _slot_bytes(kind)
        return fit - fit % LEAST_SLOTS[kind]

    def _envelope_bytes(self) -> int:
        try:
            return self.folder.bodies(Kind.ENVELOPE).stat().st_size
        except FileNotFoundError:
            return 0


def _slot_bytes(kind: Kind) -> int:
    return SIZES[kind] + SLOT_OVERHEAD
