"""Until when a source that comes back looks for an answer: after that nobody finds one."""

from caseworker.keys.directories import known_directory
from caseworker.vault.chains import week_of_thread
from caseworker.vault.folder import Vault
from crypto.days import first_day, later
from crypto.lifetimes import DAYS_A_WEEK, KEY_DAYS
from crypto.names import Day, ThreadId
from ground.shell.figures import date_text
from ground.shell.refusals import Refusal

__all__ = ["found_until", "refuse_never_found"]


def found_until(vault: Vault, thread_id: ThreadId) -> Day | None:
    """Return the last day on which the source of a thread tries the chain that answers it.

    SPEC 9.1: it counts from the week of its newest message's intake key. None where it has no
    chain.
    """
    week = week_of_thread(vault.db, thread_id)
    if week is None:
        return None
    kept = known_directory(vault).policy.codename_days
    return later(first_day(week), DAYS_A_WEEK - 1 + kept + KEY_DAYS)


def refuse_never_found(vault: Vault, case_number: int, thread_id: ThreadId, today: Day) -> None:
    """Raise Refusal where nobody would find a reply to a case."""
    until = found_until(vault, thread_id)
    if until is not None and until < today:
        raise Refusal(
            f"nobody looks for an answer to case {case_number} any more: its source last wrote too "
            f"long ago, and has looked no longer than until {date_text(until)}",
            "nothing was written. Once the source writes again it can be answered; until then a "
            f"note keeps what you know: caseworker note VAULT {case_number}",
        )
