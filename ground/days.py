"""Days as a count since 1970-01-01, UTC, so that no local day tells a time zone."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

__all__ = ["DAYS_A_WEEK", "Moment", "date_of", "day_of", "moment", "today", "week_of"]

DAYS_A_WEEK: Final = 7
_SECONDS_A_DAY: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Days come from strangers too. What the calendar has no name for is shown as its last day.
_LAST_DAY: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days


@dataclass(frozen=True)
class Moment:
    """When something happens: the UTC day since 1970-01-01, and the UTC time, `hh:mm:ss`."""

    day: int
    time: str


def moment(clock: datetime) -> Moment:
    """Return the moment of a clock that knows its time zone."""
    utc = clock.astimezone(UTC)
    return Moment((utc - _EPOCH).days, utc.strftime("%H:%M:%S"))


def day_of(seconds: float) -> int:
    """Return the day of a time in seconds since 1970-01-01."""
    return int(seconds // _SECONDS_A_DAY)


def today() -> int:
    """Return the day that this machine's clock says."""
    return day_of(time.time())


def week_of(day: int) -> int:
    """Return the week of a day: weeks are counted from 1970-01-01 on, a Thursday."""
    return day // DAYS_A_WEEK


def date_of(day: int) -> date:
    """Return the date of a day, that of the calendar's last where it ends before."""
    return (_EPOCH + timedelta(days=min(day, _LAST_DAY))).date()
