"""What sources send, in the two sizes that there are."""

from enum import IntEnum
from typing import Final

from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE

__all__ = ["SIZES", "Kind"]


class Kind(IntEnum):
    """An envelope or a chunk; the number stands in the table `wipe`."""

    ENVELOPE = 1
    CHUNK = 2


SIZES: Final = {Kind.ENVELOPE: ENVELOPE_SIZE, Kind.CHUNK: CHUNK_SIZE}
"""Bytes of an item of each kind, all of them alike."""
