"""How much of the disk each kind of item may use."""

import os
from dataclasses import dataclass
from typing import Final

from crypto.sizes import ENVELOPE_SIZE
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind

INDEX_BYTES: Final = 16 * 1024 * 1024
"""Of the floor, or where it is lower, so much is left to the database and its log: bytes in a
container are nothing without the row that names them."""

LOG_BYTES: Final = 4 * 1024 * 1024
"""With less than this free nothing is taken in: SQLite's log grows to about so much."""

RESERVE_SHARE: Final = 10
"""At most one in this many bytes of the disk is held back from files for texts to come."""


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
        """Return how many bytes more a container of this kind may take; 0 if none."""
        disk = os.statvfs(self.folder.path)
        free = disk.f_bavail * disk.f_frsize - max(self.floor_bytes, INDEX_BYTES)
        if kind is Kind.CHUNK:
            missing = self.envelope_quota * ENVELOPE_SIZE - self._envelope_bytes()
            share = disk.f_blocks * disk.f_frsize // RESERVE_SHARE
            free -= max(0, min(missing, share))
        return max(0, free)

    def log_fits(self, times: int = 1) -> bool:
        """Return whether the disk takes the database's log, so many times over."""
        disk = os.statvfs(self.folder.path)
        return disk.f_bavail * disk.f_frsize >= times * LOG_BYTES

    def _envelope_bytes(self) -> int:
        try:
            return self.folder.envelopes.stat().st_size
        except FileNotFoundError:
            return 0
