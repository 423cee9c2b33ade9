"""The dates of an intake key after its own: until when messages under it may still arrive."""

from crypto.lifetimes import KEY_ACCEPTED_DAYS, KEY_DAYS, KEY_GONE_DAYS
from ground.days import DAYS_A_WEEK


def end_of_validity(week: int) -> int:
    """Return the first day on which nothing may be sealed to the key of a week any more."""
    return DAYS_A_WEEK * week + KEY_DAYS


def last_accepted_day(week: int) -> int:
    """Return the last day on which messages under the key of a week still arrive on the server."""
    return end_of_validity(week) + KEY_ACCEPTED_DAYS - 1


def last_kept_day(week: int) -> int:
    """Return a day by which a server has let go of every message under the key of a week."""
    return end_of_validity(week) + KEY_GONE_DAYS
