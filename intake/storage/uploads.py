"""One body that is to be stored, and what becomes of it."""

from dataclasses import dataclass
from enum import Enum

from crypto.names import Week
from intake.storage.kinds import Kind

__all__ = ["Outcome", "Upload"]


class Outcome(Enum):
    """What became of something that was to be stored."""

    DURABLE = "durable"
    # It was there already; whoever asks is told the same.
    KNOWN = "known"
    OTHER_BYTES = "other-bytes"
    NO_ROOM = "no-room"


@dataclass(slots=True, eq=False)
class Upload:
    """A body under its address or id (32 bytes), its SHA-256, and the week in which it came."""

    kind: Kind
    key: bytes
    digest: bytes
    body: bytes | bytearray
    week: Week
    outcome: Outcome = Outcome.NO_ROOM
