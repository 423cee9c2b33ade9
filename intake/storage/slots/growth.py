"""How a kind gets more slots: begun, gone on with in steps, and taken up again after any kill.

1. a small file says from how many slots to how many, and of which week the items are dealt anew;
2. the index and the marks get records for the new slots, then the bodies random bytes, all of it
   written, some at each step; 3. the file says that the new slots count; 4. the items are dealt
anew, some at each step (`dealing`); 5. the file goes.

What lies beyond the slots that count belongs to a growth that was broken off, and is nothing.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from struct import Struct
from typing import Final

from crypto.names import Week
from ground.disk.durable import sync_folder
from ground.disk.replaced_files import replace_file

__all__ = ["Growth", "Phase", "read_growth"]

_FIELDS: Final = Struct(">BIII")


class Phase(IntEnum):
    """What a growth is doing."""

    EXTENDING = 1
    DEALING = 2


@dataclass(frozen=True)
class Growth:
    """From how many slots to how many; `week` is that whose items are dealt, while dealing."""

    phase: Phase
    week: Week
    before: int
    after: int

    def write(self, path: Path) -> None:
        """Make it durable."""
        fields = _FIELDS.pack(self.phase, self.week, self.before, self.after)
        replace_file(path, fields + hashlib.sha256(fields).digest())


def read_growth(path: Path) -> Growth | None:
    """Return the growth that is under way; None where there is none.

    One that cannot be read was damaged: then the slots that both files have count.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    fields, check = content[: _FIELDS.size], content[_FIELDS.size :]
    if check != hashlib.sha256(fields).digest():
        return None
    phase, week, before, after = _FIELDS.unpack(fields)
    return Growth(Phase(phase), Week(week), before, after)


def end_growth(path: Path) -> None:
    """Know durably that no growth is under way."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
