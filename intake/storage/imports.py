"""What an import needs: one transaction in which it asks and changes what was taken in before."""

import errno
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Final

from crypto.directory import Directory
from crypto.names import Address, Day, GenesisId, KeyHash, Week
from crypto.statements import StatementKind, TakenLine
from intake.storage import retention
from intake.storage.connections import connect, prepare, writing
from intake.storage.export_number import make_export_number
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.rows import form_rows, line_rows, office_rows, volume_rows
from intake.storage.rows.office_rows import StoredCard
from intake.storage.slots.marks import MARKS_MAX, recipient_tag
from intake.storage.slots.records import Item
from intake.storage.slots.store import Store

__all__ = ["ImportTransaction", "Imports", "StoredCard", "open_imports"]

LEAST_BYTES: Final = 256 * 1024
"""With less free than this nothing is imported: a few pages of SQLite's log and its index."""


class ImportTransaction:
    """A transaction that has begun. What it does counts once all of it does."""

    def __init__(self, connection: sqlite3.Connection, store: Store) -> None:
        self._connection = connection
        self._store = store
        self._marks = store.read_marks()
        self._is_marked = False
        self._confirmed: list[Item] = []
        self._board: dict[Week, list[bytes]] = {}

    # ---- Whose intake this is ------------------------------------------------------------------

    def pin_office(self, genesis_id: GenesisId) -> None:
        """Serve this office and no other, for good."""
        office_rows.pin_genesis_id(self._connection, genesis_id)

    def set_server_key(self, public_key: bytes) -> None:
        """Show this public key (32 bytes) as that under which this server signs."""
        office_rows.set_server_key(self._connection, public_key)

    def directory(self) -> bytes | None:
        """Return the directory document in force; None before the first."""
        return office_rows.directory(self._connection)

    def serve_directory(self, document: bytes) -> None:
        """Serve this directory document from now on."""
        office_rows.set_directory(self._connection, document)

    def new_edition(self) -> None:
        """Tell whoever keeps a copy of what is served that it has changed."""
        office_rows.new_edition(self._connection)

    def has_intake_key(self, key_hash: KeyHash) -> bool:
        """Tell whether a public intake key is known, by its SHA-256."""
        return office_rows.intake_key(self._connection, key_hash) is not None

    def add_intake_key(self, key_hash: KeyHash, public_key: bytes) -> None:
        """Serve a public intake key. The same again changes nothing."""
        office_rows.add_intake_key(self._connection, key_hash, public_key)

    def has_form(self, form_hash: bytes) -> bool:
        """Tell whether a form is known, by its SHA-256."""
        return form_rows.form(self._connection, form_hash) is not None

    def add_form(self, form_hash: bytes, data: bytes) -> None:
        """Serve a form. The same again changes nothing."""
        form_rows.add(self._connection, form_hash, data)

    def cards(self) -> list[StoredCard]:
        """Return the newest card of each recipient for each of its signing keys."""
        return office_rows.cards(self._connection)

    def set_card(self, card: StoredCard) -> None:
        """Pass this card on instead of the one before it by the same signing key."""
        office_rows.set_card(self._connection, card)

    def forget_public(
        self,
        cards: Iterable[StoredCard],
        wanted_keys: Collection[bytes],
        wanted_forms: Collection[bytes],
    ) -> None:
        """Forget these cards, and every intake key and form but those with the wanted hashes."""
        office_rows.drop_cards(self._connection, cards)
        office_rows.drop_other_intake_keys(self._connection, wanted_keys)
        form_rows.drop_others(self._connection, wanted_forms)

    # ---- Statements ----------------------------------------------------------------------------

    def content_hash(self, kind: StatementKind, recipient: str, number: int) -> bytes | None:
        """Return the SHA-256 of the content taken under a number; None where none is known."""
        return line_rows.content_hash(self._connection, kind, recipient, number)

    def is_spent(self, kind: StatementKind, recipient: str, number: int) -> bool:
        """Tell whether something was taken under a number once and is over."""
        return line_rows.is_spent(self._connection, kind, recipient, number)

    def add_line(self, line: TakenLine) -> None:
        """Remember the signed line of what has been taken."""
        line_rows.add(self._connection, line)

    def add_to_board(self, week: Week, records: Iterable[bytes]) -> None:
        """Put the records (1,024 bytes each) of a batch on the board, in the volume of a week.

        They are there once the transaction ends: each volume is written once, not for each batch.
        """
        self._board.setdefault(week, []).extend(records)

    def confirm(
        self,
        recipient: str,
        envelopes: Iterable[Address],
        chunks: Iterable[tuple[bytes, bytes]],
    ) -> None:
        """Mark what a recipient has: addresses of envelopes, (id, digest) of chunks.

        What is not here is passed over, and other bytes under a chunk's id.
        """
        named = {
            Kind.ENVELOPE: ((address, address) for address in envelopes),
            Kind.CHUNK: chunks,
        }
        for kind, shelf in self._store.shelves.items():
            for key, digest in named[kind]:
                item = shelf.items.get(key)
                if item is not None and item.digest == digest:
                    self._mark(item, recipient_tag(recipient))

    def _mark(self, item: Item, tag: bytes) -> None:
        marks = self._marks[item.kind]
        tags = marks.get(item.tie, frozenset()) | {tag}
        if len(tags) <= MARKS_MAX:
            marks[item.tie] = tags
            self._is_marked = True

    # ---- Deleting ------------------------------------------------------------------------------

    def believes(self, directory: Directory, day: Day) -> bool:
        """Tell whether what the clock says is `day` is believed; `directory` is in force."""
        return retention.believes(self._connection, directory, day)

    def drop_confirmed(self, recipients: Sequence[str]) -> tuple[int, int]:
        """Delete what all recipients have, in the end; returns how many envelopes and chunks."""
        self._confirmed = retention.confirmed(self._store, self._marks, recipients)
        kinds = [item.kind for item in self._confirmed]
        return kinds.count(Kind.ENVELOPE), kinds.count(Kind.CHUNK)

    def retire(self, directory: Directory, day: Day) -> None:
        """Delete what is over on a day by the directory in force."""
        self.write_board()
        retention.retire(self._connection, self._store, directory, day)

    # ---- In the end ----------------------------------------------------------------------------

    def write_board(self) -> None:
        """Write the volumes of all records that came, in the transaction."""
        for week, records in self._board.items():
            volume_rows.add(self._connection, week, records)
        self._board.clear()

    def write_marks(self) -> None:
        """Make the marks durable: before it is remembered that the confirmation was taken.

        Should it not come to that, they say what is true all the same.
        """
        if self._is_marked:
            self._store.write_marks(self._marks)

    def delete_confirmed(self) -> None:
        """Delete what was confirmed, once that is durable."""
        self._store.drop(self._confirmed)


