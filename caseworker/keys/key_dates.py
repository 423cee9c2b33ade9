"""The dates of an intake key after its own: until when messages under it may still arrive."""

from crypto.sizes import KEY_DAYS
from ground.days import DAYS_A_WEEK

# protocol: a key counts as accepted for this long after its validity.
ACCEPTED_AFTER_DAYS = 7
# protocol: clocks of a server and of a vault may differ by this much.
CLOCKS_DIFFER_DAYS = 2
# protocol: longer than a server keeps an envelope.
_GONE_AFTER_DAYS = 60


def end_of_validity(week: int) -> int:
    """Return the first day on which nothing may be sealed to the key of a week any more."""
    return DAYS_A_WEEK * week + KEY_DAYS


def last_accepted_day(week: int) -> int:
    """Return the last day on which messages under the key of a week still arrive on the server."""
    return end_of_validity(week) + ACCEPTED_AFTER_DAYS - 1


def last_kept_day(week: int) -> int:
    """Return a day by which a server has let go of every message under the key of a week."""
    return end_of_validity(week) + _GONE_AFTER_DAYS
