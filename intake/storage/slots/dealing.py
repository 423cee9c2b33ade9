"""Dealing items anew over all slots, after their number was doubled.

Without it, what lies in the new half would have come after the doubling. Each item of the running
week gets a slot drawn at random among all that are free or hold such an item; what comes meanwhile
draws from those that are left, whether or not something still lies there. So a week's items lie as
they would had all slots been there from its beginning.

Items move when nothing lies any more where they go. What comes and drew a slot that is still
occupied waits in another, and moves too.
"""

import random
import secrets
from collections.abc import Container, Iterable, Sequence

from intake.storage.slots.free_slots import FreeSlots
from intake.storage.slots.records import Item

__all__ = ["Deal"]


class Deal:
    """Who moves where. Knows slots and keys; moves nothing itself.

    `free` are the slots that new items may take at once.
    """

    def __init__(self, items: Sequence[Item], free: Iterable[int]) -> None:
        chance = random.SystemRandom()
        mine, vacant = {item.slot for item in items}, list(free)
        targets = chance.sample([*mine, *vacant], len(items))
        moves = [
            (item.key, target)
            for item, target in zip(items, targets, strict=True)
            if item.slot != target
        ]
        chance.shuffle(moves)
        self._moves = dict(moves)
        self._occupied = mine
        self._vacating = mine - set(targets)
        self.free = FreeSlots(set(vacant) - set(targets))

    def is_over(self) -> bool:
        """Tell whether everything lies where it was dealt."""
        return not self._moves

    def draw(self, key: bytes) -> int | None:
        """Return a slot for a new item, which may have to move on from it; None if there is none.

        All slots that will be free in the end are equally likely to be its last.
        """
        if not len(self.free):
            return None
        if secrets.randbelow(len(self.free) + len(self._vacating)) < len(self.free):
            return self.free.draw()
        last = secrets.choice(tuple(self._vacating))
        self._vacating.remove(last)
        return self._stop_over(key, last)

    def _stop_over(self, key: bytes, last: int) -> int:
        """Return a free slot in which an item lies until its own is free."""
        slot = self.free.draw()
        self._moves[key] = last
        self._vacating.add(slot)
        self._occupied.add(slot)
        return slot

    def steps(self, there: Container[bytes], limit: int) -> list[tuple[bytes, int]]:
        """Return up to so many keys whose items are there and can move now, and where each goes.

        The slots that they leave must be told to `vacated` once nothing lies there.
        """
        moves = [(key, to) for key, to in self._moves.items() if key in there]
        ready = [(key, to) for key, to in moves if to not in self._occupied][:limit]
        if not ready and moves and len(self.free):
            # They wait for each other in a circle: one makes way.
            key, last = moves[0]
            return [(key, self._stop_over(key, last))]
        for key, _ in ready:
            del self._moves[key]
        return ready

    def vacated(self, slot: int) -> bool:
        """Know that nothing lies in a slot any more; returns whether new items may take it."""
        self._occupied.discard(slot)
        if slot not in self._vacating:
            return False
        self._vacating.remove(slot)
        self.free.add((slot,))
        return True
