"""Days as the protocol counts them and as people write them. Only cli.py reads a clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS_A_WEEK = 7
# Days come from strangers too. What the calendar has no name for is shown as its last day.
_LAST_DAY = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days


@dataclass(frozen=True)
class Moment:
    """When something happens: the UTC day since 1970-01-01, and the UTC time, `hh:mm:ss`."""

    day: int
    time: str


def moment(clock: datetime) -> Moment:
    """Return the moment of a clock that knows its time zone."""
    utc = clock.astimezone(UTC)
    return Moment((utc - _EPOCH).days, utc.strftime("%H:%M:%S"))


def week_of(day: int) -> int:
    """Return the week of a day: SPEC 2."""
    return day // DAYS_A_WEEK


def date_text(day: int) -> str:
    """Return a day as people write it, `26 Nov 2025`."""
    date = _date(day)
    return f"{date.day} {date.strftime('%b %Y')}"


def iso_date(day: int) -> str:
    """Return a day as programs write it, `2025-11-26`."""
    return _date(day).strftime("%Y-%m-%d")


def distance_text(day: int, today: int) -> str:
    """Return how far a day is, and which it is: `in 3 days (26 Nov 2025)`."""
    return f"{_distance(day - today)} ({date_text(day)})"


def until_text(day: int, today: int) -> str:
    """Return until when something holds: `until 26 Nov 2025, in 3 days`."""
    return f"until {date_text(day)}, {_distance(day - today)}"


def _distance(away: int) -> str:
    if away == 0:
        return "today"
    if away > 0:
        return "tomorrow" if away == 1 else f"in {away} days"
    return "yesterday" if away == -1 else f"{-away} days ago"


def _date(day: int) -> datetime:
    return _EPOCH + timedelta(days=min(day, _LAST_DAY))
