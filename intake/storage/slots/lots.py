"""Things from which one is drawn at random, and any of which can be taken out."""

import secrets
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["Lots"]

Lot = TypeVar("Lot", bound=Hashable)


class Lots(Generic[Lot]):
    """Different things, in no meaningful order; whatever is done with one takes the same time."""

    def __init__(self, lots: Iterable[Lot] = ()) -> None:
        self._lots = list(lots)
        self._places = {lot: place for place, lot in enumerate(self._lots)}

    def __len__(self) -> int:
        return len(self._lots)

    def __contains__(self, lot: object) -> bool:
        return lot in self._places

    def __iter__(self) -> Iterator[Lot]:
        return iter(self._lots)

    def add(self, lot: Lot) -> None:
        """Add one, unless it is among them."""
        if lot not in self._places:
            self._places[lot] = len(self._lots)
            self._lots.append(lot)

    def remove(self, lot: Lot) -> None:
        """Remove one that is among them."""
        place, last = self._places.pop(lot), self._lots.pop()
        if last != lot:
            self._lots[place] = last
            self._places[last] = place

    def draw(self) -> Lot:
        """Remove one, each being equally likely, and return it."""
        lot = secrets.choice(self._lots)
        self.remove(lot)
        return lot
