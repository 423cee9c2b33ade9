"""All files of one kind, and what this process knows of them.

Whoever calls what changes them holds the lock of `store`. What fails leaves memory and disk apart:
then `load` is called before anything else.
"""

import os
import random
import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from crypto.names import Week
from intake.storage.damage import Damage
from intake.storage.folder import DataFolder
from intake.storage.kinds import SIZES, SLOT_OVERHEAD, Kind
from intake.storage.slots.container import Container, SlotFile, filling
from intake.storage.slots.dealing import Deal
from intake.storage.slots.free_slots import FREE_SHARE, FreeSlots
from intake.storage.slots.growth import Growth, Phase, end_growth, read_growth
from intake.storage.slots.index import Found, Index
from intake.storage.slots.marks import MARK_SIZE, Marks, encode_marks, read_marks
from intake.storage.slots.records import Item, State, encode_item, encode_unused

__all__ = ["COVER_BYTES", "STEP_BYTES", "Shelf", "slots_that_count"]

STEP_BYTES: Final = 4 * 1024 * 1024
"""What is wiped, filled or moved in one step, so that nobody waits long for it."""

STEP_RECORDS: Final = 8_192
"""Records that are added to index and marks in one step: 2 MiB of each file."""

COVER_BYTES: Final = min(SIZES.values())
"""How much of a free slot is written anew at a beat that brings nothing: as much as an envelope."""


