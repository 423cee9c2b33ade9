"""Days as a count since 1970-01-01, UTC, so that no local day tells a time zone."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Final

__all__ = ["date_of", "day_of", "today"]

_SECONDS_A_DAY: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Days come from strangers too. What the calendar has no name for is shown as its last day.
_LAST_DAY: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days


def day_of(seconds: float) -> int:
    """Return the day of a time in seconds since 1970-01-01."""
    return int(seconds // _SECONDS_A_DAY)


def today() -> int:
    """Return the day that this machine's clock says."""
    return day_of(time.time())


def date_of(day: int) -> date:
    """Return the date of a day, that of the calendar's last where it ends before."""
    return (_EPOCH + timedelta(days=min(day, _LAST_DAY))).date()
