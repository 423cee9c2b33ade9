"""Dealing items anew over all slots, after more were added.

Without it, what lies among the new slots would have come after them. Each item of the running week
gets a slot drawn at random among all that are free or hold such an item, and moves there once
nothing lies there any more, in random order.

What comes meanwhile does as any other item, drawn at random, has done: lies where that lies, among
the old slots or the new, and moves on if that still has to, to where that goes, again among the old
or the new. So at each moment what came before and what came meanwhile lie alike.
"""

import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from intake.storage.slots.free_slots import FreeSlots
from intake.storage.slots.records import Item

__all__ = ["Deal"]

_CHANCE: Final = random.SystemRandom()

Items = Mapping[bytes, Item]
"""Items that are there, by their key."""


class Deal:
    """Who moves where. Moves nothing itself. `before`: how many of the slots are old ones."""

    def __init__(self, items: Sequence[Item], free: Iterable[int], before: int) -> None:
        mine, vacant = {item.slot for item in items}, list(free)
        targets = _CHANCE.sample([*mine, *vacant], len(items))
        self._before = before
        self._keys = [item.key for item in items]
        self._moves = {
            item.key: target
            for item, target in zip(items, targets, strict=True)
            if item.slot != target
        }
        self._occupied = mine
        self._vacating = mine - set(targets)
        self._free = {False: FreeSlots(), True: FreeSlots()}
        self.add_free(set(vacant) - set(targets))

    def free_slots(self) -> int:
        """How many slots new items can take at once."""
        return sum(len(free) for free in self._free.values())

    def any_free(self) -> int | None:
        """Return one of them at random, and leave it; None where there is none."""
        filled = [free for free in self._free.values() if len(free)]
        return secrets.choice(filled).any_one() if filled else None

    def add_free(self, slots: Iterable[int]) -> None:
        """Know more slots that new items can take."""
        for slot in slots:
            self._free[self._is_new(slot)].add((slot,))

    def is_over(self) -> bool:
        """Tell whether everything lies where it was dealt."""
        return not self._moves

    # ---- What comes -----------------------------------------------------------------------------

    def draw(self, key: bytes, there: Items) -> int | None:
        """Return a slot for a new item, which may have to move on; None if there is none."""
        like = there.get(secrets.choice(self._keys)) if self._keys else None
        here_new = bool(secrets.randbelow(2)) if like is None else self._is_new(like.slot)
        slot = self._draw_free(here_new)
        if slot is None:
            return None
        self._keys.append(key)
        last = None if like is None else self._moves.get(like.key)
        if last is not None:
            self._move_on(key, slot, self._is_new(last))
        return slot

    def _move_on(self, key: bytes, slot: int, to_new: bool) -> None:
        """Draw where a new item in a slot will lie in the end."""
        places = [*self._free[to_new].numbers(), *self._vacating, slot]
        last = secrets.choice(
            [place for place in places if self._is_new(place) is to_new] or [slot]
        )
        if last == slot:
            return
        if last in self._vacating:
            self._vacating.remove(last)
        else:
            self._free[to_new].remove(last)
        self._stop_over(key, slot, last)

    def _stop_over(self, key: bytes, slot: int, last: int) -> None:
        self._moves[key] = last
        self._vacating.add(slot)
        self._occupied.add(slot)

    def _draw_free(self, is_new: bool) -> int | None:
        for free in (self._free[is_new], self._free[not is_new]):
            if len(free):
                return free.draw()
        return None

    def _is_new(self, slot: int) -> bool:
        return slot >= self._before

    # ---- What moves -----------------------------------------------------------------------------

    def steps(self, there: Items, limit: int) -> list[tuple[bytes, int]]:
        """Return up to so many keys whose items are there and can move now, and where each goes.

        The slots that they leave must be told to `vacated` once nothing lies there.
        """
        moves = [(key, to) for key, to in self._moves.items() if key in there]
        ready = [(key, to) for key, to in moves if to not in self._occupied]
        ready = _CHANCE.sample(ready, min(limit, len(ready)))
        if not ready and moves and self.free_slots():
            # They wait for each other in a circle: one makes way.
            key, last = moves[0]
            slot = self._draw_free(is_new=True)
            if slot is not None:
                self._stop_over(key, slot, last)
                return [(key, slot)]
        for key, _ in ready:
            del self._moves[key]
        return ready

    def is_stuck(self, there: Items) -> bool:
        """Tell whether no item can move and no slot is left to make way into."""
        moves = [to for key, to in self._moves.items() if key in there]
        can_move = any(to not in self._occupied for to in moves)
        return bool(self._moves) and not self.free_slots() and not can_move

    def vacated(self, slot: int) -> None:
        """Know that nothing lies in a slot any more."""
        self._occupied.discard(slot)
        if slot in self._vacating:
            self._vacating.remove(slot)
            self.add_free((slot,))
