"""Reckoning with days and weeks: SPEC 2. Pure: today is an argument, always."""

from crypto.lifetimes import DAYS_A_WEEK
from crypto.names import Day, Week

__all__ = ["first_day", "later", "week_of", "weeks"]


def later(day: Day, days: int) -> Day:
    """Return the day so many days after a day; before it where `days` is negative."""
    return Day(day + days)


def week_of(day: Day) -> Week:
    """Return the week in which a day lies."""
    return Week(day // DAYS_A_WEEK)


def first_day(week: Week) -> Day:
    """Return the first day of a week, a Thursday."""
    return Day(DAYS_A_WEEK * week)


def weeks(first: Week, end: Week) -> list[Week]:
    """Return the weeks [first, end)."""
    return list(map(Week, range(first, end)))
