"""The index of one kind: a record a slot, in two files that are never written at the same time.

A record is written into the first copy, synced, then into the second, synced: a torn write can hurt
one of them. Where both are whole the first counts; where one is not, the other mends it; where
neither is, the slot is damaged: neither used nor ever taken for free.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from intake.storage.damage import Damage
from intake.storage.kinds import Kind
from intake.storage.slots.container import SlotFile
from intake.storage.slots.records import RECORD_SIZE, Item, State, decode

__all__ = ["COPIES", "Found", "Index", "Records", "read_records"]

COPIES: Final = 2
"""How often the index is there."""

Records = Mapping[int, bytes]
"""Records by the number of their slot."""


@dataclass
class Found:
    """What an index says. `mended` are records to be written, by copy and slot, to make both alike.

    `damage` names what was not whole, in one copy or both; `damaged` the slots without any record.
    `doubles` are items of a key that `items` has in another slot.
    """

    items: dict[bytes, Item] = field(default_factory=dict)
    doubles: list[Item] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    wiping: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    mended: tuple[dict[int, bytes], ...] = field(default_factory=lambda: ({}, {}))
    damage: list[Damage] = field(default_factory=list)


class Index:
    """The two files of an index."""

    def __init__(self, kind: Kind, paths: tuple[Path, Path]) -> None:
        self._kind = kind
        self.copies = tuple(SlotFile(path, RECORD_SIZE) for path in paths)

    def close(self) -> None:
        """Close both files."""
        for copy in self.copies:
            copy.close()

    def slots(self) -> int:
        """How many records there are, at least in one copy."""
        return max(copy.slots() for copy in self.copies)

    def write_copy(self, copy: int, records: Records) -> None:
        """Write records into one copy. Not durable before `sync`."""
        for slot, record in records.items():
            self.copies[copy].write(slot, record)

    def sync(self, copy: int) -> None:
        """Return when one copy is durable."""
        self.copies[copy].sync()

    def write(self, records: Records) -> None:
        """Write records into both copies, one after the other; durable when it returns."""
        for copy in range(COPIES):
            self.write_copy(copy, records)
            self.sync(copy)

    def read(self, slots: int) -> Found:
        """Return what the first so many records say."""
        first, second = (copy.read(0, slots) for copy in self.copies)
        names = self.copies[0].name, self.copies[1].name
        return read_records(self._kind, first, second, slots, names)


def read_records(
    kind: Kind, first: bytes, second: bytes, slots: int, names: tuple[str, str]
) -> Found:
    """Return what two copies of so many records say; `names` are those of their files."""
    found = Found()
    for slot in range(slots):
        start = slot * RECORD_SIZE
        one, other = first[start : start + RECORD_SIZE], second[start : start + RECORD_SIZE]
        said = decode(kind, slot, one)
        if one != other:
            said = _mend(found, kind, slot, (one, other), said, names)
        if said is None:
            found.damaged.append(slot)
            found.damage.append(Damage(names[0], slot))
        elif isinstance(said, Item):
            if found.items.setdefault(said.key, said) is not said:
                found.doubles.append(said)
        else:
            (found.wiping if said is State.WIPING else found.free).append(slot)
    return found


def _mend(
    found: Found,
    kind: Kind,
    slot: int,
    copies: tuple[bytes, bytes],
    said: Item | State | None,
    names: tuple[str, str],
) -> Item | State | None:
    """Return what a slot's record says whose copies differ; note what makes them alike."""
    other = decode(kind, slot, copies[1])
    if said is not None:
        found.mended[1][slot] = copies[0]
        if other is None:
            found.damage.append(Damage(names[1], slot, repaired=True))
        return said
    if other is not None:
        found.mended[0][slot] = copies[1]
        found.damage.append(Damage(names[0], slot, repaired=True))
    return other
