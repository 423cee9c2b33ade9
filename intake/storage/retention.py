"""How long what is kept is kept (the table of SPEC 10.4, in days).

An **age** counts days since the last day of the week in which a thing came: 0 on that day.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.days import first_day, later, week_of
from crypto.directory import Directory, check_current
from crypto.errors import Outdated
from crypto.lifetimes import CHUNK_KEPT_DAYS, DAYS_A_WEEK, ENVELOPE_KEPT_DAYS, LINE_KEPT_DAYS
from crypto.names import Day, Week
from crypto.statements import StatementKind, TakenLine
from intake.storage.kinds import Kind
from intake.storage.rows import line_rows, office_rows, volume_rows
from intake.storage.slots.marks import Marks, recipient_tag
from intake.storage.slots.records import Item
from intake.storage.slots.store import Store

Clock = Callable[[], Day]
"""What says which day it is. It is asked once nobody else can change anything: a day that had
waited for somebody's import would set back what that has remembered of the clock."""

LIFETIMES: Final = {Kind.ENVELOPE: ENVELOPE_KEPT_DAYS, Kind.CHUNK: CHUNK_KEPT_DAYS}
"""Days for each kind of item."""


def age(week: Week, day: Day) -> int:
    """Days from the last day of a week to a day; negative within the week."""
    return day - later(first_day(week), DAYS_A_WEEK - 1)


def last_week_of_age(days: int, day: Day) -> Week:
    """Return the newest week whose things have this age or more on a day."""
    return week_of(later(day, -(DAYS_A_WEEK - 1) - days))


JUMP_WEEKS: Final = 4
"""A clock that moved further than this since retention last ran is believed only with a directory
in force that agrees with it, so that no slip of a clock deletes what somebody still waits for."""


def believes(connection: sqlite3.Connection, directory: Directory, day: Day) -> bool:
    """Tell whether what the clock says is `day` is believed, and remember its week if so.

    Only then are things deleted by their age, statements taken under their week, and exports
    numbered by their day. It is where `directory`, the one in force, is valid on that day, or where
    retention ran not long before: an office whose directory has run out goes on. The first time,
    only the directory can tell.
    """
    last, now = office_rows.last_week(connection), week_of(day)
    jumped = last is None or now > last + JUMP_WEEKS
    if jumped and not _is_current(directory, day):
        return False
    if last != now:
        office_rows.set_last_week(connection, now)
    return True


@dataclass(frozen=True)
class Dropped:
    """What was deleted: counts."""

    envelopes: int
    chunks: int
    lines: int

    def __bool__(self) -> bool:
        return bool(self.envelopes or self.chunks or self.lines)


def confirmed(store: Store, marks: Mapping[Kind, Marks], recipients: Sequence[str]) -> list[Item]:
    """Return what every one of these recipients (1 to 4) has, by these marks."""
    tags = frozenset(map(recipient_tag, recipients))
    if not tags:
        return []
    return [
        item
        for kind, shelf in store.shelves.items()
        for item in shelf.items.values()
        if tags <= marks[kind].get(item.tie, frozenset())
    ]


def drop_confirmed(store: Store, recipients: Sequence[str]) -> None:
    """Delete what every one of these recipients has. `store` is being changed by the caller."""
    store.drop(confirmed(store, store.read_marks(), recipients))


def retire(connection: sqlite3.Connection, store: Store, directory: Directory, day: Day) -> Dropped:
    """Delete what is over on a day, if the clock can be believed.

    Works in the caller's transaction, and `store` is being changed by the caller. `directory` is
    the one in force: its policy holds, and where it is valid on this day, the clock is right.
    """
    if not believes(connection, directory, day):
        return Dropped(0, 0, 0)
    reply_days = directory.policy.reply_days
    over = [line for line in line_rows.lines(connection) if _is_over(line, day, reply_days)]
    for line in over:
        if line.kind is StatementKind.BATCH:
            volume_rows.drop(connection, line.week)
        line_rows.spend(connection, line)
    if over:
        office_rows.new_edition(connection)
    counts = {kind: _drop_old(store, kind, day) for kind in Kind}
    return Dropped(counts[Kind.ENVELOPE], counts[Kind.CHUNK], len(over))


def _drop_old(store: Store, kind: Kind, day: Day) -> int:
    last = last_week_of_age(LIFETIMES[kind], day)
    return store.drop(item for item in store.shelves[kind].items.values() if item.week <= last)


def _is_current(directory: Directory, day: Day) -> bool:
    try:
        check_current(directory, day)
    except Outdated:
        return False
    return True


def _is_over(line: TakenLine, day: Day, reply_days: int) -> bool:
    lifetime = reply_days if line.kind is StatementKind.BATCH else LINE_KEPT_DAYS
    return age(line.week, day) >= lifetime