class Imports:
    """A data folder into which is imported. Made by `open_imports`."""

    def __init__(self, folder: DataFolder, connection: sqlite3.Connection, store: Store) -> None:
        self._folder = folder
        self._connection = connection
        self._store = store

    def pinned_office(self) -> GenesisId | None:
        """Return the genesis id of the office that is served; None before the first import."""
        return office_rows.genesis_id(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[ImportTransaction]:
        """Begin a transaction: all of it is durable when the context ends well, else none."""
        with self._store.changing():
            with writing(self._connection, self._folder):
                transaction = ImportTransaction(self._connection, self._store)
                yield transaction
                transaction.write_board()
                transaction.write_marks()
            transaction.delete_confirmed()

    def wipe(self) -> bool:
        """Wipe what was deleted; False where that is done later, as where a server runs."""
        try:
            return self._store.wipe_all()
        except OSError:
            return False


def _refuse_full_disk(folder: DataFolder) -> None:
    """Return if SQLite can work on this disk; OSError, as from a write, where it cannot.

    It maps a file into memory, and where no block is left for a page of that the process is ended.
    """
    disk = os.statvfs(folder.path)
    if disk.f_bavail * disk.f_frsize < LEAST_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.path))


@contextmanager
def open_imports(folder: DataFolder) -> Iterator[Imports]:
    """Open a data folder to import into it, its database made if need be."""
    _refuse_full_disk(folder)
    prepare(folder)
    make_export_number(folder)
    with (
        closing(connect(folder)) as connection,
        closing(Store(folder, on_damage=lambda _: None)) as store,
    ):
        yield Imports(folder, connection, store)
