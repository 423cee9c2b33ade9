"""After a vault came from a backup: it moves on past all that it may have given out.

The backup knows what was given out before it was made, and an inbound bundle what the server has
taken since. So a restore moves numbers and pair chains on by what is known at once, and again,
where that is needed, by the first bundle that the server wrote after the restore; until then
nothing is exported. Were it, a second restore of one backup would use the indexes of the first
again. A folder that was copied back by hand is found out by the first bundle that names what it has
not made: SPEC 14.1.
"""

from caseworker.keys.cards import make_card
from caseworker.keys.directories import adopt_stray, known_directory, stray_directory
from caseworker.log.chain import append_event
from caseworker.log.vault_events import FoundRestored
from caseworker.moments import Moment
from caseworker.vault.chains import step_chains
from caseworker.vault.condition import (
    awaits_bundle_of,
    seen_day,
    set_awaits_bundle_of,
    set_restored_day,
)
from caseworker.vault.folder import Vault
from caseworker.vault.numbers import NUMBERS_SKIPPED, highest_number, raise_number
from caseworker.vault.of_before import is_of_before
from caseworker.vault.taken import (
    highest_moved_past,
    highest_named,
    lines_not_made,
    move_past,
    number_name,
)
from crypto.days import week_of
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day
from crypto.statements import StatementKind

# SPEC 14.1
INDEXES_SKIPPED = 16


def move_numbers_on(
    vault: Vault, moment: Moment, *, await_bundle: bool = True, from_backup: bool = False
) -> None:
    """Skip 16 indexes of each pair chain and 1,000 of every other number; make a new card.

    Every restore of the same backup skips 16 indexes more: the batches that the server has taken
    tell how many there were before. Then a bundle is awaited that tells what the server has, unless
    it was told: by a directory that came and that this vault did not issue, or because there is no
    server that could tell. `from_backup`: what the vault was told is as old as the backup, and each
    restore would begin with the same.
    """
    if is_of_before(vault.db):
        return
    told = (stray_directory(vault) is not None and not from_backup) or not await_bundle
    with vault.db.transaction():
        adopt_stray(vault)
        known = highest_number(vault.db, number_name(StatementKind.BATCH))
        _skip_indexes(vault, moment.day, 1 + _restores_since(vault, known))
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
    _skip_indexes(vault, today, _restores_since(vault, known))
    for kind in StatementKind:
        highest = max(highest_moved_past(vault, kind), highest_named(vault, kind))
        move_past(vault, kind, highest, NUMBERS_SKIPPED)
    _skip_directories(vault)
    set_awaits_bundle_of(vault.db, None)


def find_restored(vault: Vault, moment: Moment) -> bool:
    """Tell, within an import, whether the server names what this vault has not made.

    Then it was restored, and moves on: no command is needed. Not while it is awaited what the
    server has: until then such a line tells nothing new. A directory that it did not issue stays a
    matter for a person: somebody else may have its key.
    """
    if awaits_bundle_of(vault.db) is not None or not lines_not_made(vault):
        return False
    known = highest_number(vault.db, number_name(StatementKind.BATCH))
    _skip_indexes(vault, moment.day, 1 + _restores_since(vault, known))
    for kind in StatementKind:
        given_out = highest_number(vault.db, number_name(kind))
        move_past(vault, kind, max(given_out, highest_named(vault, kind)), NUMBERS_SKIPPED)
    _skip_directories(vault)
    raise_number(vault.db, "card", highest_number(vault.db, "card") + NUMBERS_SKIPPED)
    set_restored_day(vault.db, moment.day)
    append_event(vault, moment, FoundRestored(highest_named(vault, StatementKind.BATCH)))
    return True


def _skip_directories(vault: Vault) -> None:
    sequence = known_directory(vault).sequence
    raise_number(vault.db, "directory", sequence + NUMBERS_SKIPPED)


def _skip_indexes(vault: Vault, today: Day, restores: int) -> None:
    if restores:
        step_chains(vault.db, vault.genesis_id, INDEXES_SKIPPED * restores, week_of(today))


def _restores_since(vault: Vault, known: int) -> int:
    """Return how many restores made batches after those that the backup knew."""
    return max(0, highest_named(vault, StatementKind.BATCH) - known) // NUMBERS_SKIPPED
