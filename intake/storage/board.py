"""The board as it is given out: volumes, made when batches were taken, the same for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from crypto.names import Day, Week
from crypto.volumes import Volume
from intake.storage import retention

__all__ = ["StoredVolume", "is_live", "live_records"]


@dataclass(frozen=True, repr=False)
class StoredVolume:
    """A volume: what the list says of it, and its bytes, `listed.records` records of 1,024."""

    listed: Volume
    content: bytes


def is_live(week: Week, reply_days: int, day: Day) -> bool:
    """Tell whether the volume of a week is given out on a day: SPEC 9.2."""
    return retention.age(week, day) < reply_days


def live_records(records: Mapping[Week, int], reply_days: int, day: Day) -> int:
    """Return how many records are given out on a day; `records` has those of each week."""
    return sum(count for week, count in records.items() if is_live(week, reply_days, day))
