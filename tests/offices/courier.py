"""What stands between vaults on separate machines: the real server's own taking, and a courier.

Over the vaults of `vaults`, where it matters what the server makes of their bundles.
No process and no clock: the day is given, so that a property can be tried a thousand times.
`Exchange` is the server's half; `Go` carries bundles between it and an office's vaults.
"""

import os
import shutil
from pathlib import Path

from caseworker.commands.bundle_words import left_out_words
from caseworker.office.renewal import Renewal
from crypto.bundle import BundleWriter, InboundHeader, ItemType, OutboundHeader, read_bundle
from crypto.directory import Directory, read_directory
from crypto.names import Day, GenesisId
from crypto.signing import SigningKey
from crypto.statements import TakenLine, encode_taken_line
from intake.exchange.server_key import signer
from intake.exchange.taking import Outcome, Taking
from intake.storage.connections import connect, prepare
from intake.storage.folder import create_folder
from intake.storage.imports import open_imports
from intake.storage.rows import form_rows, line_rows, office_rows
from tests.offices.vaults import DAY, SERVER_KEY, Office


class Exchange:
    """The server's half of the exchange, in a data folder.

    `key` signs its exports, `number` is that of the last one.
    """

    def __init__(self, path: Path, genesis_id: GenesisId, key: SigningKey = SERVER_KEY) -> None:
        self.path = path
        self.key = key
        self.number = 0
        self.genesis_id = genesis_id
        self._folder = create_folder(path)
        prepare(self._folder)
        self._connection = connect(self._folder)

    def copy(self, path: Path) -> "Exchange":
        """The same server, in another folder."""
        self.close()
        shutil.copytree(self.path, path)
        self._connection = connect(self._folder)
        return Exchange(path, self.genesis_id, self.key)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def take(self, bundle: Path, day: int) -> Outcome:
        """Import a vault's bundle on a day."""
        with (
            bundle.open("rb") as file,
            open_imports(self._folder) as imports,
            imports.transaction() as transaction,
        ):
            header, items = read_bundle(file.read, OutboundHeader, self.genesis_id, None)
            return Taking(transaction, self.genesis_id, header.recipient, Day(day)).take(items)

    def export(self, recipient: str, bundle: Path, day: int) -> Path:
        """Write what a vault gets beside envelopes and chunks."""
        self.number = max(self.number + 1, day << 32)
        export_id = os.urandom(16)
        header = InboundHeader(self.genesis_id, recipient, export_id, 1, 1, Day(day), self.number)
        with bundle.open("xb") as file:
            writer = BundleWriter(file.write, header, signer(self.key, self.genesis_id))
            writer.add(ItemType.DIRECTORY, self.document)
            rows = self._connection.execute("SELECT public_key FROM intake_key ORDER BY hash")
            for (key,) in rows:
                writer.add(ItemType.INTAKE_KEY, bytes(key))
            form = form_rows.form(self._connection, self.directory.form)
            if form is not None:
                writer.add(ItemType.FORM, form)
            for card in office_rows.cards(self._connection):
                writer.add(ItemType.CARD, card.card)
            for line in self.lines:
                writer.add(ItemType.TAKEN_LINE, encode_taken_line(line))
            writer.end()
        return bundle

    @property
    def document(self) -> bytes:
        """The directory in force, as it was signed."""
        document = office_rows.directory(self._connection)
        assert document is not None
        return document

    @property
    def directory(self) -> Directory:
        """The directory in force."""
        return read_directory(self.document, self.genesis_id)

    @property
    def lines(self) -> list[TakenLine]:
        """What it has taken."""
        return line_rows.lines(self._connection)


class Go:
    """Carries bundles between the vaults and the server."""

    def __init__(self, office: Office, server: Exchange, folder: Path) -> None:
        self.office, self.server, self.folder, self.number = office, server, folder, 0

    def out(self, recipient: str, day: int = DAY) -> Path:
        """A bundle that a vault exports."""
        self.number += 1
        path = self.folder / f"{self.number}-from-{recipient}"
        self.office.carry(path, day, recipient)
        return path

    def deliver(self, recipient: str, day: int = DAY) -> list[tuple[str, str]]:
        """Carry from a vault to the server; returns what was set aside there."""
        return self.server.take(self.out(recipient, day), day).aside

    def fetch(self, recipient: str, day: int = DAY) -> tuple[str, ...]:
        """Carry from the server to a vault; returns what a person is told there."""
        self.number += 1
        path = self.server.export(recipient, self.folder / f"{self.number}-to-{recipient}", day)
        result = self.office.bring(path, day=day, to=recipient)
        return tuple(map(left_out_words, result.left_out))

    def signer(self, recipient: str = "board") -> bytes:
        """The signing key that the server's directory names for a recipient."""
        found = {one.id: one.signing_key for one in self.server.directory.recipients}
        return found[recipient]

    def take(self, renewal: Renewal, day: int = DAY) -> list[tuple[str, str]]:
        """Bring a renewal's bundle to the server; returns what was set aside there."""
        (bundle,) = renewal.bundles.values()
        return self.server.take(bundle, day).aside
