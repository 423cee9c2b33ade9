"""What sources send, in the two sizes that there are."""

from enum import IntEnum
from typing import Final

from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE

__all__ = ["SIZES", "SLOT_OVERHEAD", "Kind"]


class Kind(IntEnum):
    """An envelope or a chunk; the number is part of every index record's checksum."""

    ENVELOPE = 1
    CHUNK = 2


SIZES: Final = {Kind.ENVELOPE: ENVELOPE_SIZE, Kind.CHUNK: CHUNK_SIZE}
"""Bytes of an item of each kind, all of them alike."""

SLOT_OVERHEAD: Final = 3 * 128
"""Bytes that a slot takes besides its body: two records in the index, one of marks."""
