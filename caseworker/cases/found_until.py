"""Until when a source that comes back looks for an answer: after that nobody finds one."""

from caseworker.vault.chains import week_of_thread
from caseworker.vault.database import Database
from crypto.days import first_day, later
from crypto.lifetimes import DAYS_A_WEEK, KEY_DAYS
from crypto.names import Day, ThreadId
from ground.shell.figures import date_text
from ground.shell.refusals import Refusal

__all__ = ["NeverFoundError", "found_until"]


class NeverFoundError(Refusal):
    """Nobody looks for an answer to a case any more: the last day was `until`."""

    def __init__(self, case_number: int, until: Day) -> None:
        super().__init__(
            f"nobody looks for an answer to case {case_number} any more: its source last wrote too "
            f"long ago, and has looked no longer than until {date_text(until)}",
            "nothing was written. Once the source writes again it can be answered; until then a "
            f"note keeps what you know: caseworker note VAULT {case_number}",
        )


def found_until(db: Database, thread_id: ThreadId, codename_days: int) -> Day | None:
    """Return the last day on which the source of a thread tries the chain that answers it.

    SPEC 9.1: it counts from the week of its newest message's intake key, by the directory's
    `codename_days`. None where it has no chain.
    """
    week = week_of_thread(db, thread_id)
    if week is None:
        return None
    return later(first_day(week), DAYS_A_WEEK - 1 + codename_days + KEY_DAYS)
