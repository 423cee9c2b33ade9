"""How a data folder stands, looked up without changing, locking or waiting for anything."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from crypto.directory import Directory, read_directory
from crypto.names import Day, Week
from intake.storage import retention
from intake.storage.connections import connect_to_read, reading
from intake.storage.damage import Damage
from intake.storage.file_systems import copies_on_write
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.reading import Load
from intake.storage.rows import office_rows, volume_rows
from intake.storage.rows.office_rows import OfficeDocument
from intake.storage.slots.survey import survey

__all__ = ["Condition", "Damage", "condition_of"]

ByWeek = dict[Week, int]


@dataclass(frozen=True)
class Condition:
    """What lies in a data folder, as of one moment.

    `waiting` counts, by recipient and kind, what the recipient has not confirmed by week of
    arrival, oldest first. `free` are slots, `cards` the newest of each recipient, `board` how many
    records the volume of each week has, the newest first. `server_key` is public (32 bytes).
    `copies_on_write` names the file system where it is one that keeps what is written over.
    """

    office: OfficeDocument | None
    directory: Directory | None
    server_key: bytes | None
    cards: tuple[bytes, ...]
    counts: dict[Kind, int]
    free: dict[Kind, int]
    board: dict[Week, int]
    waiting: dict[str, dict[Kind, ByWeek]]
    damage: tuple[Damage, ...]
    copies_on_write: str | None

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
    found = {kind: survey(folder, kind) for kind in Kind}
    return Condition(
        office=office,
        directory=directory,
        server_key=office_rows.server_key(connection),
        cards=tuple(card.card for card in office_rows.cards(connection)),
        counts={kind: len(one.items) for kind, one in found.items()},
        free={kind: one.free for kind, one in found.items()},
        board=volume_rows.sizes(connection),
        waiting={
            recipient: {kind: one.waiting(recipient) for kind, one in found.items()}
            for recipient in recipients
        },
        damage=tuple(damage for one in found.values() for damage in one.damage),
        copies_on_write=copies_on_write(folder),
    )
