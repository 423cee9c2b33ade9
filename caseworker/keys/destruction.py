"""Which intake secrets may be destroyed, and which only after a person said so.

A secret goes once nothing under it can arrive any more: then what was recorded under it stays
closed for good, also for whoever gets the vault and its passphrase. Too early, and a report that
is still on its way stays closed to the office. So (protocol, "Destruction"):

- a secret goes by itself only where every part of one export has been imported, and that export's
  day and the vault's lie past the key's acceptance. Nobody signs an export; so it counts only
  where it brought an envelope (an empty one is what a wrong data folder on the server looks like,
  too) and is not dated ahead of this vault's clock;
- a secret whose key ended more than 60 days ago goes after a question;
- where the clock jumped, or stands far past the newest export, and after a restore, all of it is
  asked. A jump is remembered until a person said that the clock is right (vault/condition.py), and
  the day of what was imported meanwhile counts as no later than the last day that was believed.
"""

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from caseworker.keys.key_dates import last_accepted_day, last_kept_day
from caseworker.vault.arrivals import ImportRow, all_imports
from caseworker.vault.condition import believes_clock, restored_day
from caseworker.vault.folder import Vault
from caseworker.vault.secrets_file import HeldSecret
from crypto.lifetimes import CLOCK_BELIEVED_DAYS, CLOCK_GRACE_DAYS
from crypto.names import Day, Week


class Doubt(Enum):
    """Why a person is asked, as a word for programs."""

    # The clock moved too far since the vault was used last.
    CLOCK_JUMPED = "clock-jumped"
    # It stands far past the newest export.
    CLOCK_AHEAD = "clock-ahead"
    # The vault came from a backup.
    RESTORED = "restored"
    # Only an export without an envelope, or one dated in the future, is so new.
    EXPORT_EMPTY = "export-empty"
    EXPORT_AHEAD = "export-ahead"
    # The keys ended long ago.
    LONG_OVER = "long-over"


@dataclass(frozen=True)
class Destruction:
    """Secrets that may be destroyed now: `free` without a question, `asked` after a yes to it."""

    free: tuple[HeldSecret, ...]
    asked: tuple[HeldSecret, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class _Export:
    """An export that came whole, its day never later than the vault's clock at the import.

    `believed_day` is not later, either, than that clock was believed.
    """

    export_id: bytes
    claimed_day: Day
    believed_day: Day
    empty: bool
    ahead: bool


def destruction_due(vault: Vault, today: Day) -> Destruction:
    """Return what the rules say of a vault on a day."""
    over = [one for one in vault.secrets if today > last_accepted_day(one.week)]
    if not over:
        return Destruction((), (), ())
    imports = list(all_imports(vault.db))
    exports = _whole_exports(imports)
    general = _general_doubts(vault, today, imports)
    days = {
        one: one.claimed_day if Doubt.CLOCK_JUMPED in general else one.believed_day
        for one in exports
    }
    free: list[HeldSecret] = []
    asked: list[HeldSecret] = []
    doubts: set[Doubt] = set()
    for one in over:
        past = last_accepted_day(one.week)
        why = _doubts_of_key(one.week, today, [e for e, day in days.items() if day > past])
        if why is None:
            continue
        doubts |= why
        (asked if why or general else free).append(one)
    found = [doubt for doubt in Doubt if doubt in doubts or doubt in general] if asked else []
    return Destruction(tuple(free), tuple(asked), tuple(found))


def _doubts_of_key(week: Week, today: Day, exports: list[_Export]) -> set[Doubt] | None:
    """Return why a person is asked about a key, given the exports past its acceptance.

    None where it stays without a question.
    """
    if any(not one.empty and not one.ahead for one in exports):
        return set()
    doubts = {Doubt.EXPORT_EMPTY for one in exports if one.empty}
    doubts |= {Doubt.EXPORT_AHEAD for one in exports if one.ahead}
    if today > last_kept_day(week):
        doubts.add(Doubt.LONG_OVER)
    return doubts or None


def _general_doubts(vault: Vault, today: Day, imports: list[ImportRow]) -> set[Doubt]:
    doubts = set()
    if not believes_clock(vault.db, today):
        doubts.add(Doubt.CLOCK_JUMPED)
    if today - max((row.believed_day for row in imports), default=0) > CLOCK_BELIEVED_DAYS:
        doubts.add(Doubt.CLOCK_AHEAD)
    if restored_day(vault.db) is not None:
        doubts.add(Doubt.RESTORED)
    return doubts


def _whole_exports(imports: list[ImportRow]) -> list[_Export]:
    # A part that says something else of its export than the others belongs to none of theirs.
    parts: dict[tuple[bytes, int, int], dict[int, ImportRow]] = defaultdict(dict)
    for row in imports:
        parts[row.export_id, row.parts, row.day][row.part] = row
    return [
        _Export(
            export_id=export_id,
            claimed_day=min(min(row.day, row.imported_day) for row in rows.values()),
            believed_day=min(row.believed_day for row in rows.values()),
            empty=not any(row.envelopes for row in rows.values()),
            ahead=any(row.day > row.imported_day + CLOCK_GRACE_DAYS for row in rows.values()),
        )
        for (export_id, count, _), rows in parts.items()
        if len(rows) == count
    ]
