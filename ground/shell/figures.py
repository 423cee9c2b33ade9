"""Numbers, sizes and dates as people read them, in the language spoken: Babel writes them."""

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from ground.days import date_of
from ground.languages import gettext as _
from ground.languages import ngettext, spoken

if TYPE_CHECKING:
    from babel import Locale

__all__ = [
    "counted",
    "date_text",
    "distance_text",
    "iso_date",
    "iso_date_or_none",
    "long_date_text",
    "number_text",
    "size_text",
    "time_text",
    "until_text",
]

_UNITS = ((10**12, "terabyte"), (10**9, "gigabyte"), (10**6, "megabyte"), (10**3, "kilobyte"))
# From here on the next unit would stand with 1,000.
_ROUNDED_UP = 0.99995
_LAST_WORDS = re.compile(r"\s*'[^']*'\.?$")


def number_text(number: int) -> str:
    """Return a whole number, `20,000`."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_locale())


def size_text(size: float) -> str:
    """Return a number of bytes, `3.1 MB`."""
    from babel.units import format_unit

    for unit, name in _UNITS:
        if size >= unit * _ROUNDED_UP:
            return format_unit(
                size / unit, f"digital-{name}", "short", format="#,##0.0", locale=_locale()
            )
    return format_unit(round(size), "digital-byte", "long", locale=_locale())


def time_text(seconds: float) -> str:
    """Return a length of time in its two largest units at most, `2 min 5 s`."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    if not minutes:
        return _("{s} s").format(s=rest)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("{m} min {s} s").format(m=minutes, s=rest)
    return _("{h} h {m} min").format(h=hours, m=minutes)


def iso_date(day: int) -> str:
    """Return a day as programs write it, `2025-11-26`."""
    return date_of(day).isoformat()


def iso_date_or_none(day: int | None) -> str | None:
    """Return a day as programs write it; None for none."""
    return None if day is None else iso_date(day)


def date_text(day: int) -> str:
    """Return a day for lists, `26 Nov 2025`."""
    return _written(day, "medium")


def long_date_text(day: int) -> str:
    """Return a day written out, `26 November 2025`."""
    return _written(day, "long")


def distance_text(day: int, today: int) -> str:
    """Return how far a day is, and which it is: `in 3 days (26 Nov 2025)`."""
    return f"{_distance(day - today)} ({date_text(day)})"


def until_text(day: int, today: int) -> str:
    """Return until when something holds: `until 26 Nov 2025, in 3 days`."""
    return _("until {day}, {distance}").format(day=date_text(day), distance=_distance(day - today))


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its English word, `1 case`, `2,000 cases`."""
    return f"{number_text(number)} {one if number == 1 else many or one + 's'}"


def _written(day: int, length: Literal["medium", "long"]) -> str:
    from babel.dates import format_date, get_date_format

    locale = _locale()
    # Russian ends a date with an abbreviation and its full stop, which no sentence can go on after.
    pattern = _LAST_WORDS.sub("", get_date_format(length, locale=locale).pattern)
    return format_date(date_of(day), pattern, locale=locale)


def _distance(away: int) -> str:
    if away in (-1, 0, 1):
        return (_("yesterday"), _("today"), _("tomorrow"))[away + 1]
    if away > 0:
        return ngettext("in {n} day", "in {n} days", away).format(n=number_text(away))
    return ngettext("{n} day ago", "{n} days ago", -away).format(n=number_text(-away))


def _locale() -> "Locale":
    return _parsed(spoken().locale)


@cache
def _parsed(name: str) -> "Locale":
    from babel import Locale

    return Locale.parse(name)
