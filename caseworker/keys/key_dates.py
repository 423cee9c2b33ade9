"""The dates of an intake key after its own: until when messages under it may still arrive."""

from crypto.days import first_day, later
from crypto.lifetimes import KEY_ACCEPTED_DAYS, KEY_DAYS, KEY_GONE_DAYS
from crypto.names import Day, Week


def end_of_validity(week: Week) -> Day:
    """Return the first day on which nothing may be sealed to the key of a week any more."""
    return later(first_day(week), KEY_DAYS)


def last_accepted_day(week: Week) -> Day:
    """Return the last day on which messages under the key of a week still arrive on the server."""
    return later(end_of_validity(week), KEY_ACCEPTED_DAYS - 1)


def last_kept_day(week: Week) -> Day:
    """Return a day by which a server has let go of every message under the key of a week."""
    return later(end_of_validity(week), KEY_GONE_DAYS)
