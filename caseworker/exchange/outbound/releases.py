"""When batches leave: at every export, or at the first one on or after a day of the week."""

from caseworker.vault.database import Database
from caseworker.vault.outgoing import last_batch_day
from crypto.days import later
from crypto.lifetimes import DAYS_A_WEEK
from crypto.names import Day

# Day 0, 1970-01-01, was the fourth day of its week.
_WEEKDAY_OF_DAY_0 = 4


def next_release(db: Database, day: Day, release: int) -> Day | None:
    """Return when batches leave next, None where an export of this day makes them.

    `release` is the directory's: 0 for every export, or 1 (Monday) to 7 (Sunday): SPEC 10.2, 13.
    """
    if not release:
        return None
    since_release = (day + _WEEKDAY_OF_DAY_0 - release) % DAYS_A_WEEK
    made = last_batch_day(db)
    if made is None or made < day - since_release:
        return None
    return later(day, DAYS_A_WEEK - since_release)
