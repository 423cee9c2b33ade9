"""What the servers have taken of this vault's, worked out anew from the newest export of each.

Taken is what every server that is believed has taken: until then it is carried. That a vault was
restored, any of them may say.
"""

from collections import defaultdict
from dataclasses import dataclass

from caseworker.vault.arrivals import TakenRow, taken_lines
from caseworker.vault.believed_servers import believed_servers
from caseworker.vault.folder import Vault
from caseworker.vault.numbers import highest_number, raise_number
from caseworker.vault.outgoing import (
    OutgoingRow,
    drop_content,
    outgoing_rows,
    set_week_taken,
)
from crypto.days import first_day, later, week_of
from crypto.lifetimes import CONFIRMATION_REPEATED_DAYS, DAYS_A_WEEK
from crypto.names import Day, Week
from crypto.statements import StatementKind


@dataclass(frozen=True)
class Outgoing:
    """Something signed, and the line of the server that took it last, once each has taken it."""

    row: OutgoingRow
    taken: TakenRow | None

    @property
    def week_taken(self) -> Week | None:
        """The week in which the last server took it; None where one has not."""
        # The line of a batch that has left the board is no longer sent along.
        return self.taken.week if self.taken else self.row.week_taken


def outgoing_state(vault: Vault) -> list[Outgoing]:
    """Return all that this vault ever signed, each with whether every server names it as taken."""
    servers = believed_servers(vault)
    lines: dict[tuple[StatementKind, int, bytes], list[TakenRow]] = defaultdict(list)
    for line in own_lines(vault):
        lines[line.kind, line.number, line.content_hash].append(line)
    return [
        Outgoing(row, _line_by_all(servers, lines[row.kind, row.number, row.content_hash]))
        for row in outgoing_rows(vault.db)
    ]


def believed_lines(vault: Vault) -> list[TakenRow]:
    """Return what servers that are believed have taken, of every recipient."""
    servers = believed_servers(vault)
    return [line for line in taken_lines(vault.db) if line.server in servers]


def own_lines(vault: Vault) -> list[TakenRow]:
    """Return what servers that are believed have taken of this vault's own."""
    return [line for line in believed_lines(vault) if line.recipient == vault.recipient]


def _line_by_all(servers: tuple[bytes, ...], lines: list[TakenRow]) -> TakenRow | None:
    if {line.server for line in lines} != set(servers):
        return None
    return max(lines, key=lambda line: line.week, default=None)


def to_repeat(vault: Vault) -> list[OutgoingRow]:
    """Return what every outbound bundle carries until it is named as taken."""
    return [one.row for one in outgoing_state(vault) if one.row.kept and one.taken is None]


def confirmations_under_way(vault: Vault) -> set[int]:
    """Return the numbers of the confirmations that are still on their way to the server."""
    rows = to_repeat(vault)
    return {row.number for row in rows if row.kind == StatementKind.CONFIRMATION}


def remember_weeks(vault: Vault) -> None:
    """Remember in which week the last server took each batch: its lifetime counts from there."""
    for one in outgoing_state(vault):
        if one.taken and one.row.week_taken is None:
            set_week_taken(vault.db, one.row, one.taken.week)


def lines_not_made(vault: Vault) -> list[TakenRow]:
    """Return the lines of this vault's own that name what it has not made: SPEC 14.1.

    Only a vault that was restored has them: it made that in its life before.
    """
    known = {(row.kind, row.number): row.content_hash for row in outgoing_rows(vault.db)}
    return [
        line
        for line in own_lines(vault)
        if line.number > highest_moved_past(vault, line.kind)
        and known.get((line.kind, line.number)) != line.content_hash
    ]


def move_past(vault: Vault, kind: StatementKind, highest: int, skipped: int) -> None:
    """Skip numbers after a restore; what stood below them is no sign of another restore."""
    raise_number(vault.db, _moved_past_name(kind), highest)
    raise_number(vault.db, number_name(kind), highest + skipped)


def highest_moved_past(vault: Vault, kind: StatementKind) -> int:
    """Return below which number of a kind nothing is a sign of another restore."""
    return highest_number(vault.db, _moved_past_name(kind))


def last_live_day(week_taken: Week, reply_days: int) -> Day:
    """Return the last day on which the records of a batch lie on the board."""
    return later(first_day(week_taken), DAYS_A_WEEK - 1 + reply_days)


def drop_what_is_over(vault: Vault, day: Day, reply_days: int) -> None:
    """Drop batches that have left the board, and confirmations that grew old."""
    for row in outgoing_rows(vault.db):
        if row.kept and _is_over(row, day, reply_days):
            drop_content(vault.db, row)


def number_name(kind: StatementKind) -> str:
    """Return under which name the numbers of a kind are given out."""
    return kind.name.lower()


def _moved_past_name(kind: StatementKind) -> str:
    return f"{number_name(kind)} moved past"


def highest_named(vault: Vault, kind: StatementKind) -> int:
    """Return the highest number of a kind, of this vault, that any server names."""
    named = (line.number for line in own_lines(vault) if line.kind == kind)
    return max(named, default=0)


def _is_over(row: OutgoingRow, day: Day, reply_days: int) -> bool:
    if row.kind == StatementKind.BATCH:
        # One that was never taken is carried for as long as it takes.
        if row.week_taken is None:
            return False
        # The week is nobody's signed word: nothing was taken before it was made.
        return day > last_live_day(max(row.week_taken, week_of(row.made_day)), reply_days)
    return day > row.made_day + CONFIRMATION_REPEATED_DAYS
