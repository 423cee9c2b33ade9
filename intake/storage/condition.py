"""How a data folder stands, looked up without changing, locking or waiting for anything."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from crypto.directory import Directory, read_directory
from crypto.names import Day, Week
from intake.storage import retention
from intake.storage.connections import connect_to_read, reading
from intake.storage.container import slots_on_disk
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.reading import Load
from intake.storage.rows import item_rows, office_rows, volume_rows
from intake.storage.rows.office_rows import OfficeDocument

__all__ = ["Condition", "condition_of"]

ByWeek = dict[Week, int]


@dataclass(frozen=True)
class Condition:
    """What lies in a data folder, as of one moment.

    `waiting` counts, by recipient and kind, what the recipient has not confirmed by week of
    arrival, oldest first. `free` are slots, `cards` the newest of each recipient, `board` how many
    records the volume of each week has, the newest first. `server_key` is public (32 bytes).
    """

    office: OfficeDocument | None
    directory: Directory | None
    server_key: bytes | None
    cards: tuple[bytes, ...]
    counts: dict[Kind, int]
    free: dict[Kind, int]
    board: dict[Week, int]
    waiting: dict[str, dict[Kind, ByWeek]]

    def load(self) -> Load:
        """Return what a server that started now would know of its load."""
        weeks = [week for by_kind in self.waiting.values() for week in by_kind[Kind.ENVELOPE]]
        return Load(self.counts, min(weeks, default=None))

    def unconfirmed_days(self, recipient: str, day: Day) -> int:
        """Return the age of the oldest envelope that a recipient has not confirmed; 0 if none."""
        weeks = self.waiting[recipient][Kind.ENVELOPE]
        return max((retention.age(week, day) for week in weeks), default=0)


def condition_of(folder: DataFolder) -> Condition:
    """Return how a data folder stands; `Refusal` where there is no database in it yet."""
    with closing(connect_to_read(folder)) as connection, reading(connection):
        return _condition(folder, connection)


def _condition(folder: DataFolder, connection: sqlite3.Connection) -> Condition:
    office = office_rows.office(connection)
    directory = None if office is None else read_directory(office.directory, office.genesis_id)
    recipients = [] if directory is None else [one.id for one in directory.recipients]
    return Condition(
        office=office,
        directory=directory,
        server_key=office_rows.server_key(connection),
        cards=tuple(card.card for card in office_rows.cards(connection)),
        counts={kind: item_rows.count(connection, kind) for kind in Kind},
        free={
            kind: slots - len(item_rows.occupied(connection, kind))
            for kind, slots in slots_on_disk(folder).items()
        },
        board=volume_rows.sizes(connection),
        waiting={
            recipient: {kind: item_rows.waiting(connection, kind, recipient) for kind in Kind}
            for recipient in recipients
        },
    )
