"""A look at all slots without a lock: nothing is changed, nobody is waited for or kept waiting.

A record that is being written at that moment is whole in the other copy. Where none seems to be,
the files are read once more before that is believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.names import Week
from intake.storage.damage import Damage
from intake.storage.folder import DataFolder
from intake.storage.kinds import SIZES, Kind
from intake.storage.slots.growth import read_growth
from intake.storage.slots.index import read_records
from intake.storage.slots.marks import MARK_SIZE, Marks, read_marks, recipient_tag
from intake.storage.slots.records import RECORD_SIZE, Item
from intake.storage.slots.shelf import slots_that_count

__all__ = ["Survey", "survey", "unconfirmed"]

_TRIES: Final = 3


@dataclass(frozen=True)
class Survey:
    """What lies there of one kind. `damage` names what was not whole; `free` counts slots."""

    items: tuple[Item, ...]
    marks: Marks
    free: int
    damage: tuple[Damage, ...]

    def waiting(self, recipient: str) -> dict[Week, int]:
        """Count what this recipient has not confirmed, by week of arrival, oldest first."""
        weeks = [item.week for item in unconfirmed(self.items, self.marks, recipient)]
        return {week: weeks.count(week) for week in sorted(set(weeks))}


def unconfirmed(items: Sequence[Item], marks: Marks, recipient: str) -> list[Item]:
    """Return the items that this recipient has not confirmed."""
    tag = recipient_tag(recipient)
    return [item for item in items if tag not in marks.get(item.tie, ())]


def survey(folder: DataFolder, kind: Kind) -> Survey:
    """Return what lies there of a kind."""
    found = _read(folder, kind)
    for _ in range(_TRIES):
        if not found.damage:
            break
        found = _read(folder, kind)
    return found


def _read(folder: DataFolder, kind: Kind) -> Survey:
    paths, bodies, marks_path = folder.index(kind), folder.bodies(kind), folder.marks(kind)
    growth = read_growth(folder.growth(kind))
    first, second = (_content(path) for path in paths)
    records = max(len(first), len(second)) // RECORD_SIZE
    there = bodies.stat().st_size // SIZES[kind] if bodies.exists() else 0
    slots = slots_that_count(growth, records, there)
    found = read_records(kind, first, second, slots, (paths[0].name, paths[1].name))
    # What lies beyond them is still being made.
    marks, torn = read_marks(_content(marks_path)[: slots * MARK_SIZE])
    damage = [*found.damage, *(Damage(marks_path.name, slot) for slot in torn)]
    return Survey(tuple(found.items.values()), marks, len(found.free), tuple(damage))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
