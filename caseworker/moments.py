"""When something happens: the day as the protocol counts it, and the time."""

from dataclasses import dataclass
from datetime import UTC, datetime

from crypto.names import Day
from ground.days import day_of

__all__ = ["Moment", "moment"]


@dataclass(frozen=True)
class Moment:
    """When something happens: the UTC day since 1970-01-01, and the UTC time, `hh:mm:ss`."""

    day: Day
    time: str


def moment(clock: datetime) -> Moment:
    """Return the moment of a clock that knows its time zone."""
    utc = clock.astimezone(UTC)
    return Moment(Day(day_of(utc.timestamp())), utc.strftime("%H:%M:%S"))
