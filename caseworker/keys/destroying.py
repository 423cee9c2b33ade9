"""Destroying intake secrets after an import: what the rules say, and what a person said."""

from collections.abc import Callable
from dataclasses import dataclass

from caseworker.keys.destruction import Destruction, Doubt, destruction_due
from caseworker.log.chain import append_event
from caseworker.log.vault_events import KeysDestroyed
from caseworker.moments import Moment
from caseworker.vault.condition import set_restored_day, set_seen_day
from caseworker.vault.folder import Vault
from caseworker.vault.secrets_file import HeldSecret


@dataclass(frozen=True)
class Destroyed:
    """Secrets that are gone, and what stays because nobody said yes to it."""

    gone: tuple[HeldSecret, ...]
    kept: Destruction


def destroy_old_keys(
    vault: Vault, moment: Moment, says_yes: Callable[[Destruction], bool]
) -> Destroyed:
    """Destroy what may be destroyed, after an import has committed.

    `says_yes` is asked only where a person has to be. Stopped anywhere, the next import does it.
    """
    due = destruction_due(vault, moment.day)
    agreed = bool(due.asked) and says_yes(due)
    if agreed:
        _believe_answer(vault, moment, due)
    gone = due.free + due.asked if agreed else due.free
    if gone:
        vault.replace_secrets([one for one in vault.secrets if one not in gone])
        weeks = tuple(sorted(one.week for one in gone))
        with vault.db.transaction():
            append_event(vault, moment, KeysDestroyed(weeks, agreed))
    kept = Destruction((), (), ()) if agreed else Destruction((), due.asked, due.doubts)
    return Destroyed(gone, kept)


def _believe_answer(vault: Vault, moment: Moment, due: Destruction) -> None:
    """Remember what a yes says besides: the clock is right, the kept bundles are imported."""
    with vault.db.transaction():
        if Doubt.CLOCK_JUMPED in due.doubts:
            set_seen_day(vault.db, moment.day)
        if Doubt.RESTORED in due.doubts:
            set_restored_day(vault.db, None)
