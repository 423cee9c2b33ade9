"""What an export needs: one snapshot of all that waits for a recipient, and the bytes of it."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from crypto.card import read_card
from crypto.directory import Directory, read_directory
from crypto.names import Day
from crypto.statements import TakenLine
from ground.disk.locks import locked
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.storage import retention
from intake.storage.connections import connect, empty_log, prepare, reading, writing
from intake.storage.damage import Damage
from intake.storage.export_number import next_export_number
from intake.storage.folder import DataFolder
from intake.storage.retention import Clock
from intake.storage.rows import form_rows, line_rows, office_rows
from intake.storage.rows.office_rows import OfficeDocument
from intake.storage.slots.records import Item
from intake.storage.slots.store import Store
from intake.storage.slots.survey import unconfirmed

__all__ = ["Damage", "Exports", "Item", "Snapshot", "open_exports"]


@dataclass(frozen=True)
class Snapshot:
    """What goes into an export, as of one moment. The bytes of items stay in their slots.

    `keys`, `form` and `cards` are public, and as they came; `items` are in no meaningful order.
    `day` is when it was taken, `number` that of the export, which no other has.
    """

    office: OfficeDocument
    directory: Directory
    keys: tuple[bytes, ...]
    form: bytes
    cards: tuple[bytes, ...]
    lines: tuple[TakenLine, ...]
    items: tuple[Item, ...]
    day: Day
    number: int


class Exports:
    """A data folder from which is exported. Made by `open_exports`."""

    def __init__(self, folder: DataFolder, connection: sqlite3.Connection) -> None:
        self._folder = folder
        self._connection = connection
        self._damage: list[Damage] = []
        self._store = Store(folder, on_damage=self._damage.append)

    def close(self) -> None:
        """Close the files of slots."""
        self._store.close()

    def damage(self) -> tuple[Damage, ...]:
        """Return every damaged place that was come upon so far."""
        return tuple(sorted(set(self._damage)))

    @contextmanager
    def snapshot(self, recipient: str, clock: Clock) -> Iterator[Snapshot | None]:
        """Drop what is over today, then yield what waits for a recipient; None without office.

        Its number is taken for good, durably, whatever becomes of the export.
        Until the context ends, no slot that `read` may want is overwritten.
        """
        with locked(self._folder.export_lock, shared=True):
            office = office_rows.office(self._connection)
            if office is None:
                yield None
                return
            directory = read_directory(office.directory, office.genesis_id)
            with self._store.changing():
                with writing(self._connection, self._folder):
                    day = clock()
                    retention.retire(self._connection, self._store, directory, day)
                    believed = retention.believes(self._connection, directory, day)
                # The desk may need an export to renew the directory, so a clock that is not
                # believed gives one all the same; its day does not count.
                number = next_export_number(self._folder, day if believed else Day(0))
                snapshot = self._snapshot(recipient, day, number)
            yield snapshot

    def read(self, item: Item) -> bytes | None:
        """Return the bytes of an item; None where they are damaged, which `damage` then names."""
        data = self._store.shelves[item.kind].container.read(item.slot)
        if hashlib.sha256(data).digest() == item.digest:
            return data
        self._damage.append(Damage(self._folder.bodies(item.kind).name, item.slot))
        return None

    def tidy(self) -> None:
        """Overwrite what is over, in the slots and in the database's log, as far as that can be.

        What a full disk or a reader keeps from it is overwritten later, by the server.
        """
        with suppress(sqlite3.OperationalError, OSError):
            self._store.wipe_all()
            empty_log(self._connection, self._folder)

    def _snapshot(self, recipient: str, day: Day, number: int) -> Snapshot | None:
        connection = self._connection
        with reading(connection):
            office = office_rows.office(connection)
            if office is None:
                return None
            directory = read_directory(office.directory, office.genesis_id)
            form = form_rows.form(connection, directory.form)
            if form is None:
                raise _no_form(self._folder)
            cards = sorted(card.card for card in office_rows.cards(connection))
            hashes = {key.hash for one in directory.recipients for key in one.keys}
            for card in cards:
                hashes.update(key.hash for key in read_card(card, office.genesis_id).keys)
            keys = (office_rows.intake_key(connection, key_hash) for key_hash in sorted(hashes))
            return Snapshot(
                office,
                directory,
                tuple(key for key in keys if key is not None),
                form,
                tuple(cards),
                tuple(line_rows.lines(connection)),
                tuple(self._unconfirmed(recipient)),
                day,
                number,
            )

    def _unconfirmed(self, recipient: str) -> Iterator[Item]:
        marks = self._store.read_marks()
        for kind, shelf in self._store.shelves.items():
            yield from unconfirmed(tuple(shelf.items.values()), marks[kind], recipient)


def _no_form(folder: DataFolder) -> Refusal:
    return Refusal(
        f"the database in {foreign_path(folder.path)} lacks the form that its directory names",
        "look after its disk, and import the office's next directory: it brings its form with it",
    )


@contextmanager
def open_exports(folder: DataFolder) -> Iterator[Exports]:
    """Open a data folder to export from it, its database made if need be."""
    prepare(folder)
    with (
        closing(connect(folder)) as connection,
        closing(Exports(folder, connection)) as exports,
    ):
        yield exports
