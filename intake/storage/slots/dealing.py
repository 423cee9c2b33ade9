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
from intake.storage.slots.lots import Lots
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
        # Who goes to a slot, and who of them can go now.
        self._goers = {target: key for key, target in self._moves.items()}
        self._ready = Lots(key for key, to in self._moves.items() if to not in mine)
        self._vacating: dict[bool, Lots[int]] = {False: Lots(), True: Lots()}
        for slot in mine - set(targets):
            self._vacating[self._is_new(slot)].add(slot)
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
        free, vacating = self._free[to_new], self._vacating[to_new]
        stays = int(self._is_new(slot) is to_new)
        places = len(free) + len(vacating) + stays
        # One of all these, each being equally likely, without a list of them.
        drawn = secrets.randbelow(places) if places else 0
        if drawn < len(free):
            self._stop_over(key, slot, free.draw())
        elif drawn < len(free) + len(vacating):
            self._stop_over(key, slot, vacating.draw())

    def _stop_over(self, key: bytes, slot: int, last: int) -> None:
        self._moves[key] = last
        self._goers[last] = key
        self._vacating[self._is_new(slot)].add(slot)
        self._occupied.add(slot)
        if last not in self._occupied:
            self._ready.add(key)

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
        ready = self._draw_ready(there, limit)
        if not ready:
            # They wait for each other in a circle: one makes way.
            key = next((key for key in self._moves if key in there), None)
            slot = None if key is None else self._draw_free(is_new=True)
            if key is None or slot is None:
                return []
            self._stop_over(key, slot, self._moves[key])
            return [(key, slot)]
        steps = [(key, self._moves.pop(key)) for key in ready]
        for _, to in steps:
            del self._goers[to]
        return steps

    def _draw_ready(self, there: Items, limit: int) -> list[bytes]:
        """Draw up to so many of those that can move now."""
        drawn: list[bytes] = []
        # What is being stored right now has drawn its slot, and is not there yet.
        early: list[bytes] = []
        while self._ready and len(drawn) < limit:
            key = self._ready.draw()
            (drawn if key in there else early).append(key)
        for key in early:
            self._ready.add(key)
        return drawn

    def is_stuck(self, there: Items) -> bool:
        """Tell whether no item can move and no slot is left to make way into."""
        can_move = any(key in there for key in self._ready)
        return bool(self._moves) and not self.free_slots() and not can_move

    def vacated(self, slot: int) -> None:
        """Know that nothing lies in a slot any more."""
        self._occupied.discard(slot)
        vacating = self._vacating[self._is_new(slot)]
        if slot in vacating:
            vacating.remove(slot)
            self.add_free((slot,))
        elif slot in self._goers:
            self._ready.add(self._goers[slot])
