"""What an import needs: one transaction in which it asks and changes what was taken in before."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager

from crypto.directory import Directory
from crypto.names import Address, Day, GenesisId, KeyHash, Week
from crypto.statements import StatementKind, TakenLine
from intake.storage import retention
from intake.storage.connections import connect, prepare, writing
from intake.storage.container import Containers
from intake.storage.folder import DataFolder
from intake.storage.rows import form_rows, item_rows, line_rows, office_rows, volume_rows
from intake.storage.rows.office_rows import StoredCard
from intake.storage.wiping import wipe_all

__all__ = ["ImportTransaction", "Imports", "StoredCard", "open_imports"]


class ImportTransaction:
    """A transaction that has begun. What it does counts once all of it does."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

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
        """Put the records (1,024 bytes each) of a batch on the board, in the volume of a week."""
        volume_rows.add(self._connection, week, records)

    def confirm(
        self,
        recipient: str,
        envelopes: Iterable[Address],
        chunks: Iterable[tuple[bytes, bytes]],
    ) -> None:
        """Mark what a recipient has: addresses of envelopes, (id, digest) of chunks."""
        item_rows.mark_envelopes(self._connection, envelopes, recipient)
        item_rows.mark_chunks(self._connection, chunks, recipient)

    # ---- Deleting ------------------------------------------------------------------------------

    def drop_confirmed(self, recipients: Sequence[str]) -> tuple[int, int]:
        """Delete what all recipients have; returns how many envelopes and chunks."""
        return retention.drop_confirmed(self._connection, recipients)

    def retire(self, directory: Directory, day: Day) -> None:
        """Delete what is over on a day by the directory in force."""
        retention.retire(self._connection, directory, day)


class Imports:
    """A data folder into which is imported. Made by `open_imports`."""

    def __init__(self, folder: DataFolder, connection: sqlite3.Connection) -> None:
        self._folder = folder
        self._connection = connection

    def pinned_office(self) -> GenesisId | None:
        """Return the genesis id of the office that is served; None before the first import."""
        return office_rows.genesis_id(self._connection)

    @contextmanager
    def transaction(self) -> Iterator[ImportTransaction]:
        """Begin a transaction: all of it is durable when the context ends well, else none."""
        with writing(self._connection, self._folder):
            yield ImportTransaction(self._connection)

    def wipe(self) -> bool:
        """Overwrite what was deleted; False where that has to be done later."""
        try:
            with closing(Containers(self._folder)) as containers:
                return wipe_all(self._connection, self._folder, containers)
        except (sqlite3.OperationalError, OSError):
            return False


@contextmanager
def open_imports(folder: DataFolder) -> Iterator[Imports]:
    """Open a data folder to import into it, its database made or brought to this version."""
    prepare(folder)
    with closing(connect(folder)) as connection:
        yield Imports(folder, connection)
