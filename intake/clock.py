"""What this machine's clock says, as the protocol counts days: SPEC 2."""

from crypto.names import Day
from ground import days

__all__ = ["today"]


def today() -> Day:
    """Return the day, UTC."""
    return Day(days.today())
