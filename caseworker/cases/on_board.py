"""What of this vault's lies on the board, and whose answers are in it."""

from collections.abc import Iterable

from caseworker.cases.lists import replies_in_batches
from caseworker.keys.directories import known_directory
from caseworker.vault.folder import Vault
from caseworker.vault.taken import last_live_day, outgoing_state
from crypto.names import Day
from crypto.statements import StatementKind

__all__ = ["batches_on_board", "cases_in_batches"]


def batches_on_board(vault: Vault, today: Day) -> frozenset[int]:
    """Return the numbers of the batches that lie on the board today, as far as is known here."""
    reply_days = known_directory(vault).policy.reply_days
    return frozenset(
        one.row.number
        for one in outgoing_state(vault)
        if one.row.kind == StatementKind.BATCH
        and one.week_taken is not None
        and today <= last_live_day(one.week_taken, reply_days)
    )


def cases_in_batches(vault: Vault, batches: Iterable[int]) -> tuple[int, ...]:
    """Return the numbers of the cases of which something was sealed into these batches."""
    replies = replies_in_batches(vault.db, batches)
    return tuple(sorted({one.case_number for one in replies}))
