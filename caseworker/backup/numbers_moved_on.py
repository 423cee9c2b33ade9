"""After a vault came from a backup: its numbers move on past all that it may have given out.

The backup knows what was given out before it was made, and an inbound bundle what the server has
taken since. So a restore moves the numbers on by what is known at once, and again, where that is
needed, by the first bundle that the server wrote after the restore; until then nothing is exported.
Were it, a second restore of one backup would use the reply indexes of the first again.
"""

from caseworker.keys.cards import make_card
from caseworker.keys.directories import adopt_stray, known_directory, stray_directory
from caseworker.moments import Moment
from caseworker.vault.condition import (
    awaits_bundle_of,
    is_behind,
    seen_day,
    set_awaits_bundle_of,
    set_behind,
    set_restored_day,
)
from caseworker.vault.folder import Vault
from caseworker.vault.numbers import highest_number, move_reply_indexes, raise_number
from caseworker.vault.taken import highest_moved_past, highest_named, move_past, number_name
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day
from crypto.statements import StatementKind

NUMBERS_SKIPPED = 1000
_INDEXES = 32


def move_numbers_on(
    vault: Vault, moment: Moment, *, await_bundle: bool = True, from_backup: bool = False
) -> None:
    """Skip 32 reply indexes of each thread and 1,000 of every other number; make a new card.

    Every restore of the same backup skips 32 indexes more: the batches that the server has taken
    tell how many there were before. Where the last inbound bundle showed that the vault is behind,
    or brought a directory that it did not issue, that was told; else such a bundle is awaited,
    unless there is no server that could tell. `from_backup`: what the vault was told is as old as
    the backup, and each restore would begin with the same.
    """
    was_told = is_behind(vault.db) or stray_directory(vault) is not None
    told = (was_told and not from_backup) or not await_bundle
    with vault.db.transaction():
        adopt_stray(vault)
        known = highest_number(vault.db, number_name(StatementKind.BATCH))
        move_reply_indexes(vault.db, _INDEXES * (1 + _restores_since(vault, known)))
        for kind in StatementKind:
            given_out = highest_number(vault.db, number_name(kind))
            move_past(vault, kind, max(given_out, highest_named(vault, kind)), NUMBERS_SKIPPED)
        sequence = max(known_directory(vault).sequence, highest_number(vault.db, "directory"))
        raise_number(vault.db, "directory", sequence + NUMBERS_SKIPPED)
        raise_number(vault.db, "card", highest_number(vault.db, "card") + NUMBERS_SKIPPED)
        # The clock of a restore may be behind: the backup knows that it is at least this late.
        since = max(moment.day, seen_day(vault.db))
        set_awaits_bundle_of(vault.db, None if told else since)
        set_restored_day(vault.db, moment.day)
        set_behind(vault.db, False)
    make_card(vault, moment)


def hear_after_restore(vault: Vault, export_day: Day, today: Day) -> None:
    """Move numbers on, within an import, past what the server names after a restore.

    Where the clock was ahead at the restore, a bundle of today is new enough. One of days to come
    is none: the clock is behind, and the bundle may be older than the restore.
    """
    since = awaits_bundle_of(vault.db)
    if since is None or not min(since, today) <= export_day <= today + CLOCK_GRACE_DAYS:
        return
    adopt_stray(vault)
    known = highest_moved_past(vault, StatementKind.BATCH)
    move_reply_indexes(vault.db, _INDEXES * _restores_since(vault, known))
    for kind in StatementKind:
        highest = max(highest_moved_past(vault, kind), highest_named(vault, kind))
        move_past(vault, kind, highest, NUMBERS_SKIPPED)
    sequence = known_directory(vault).sequence
    raise_number(vault.db, "directory", sequence + NUMBERS_SKIPPED)
    set_awaits_bundle_of(vault.db, None)


def _restores_since(vault: Vault, known: int) -> int:
    """Return how many restores made batches after those that the backup knew."""
    return max(0, highest_named(vault, StatementKind.BATCH) - known) // NUMBERS_SKIPPED
