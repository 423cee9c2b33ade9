"""Which intake secrets may be destroyed, and which only after a person said so.

A secret goes once nothing under it can arrive any more: then what was recorded under it stays
closed for good, also for whoever gets the vault and its passphrase. Too early, and a report that
is still on its way stays closed to the office. So (SPEC 14.1):

- a secret goes by itself only where, of every server that the vault believes (keys/servers.py),
  every part of the export with the highest number has been imported, and the day of each such
  export and the vault's lie past the key's acceptance: what one server has told says nothing of
  what lies on another. An export that is dated ahead of this vault's clock counts as of the day on
  which it came, and only after a question;
- a secret whose key ended more than 60 days ago goes after a question;
- where the clock jumped, or stands far past the newest export, and after a restore, all of it is
  asked. A jump is remembered until a person said that the clock is right (vault/condition.py), and
  the day of what was imported meanwhile counts as no later than the last day that was believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from caseworker.keys.key_dates import last_accepted_day, last_kept_day
from caseworker.keys.servers import newest_exports
from caseworker.vault.arrivals import ImportRow, all_imports
from caseworker.vault.believed_servers import believed_servers
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
    # An export without which it would stay is dated in the future.
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
    """An export that came whole, or one of each server, by the oldest.

    Its day is never later than the vault's clock at the import. `believed_day` is not later,
    either, than that clock was believed.
    """

    claimed_day: Day
    believed_day: Day
    ahead: bool


def destruction_due(vault: Vault, today: Day) -> Destruction:
    """Return what the rules say of a vault on a day."""
    over = [one for one in vault.secrets if today > last_accepted_day(one.week)]
    if not over:
        return Destruction((), (), ())
    general = _general_doubts(vault, today)
    export = _whole_exports(newest_exports(vault).values())
    until = Day(0)
    if export:
        jumped = Doubt.CLOCK_JUMPED in general
        until = export.claimed_day if jumped else export.believed_day
    free: list[HeldSecret] = []
    asked: list[HeldSecret] = []
    doubts: set[Doubt] = set()
    for one in over:
        is_past = until > last_accepted_day(one.week)
        why = _doubts_of_key(one.week, today, export if is_past else None)
        if why is None:
            continue
        doubts |= why
        (asked if why or general else free).append(one)
    found = [doubt for doubt in Doubt if doubt in doubts or doubt in general] if asked else []
    return Destruction(tuple(free), tuple(asked), tuple(found))


def _doubts_of_key(week: Week, today: Day, export: _Export | None) -> set[Doubt] | None:
    """Return why a person is asked about a key, given the export past its acceptance, if any.

    None where it stays without a question.
    """
    if export and not export.ahead:
        return set()
    doubts = {Doubt.EXPORT_AHEAD} if export else set()
    if today > last_kept_day(week):
        doubts.add(Doubt.LONG_OVER)
    return doubts or None


def _general_doubts(vault: Vault, today: Day) -> set[Doubt]:
    servers = believed_servers(vault)
    days = [row.believed_day for row in all_imports(vault.db) if row.server in servers]
    doubts = set()
    if not believes_clock(vault.db, today):
        doubts.add(Doubt.CLOCK_JUMPED)
    if today - max(days, default=0) > CLOCK_BELIEVED_DAYS:
        doubts.add(Doubt.CLOCK_AHEAD)
    if restored_day(vault.db) is not None:
        doubts.add(Doubt.RESTORED)
    return doubts


def _whole_exports(servers: Iterable[list[ImportRow]]) -> _Export | None:
    """Return what all servers have told by now, where the export of none is missing or in parts."""
    exports = [_whole_export(rows) for rows in servers]
    whole = [one for one in exports if one is not None]
    if not whole or len(whole) < len(exports):
        return None
    return _Export(
        claimed_day=min(one.claimed_day for one in whole),
        believed_day=min(one.believed_day for one in whole),
        ahead=any(one.ahead for one in whole),
    )


def _whole_export(rows: list[ImportRow]) -> _Export | None:
    """Return an export, given its parts that were imported, where none of them is missing."""
    if not rows or {row.part for row in rows} != set(range(1, rows[0].parts + 1)):
        return None
    return _Export(
        claimed_day=min(min(row.day, row.imported_day) for row in rows),
        believed_day=min(row.believed_day for row in rows),
        ahead=any(row.day > row.imported_day + CLOCK_GRACE_DAYS for row in rows),
    )