class Shelf:
    """Slots of one kind. `items` by their key, `damaged` without a record, `wiping` to be wiped.

    `growth` is under way where it is not None, and `stalled` where the disk takes no more of it.
    `unswept` are free slots that may hold what was not meant to be there.
    """

    def __init__(self, folder: DataFolder, kind: Kind) -> None:
        self.kind = kind
        self.step = STEP_BYTES // SIZES[kind]
        self._growth_path = folder.growth(kind)
        self.container = Container(folder.bodies(kind), SIZES[kind])
        self.index = Index(kind, folder.index(kind))
        self._marks_path = folder.marks(kind)
        self._marks = SlotFile(self._marks_path, MARK_SIZE)
        self._clear()

    def _clear(self) -> None:
        self.slots = 0
        self.growth: Growth | None = None
        self.items: dict[bytes, Item] = {}
        self.wiping: list[int] = []
        self.damaged: list[int] = []
        self.unswept: set[int] = set()
        self._free = FreeSlots()
        self._drawn: set[int] = set()
        self._deal: Deal | None = None
        self._extended = 0
        self.stalled = False

    def close(self) -> None:
        """Close the files."""
        self.container.close()
        self.index.close()
        self._marks.close()

    # ---- What is there --------------------------------------------------------------------------

    def load(self) -> list[Damage]:
        """Read all there is, make both copies of the index alike; return what was not whole."""
        unswept = self.unswept
        self._clear()
        self.growth = read_growth(self._growth_path)
        self.slots = slots_that_count(self.growth, self.index.slots(), self.container.slots())
        found = self.index.read(self.slots)
        for copy, records in enumerate(found.mended):
            if records:
                self.index.write_copy(copy, records)
                self.index.sync(copy)
        self.items, self.wiping, self.damaged = found.items, found.wiping, found.damaged
        self._free = FreeSlots(found.free)
        self.unswept = unswept & set(found.free)
        self._drop_doubles(found)
        return found.damage

    def _drop_doubles(self, found: Found) -> None:
        """Of an item that a kill left in two slots, keep either."""
        superfluous = []
        for item in found.doubles:
            first = self.items[item.key]
            # Which of them was there first tells that it was dealt.
            kept, gone = (item, first) if secrets.randbelow(2) else (first, item)
            self.items[item.key] = kept
            superfluous.append(gone.slot)
        self._to_be_wiped(superfluous)

    def free_slots(self) -> int:
        """How many new items can be taken without growing."""
        return len(self._free) if self._deal is None else self._deal.free_slots()

    def has_work(self) -> bool:
        """Tell whether there is something to do besides what comes."""
        growing = self.growth is not None and not self.stalled
        return bool(growing or self.wiping or self.unswept)

    # ---- Taking in ------------------------------------------------------------------------------

    def draw(self, key: bytes) -> int | None:
        """Return a slot for a new item, drawn at random; None where there is none."""
        if self._deal is not None:
            slot = self._deal.draw(key, self.items)
        else:
            slot = self._free.draw() if len(self._free) else None
        if slot is not None:
            self._drawn.add(slot)
            self.unswept.discard(slot)
        return slot

    def cover(self) -> dict[int, bytes]:
        """Write random bytes into a part of a free slot; return its new record, to be written."""
        slot = self._any_free()
        if slot is None:
            return {}
        offset = secrets.randbelow(self.container.size // COVER_BYTES) * COVER_BYTES
        self.container.write_part(slot, offset, filling(COVER_BYTES))
        return {slot: encode_unused(self.kind, slot)}

    def _any_free(self) -> int | None:
        if self._deal is not None:
            return self._deal.any_free()
        return self._free.any_one() if len(self._free) else None

    def touch(self) -> None:
        """Let the file that only growth and imports write be as new as the others."""
        os.utime(self._marks_path)

    def know(self, items: Iterable[Item]) -> None:
        """Know items whose bodies and records are durable."""
        for item in items:
            self.items[item.key] = item
            self._drawn.discard(item.slot)

    # ---- Deleting -------------------------------------------------------------------------------

    def drop(self, items: Iterable[Item]) -> int:
        """Delete those of these items that are there, durably; return how many.

        Their bytes are wiped later.
        """
        gone = [item for item in items if self.items.get(item.key) == item]
        for item in gone:
            del self.items[item.key]
        self._to_be_wiped([item.slot for item in gone])
        return len(gone)

    def _to_be_wiped(self, gone: Sequence[int]) -> None:
        if not gone:
            return
        # A copy that is taken while they are wiped must not see in which order they came.
        slots = random.SystemRandom().sample(gone, len(gone))
        self.index.write({slot: encode_unused(self.kind, slot, State.WIPING) for slot in slots})
        self.wiping.extend(slots)
        # Who goes where is drawn anew without them.
        self._end_deal()

    def wipe_step(self) -> None:
        """Write random bytes over a few slots of what was deleted, and set them free."""
        slots = self.wiping[: self.step]
        if not slots:
            return
        self._blank(slots)
        del self.wiping[: len(slots)]
        if self._deal is None:
            self._free.add(slots)
        else:
            self._deal.add_free(slots)

    def _blank(self, slots: Iterable[int]) -> None:
        for slot in slots:
            self.container.fill(slot)
        self.container.sync()
        self.index.write({slot: encode_unused(self.kind, slot) for slot in slots})

    def sweep_step(self) -> None:
        """Write random bytes over a few free slots in which a killed process may have left some."""
        some = [self.unswept.pop() for _ in range(min(self.step, len(self.unswept)))]
        for slot in some:
            self.container.fill(slot)
        if some:
            self.container.sync()

    def sweep_all(self) -> None:
        """Look upon every free slot as one in which something may have been left."""
        self.unswept = set(self._free.numbers())

    # ---- Marks ----------------------------------------------------------------------------------

    def read_marks(self) -> Marks:
        """Return which recipients have which items, by the items' ties."""
        return read_marks(self._marks.read(0, self.slots))[0]

    def write_marks(self, marks: Marks) -> None:
        """Write the marks of all items; durable when it returns."""
        if self.slots:
            self._marks.write(0, encode_marks(self.items.values(), marks, self.slots))
            self._marks.sync()

    # ---- More slots -----------------------------------------------------------------------------

    def wants_more(self) -> bool:
        """Tell whether there should be more slots, and none are on their way."""
        return self.growth is None and self._free_are_few()

    def _free_are_few(self) -> bool:
        return len(self._free) * FREE_SHARE <= self.slots

    def is_stuck(self) -> bool:
        """Tell whether the dealing cannot go on without more slots."""
        return self._deal is not None and self._deal.is_stuck(self.items)

    def is_dealing(self) -> bool:
        """Tell whether items are being dealt anew."""
        return self.growth is not None and self.growth.phase is Phase.DEALING

    def begin_growth(self, more: int) -> None:
        """Begin to make so many slots more."""
        growth = Growth(Phase.EXTENDING, Week(0), self.slots, self.slots + more)
        growth.write(self._growth_path)
        self._end_deal()
        self.growth, self._extended = growth, 0

    def grow_step(self) -> None:
        """Go on with a growth that is under way, for one step."""
        growth = self.growth
        if growth is None:
            return
        if growth.phase is Phase.EXTENDING:
            self._extend(growth)
        else:
            self._deal_step(growth)

    def _extend(self, growth: Growth) -> None:
        """Add records first, then bodies, then let them count."""
        first = growth.before + self._extended
        if first < growth.after:
            slots = range(first, min(growth.after, first + STEP_RECORDS))
            self.index.write({slot: encode_unused(self.kind, slot) for slot in slots})
            self._marks.write(first, encode_marks((), {}, len(slots)))
            self._marks.sync()
            self._extended += len(slots)
            return
        there = self.container.slots()
        for slot in range(there, min(growth.after, there + self.step)):
            self.container.fill(slot)
        self.container.sync()
        if self.container.slots() >= growth.after:
            self._extended_to(growth.after)

    def disk_took_no_more(self) -> None:
        """Be content with the bodies that there are, or wait until there is room for more."""
        growth = self.growth
        if growth is None or growth.phase is not Phase.EXTENDING:
            return
        there = min(self.container.slots(), growth.before + self._extended)
        if there > growth.before:
            self._extended_to(there)
        else:
            self.stalled = True

    def missing_bytes(self) -> int:
        """How many bytes of a growth the disk has still to take, at most."""
        growth = self.growth
        if growth is None or growth.phase is not Phase.EXTENDING:
            return 0
        return (growth.after - growth.before) * (self.container.size + SLOT_OVERHEAD)

    def _extended_to(self, slots: int) -> None:
        before = self.slots
        week = max((item.week for item in self.items.values()), default=Week(0))
        self.growth = Growth(Phase.DEALING, week, before, slots)
        self.growth.write(self._growth_path)
        self._free.add(range(before, slots))
        self.slots = slots

    def _deal_step(self, growth: Growth) -> None:
        deal = self._deal or self._begin_deal(growth)
        if not deal.is_over():
            self._move(deal)
        if deal.is_over() and not self.wiping:
            self._end_deal()
            end_growth(self._growth_path)
            self.growth = None

    def _begin_deal(self, growth: Growth) -> Deal:
        items = [item for item in self.items.values() if item.week >= growth.week]
        self._deal = Deal(items, self._free.numbers(), growth.before)
        return self._deal

    def _end_deal(self) -> None:
        """Forget who was to go where: all slots in which nothing lies are free."""
        if self._deal is None:
            return
        self._deal = None
        taken = {item.slot for item in self.items.values()}
        taken.update(self.wiping, self.damaged, self._drawn)
        self._free = FreeSlots(set(range(self.slots)) - taken)

    def _move(self, deal: Deal) -> None:
        """Copy a few items to where they go, then wipe where they were."""
        steps = deal.steps(self.items, self.step)
        going = [(self.items[key], slot) for key, slot in steps]
        there = [item.moved(slot) for item, slot in going]
        for item, slot in going:
            self.container.write(slot, self.container.read(item.slot))
            self.unswept.discard(slot)
        self.container.sync()
        self.index.write({item.slot: encode_item(item) for item in there})
        self.know(there)
        left = [item.slot for item, _ in going]
        wiping = {slot: encode_unused(self.kind, slot, State.WIPING) for slot in left}
        if wiping:
            self.index.write(wiping)
            self._blank(left)
        for slot in left:
            deal.vacated(slot)


def slots_that_count(growth: Growth | None, records: int, bodies: int) -> int:
    """Return how many slots there are, by the files' own sizes; what lies beyond is nothing yet."""
    if growth is not None and growth.phase is Phase.EXTENDING:
        return min(growth.before, records, bodies)
    if growth is not None:
        return min(growth.after, records, bodies)
    return min(records, bodies)
