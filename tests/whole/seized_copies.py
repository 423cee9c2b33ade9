"""What somebody who copies a data folder reads out of it, once and for all."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.slots.survey import survey
from tests.means.order_on_disk import PROBE, Arrivals, deviation, files_of, found_in

__all__ = ["Copy", "read_copy"]

DATABASE = "intake.sqlite"


@dataclass(frozen=True)
class Copy:
    """One copy. `places`: by file and what was looked for, where in it each item lies, 0 to 1.

    `marks`: who has confirmed an item, as the folder says. `orders`: for each way to order what
    came in one week, how far Kendall's tau with the order of arrival is from chance. `in_database`:
    how many ids or digests stand in the database or its log.
    """

    name: str
    places: Mapping[str, Mapping[bytes, float]]
    marks: Mapping[bytes, frozenset[bytes]]
    orders: Mapping[str, float]
    in_database: int

    @cached_property
    def ranks(self) -> Mapping[str, Mapping[bytes, float]]:
        """As `places`: which share of what was found lies before each."""
        return {what: _ranks(places) for what, places in self.places.items()}


def read_copy(folder: Path, arrivals: Collection[Arrivals], records: Collection[bytes]) -> Copy:
    """Read a copy, and remove it. `arrivals` of each week; `records` of the board."""
    marks = _marks(folder)
    files = files_of(folder)
    shutil.rmtree(folder)
    wanted = [
        (week, sign, key, value)
        for week, came in enumerate(arrivals)
        for sign, values in came.signs().items()
        for key, value in zip(came.ids, values, strict=True)
    ] + [(0, "record", record, record[:PROBE]) for record in records]
    places: dict[str, dict[bytes, float]] = {}
    orders: dict[str, float] = {}
    in_database = 0
    for name, content in files.items():
        ways: dict[tuple[str, int], list[tuple[int, int]]] = {}
        found = found_in(content, [value for *_, value in wanted])
        # In the order of arrival.
        for number in sorted(found):
            week, sign, key, _ = wanted[number]
            ways.setdefault((sign, week), []).append(found[number])
            place = found[number][0] / len(content)
            places.setdefault(f"{name} by {sign}", {})[key] = place
            in_database += DATABASE in name and sign != "record"
        for (sign, week), there in ways.items():
            if sign != "record":
                orders[f"{name} by {sign}, week {week}"] = deviation([at for at, _ in there])
                orders[f"{name} by last {sign}, week {week}"] = deviation([at for _, at in there])
    return Copy(folder.name, places, marks, orders, in_database)


def _marks(folder: Path) -> dict[bytes, frozenset[bytes]]:
    marks: dict[bytes, frozenset[bytes]] = {}
    for kind in Kind:
        found = survey(DataFolder(folder), kind)
        marks |= {item.key: found.marks.get(item.tie, frozenset()) for item in found.items}
    return marks


def _ranks(places: Mapping[bytes, float]) -> dict[bytes, float]:
    order = sorted(places, key=lambda key: places[key])
    return {key: place / len(order) for place, key in enumerate(order)}
