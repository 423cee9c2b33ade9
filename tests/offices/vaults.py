"""Vaults of the real ceremony, sources, and a stand-in for the server between them, in one process.

For tests of casework, which call it directly. The real server instead: `courier`; real commands
instead of calls: `desk`.
The stand-in for the server keeps what it is given and writes bundles in the protocol's format; the
real one stands in `tests/whole/test_round_trip.py`.
"""

import hashlib
import io
import os
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from caseworker.exchange.inbound.importing import Compare, ImportResult, import_part
from caseworker.exchange.outbound.exporting import ExportResult, export_bundle
from caseworker.keys.profile import OfficeProfile
from caseworker.keys.servers import pin
from caseworker.moments import Moment
from caseworker.office import ceremony, delegations
from caseworker.office.ceremony import VAULTS_FOLDER, Ceremony, create_office
from caseworker.office.root_file import Root
from caseworker.vault.folder import Vault, open_vault, unlock
from caseworker.vault.key_slots import VaultKey
from crypto.bundle import (
    BundleWriter,
    InboundHeader,
    ItemType,
    OutboundHeader,
    envelope_item,
    read_bundle,
)
from crypto.card import read_card
from crypto.chunks import chunk_count, chunk_id, file_hash, new_file_key, piece_digest, seal_chunk
from crypto.codename import new_codename
from crypto.directory import Directory, current_key, read_directory
from crypto.envelope import Message, SealTo, envelope_address, new_message_id, seal_envelope
from crypto.form import form_hash
from crypto.labels import Label
from crypto.names import Day, GenesisId, KeyHash, Week
from crypto.padding import padded_chunk_count
from crypto.payload import Attachment, Fill, TextRest
from crypto.public_keys import key_hash
from crypto.replies import Reply, open_board
from crypto.signing import SigningKey
from crypto.sizes import PIECE_SIZE
from crypto.source_keys import SourceKeys, derive_source_keys
from crypto.statement_contents import parse_batch, parse_confirmation
from crypto.statements import (
    StatementKind,
    check_statement,
    encode_taken_line,
    parse_statement,
    taken_line,
)
from ground.shell.passphrases import Passphrase
from tests.means.quick_passphrases import quick_passphrases

DAY = Day(20_783)
# By this key the stand-in for the server signs, and the offices of these tests know it.
SERVER_KEY = SigningKey(bytes(31) + b"\x07")
PASSPHRASES = {
    "root": "practice root passphrase",
    "investigations": "practice vault investigations",
    "board": "practice vault board",
}
ADDRESS = "http://127.0.0.1:8080"
PROFILE = OfficeProfile(
    names={"und": "Office of Practice", "ru": "Учебное ведомство"},
    addresses=(ADDRESS,),
    titles={"investigations": {"und": "Investigations"}, "board": {"und": "Oversight board"}},
    directory_recipient="investigations",
    contacts=("By post: 1 Practice Street",),
)


def at(day: int, time: str = "12:00:00") -> Moment:
    """A moment of a day."""
    return Moment(Day(day), time)


def passphrase(name: str) -> Passphrase:
    """The passphrase of the root, or of a vault."""
    return Passphrase(PASSPHRASES[name].encode())


def make_office(
    folder: Path, profile: OfficeProfile = PROFILE, *servers: bytes
) -> dict[str, VaultKey]:
    """Make the office, and unlock its vaults.

    Its first directory lists these servers (public keys of 32 bytes), which a real one lists only
    after its vault has met them.
    """
    vaults = {name: passphrase(name) for name in profile.titles}
    with quick_passphrases(), _pinned_at_first(servers):
        create_office(folder, Ceremony(profile, passphrase("root"), vaults), at(DAY))
    return {name: unlock(folder / VAULTS_FOLDER / name, passphrase(name)) for name in vaults}


@contextmanager
def _pinned_at_first(servers: Iterable[bytes]) -> Iterator[None]:
    usual = delegations.first_delegation

    def delegate_and_pin(vault: Vault, moment: Moment, root: Root) -> None:
        usual(vault, moment, root)
        with vault.db.transaction():
            for server in servers:
                pin(vault, moment, server)

    vars(ceremony)["first_delegation"] = delegate_and_pin
    try:
        yield
    finally:
        vars(ceremony)["first_delegation"] = usual


def yes(_server: bytes) -> None:
    """Whoever compares a server's key finds that it is the office's."""


@dataclass(frozen=True)
class Office:
    """The folder of an office, with the keys of its vaults."""

    folder: Path
    keys: Mapping[str, VaultKey]

    def vault(self, recipient: str = "investigations") -> Path:
        """The folder of a vault."""
        return self.folder / VAULTS_FOLDER / recipient

    @contextmanager
    def opened(self, recipient: str = "investigations") -> Iterator[Vault]:
        """An open vault."""
        with open_vault(self.vault(recipient), self.keys[recipient]) as vault:
            yield vault

    def bring(
        self, *paths: Path, day: int = DAY, to: str = "investigations", compare: Compare = yes
    ) -> ImportResult:
        """Import bundles; returns what became of the last one."""
        with self.opened(to) as vault:
            results = [import_part(vault, path, at(day), compare) for path in paths]
        return results[-1]

    def carry(
        self,
        path: Path,
        day: int = DAY,
        recipient: str = "investigations",
        time: str = "12:00:00",
    ) -> ExportResult:
        """Export a bundle."""
        with self.opened(recipient) as vault:
            return export_bundle(vault, path, at(day, time))


@dataclass
class Sealed:
    """A message as it lies on the server."""

    envelope: bytes
    chunks: dict[bytes, bytes]

    @property
    def address(self) -> bytes:
        """The envelope's address."""
        return envelope_address(self.envelope)


@dataclass
class Source:
    """Somebody with a codename."""

    genesis_id: GenesisId

    @cached_property
    def keys(self) -> SourceKeys:
        """All keys of this source."""
        return derive_source_keys(new_codename(), self.genesis_id)

    def message(
        self,
        directory: Directory,
        keys: Mapping[KeyHash, bytes],
        text: str = "It happened on Monday.",
        *,
        kind: str = "report",
        files: Sequence[tuple[str, bytes]] = (),
        recipients: Iterable[str] = ("board", "investigations"),
        day: int = DAY,
        key_day: int | None = None,
        rest: bytes = b"",
        **changes: object,
    ) -> Sealed:
        """Seal a message, with its files, to the recipients' keys of a day."""
        chunks: dict[bytes, bytes] = {}
        attachments = tuple(_attach(name, data, chunks) for name, data in files)
        message = Message(
            kind=kind,
            message_id=new_message_id(),
            day=Day(day),
            language="en",
            client="practice 1",
            delegation=directory.delegation.number,
            sequence=directory.sequence,
            form=directory.form,
            text=text,
            attachments=attachments,
            rest=_rest(rest, chunks) if rest else None,
        )
        message = replace(message, fill=_fill(chunks))
        message = replace(message, **changes)  # type: ignore[arg-type]
        wanted = set(recipients)
        seal_to = [
            SealTo(one.id, keys[key.hash], key.week, signing_key=one.signing_key)
            for one in directory.recipients
            if one.id in wanted
            for key in [current_key(one, Day(key_day or day))]
        ]
        return Sealed(seal_envelope(message, self.keys, seal_to), chunks)


def _attach(name: str, data: bytes, chunks: dict[bytes, bytes]) -> Attachment:
    key = new_file_key()
    digests = []
    count = chunk_count(len(data))
    for index in range(count):
        piece = data[index * PIECE_SIZE : (index + 1) * PIECE_SIZE]
        digests.append(piece_digest(piece))
        chunks[chunk_id(key, index)] = seal_chunk(key, index, piece, index == count - 1)
    return Attachment(name, len(data), "text/plain", key, count, file_hash(len(data), digests))


def _rest(data: bytes, chunks: dict[bytes, bytes]) -> TextRest:
    file = _attach("rest", data, chunks)
    return TextRest(file.size, file.key, file.chunks, file.hash)


def _fill(chunks: dict[bytes, bytes]) -> Fill | None:
    missing = padded_chunk_count(len(chunks)) - len(chunks)
    if not missing:
        return None
    key = new_file_key()
    for index in range(missing):
        piece, last = bytes(PIECE_SIZE), index == missing - 1
        chunks[chunk_id(key, index)] = seal_chunk(key, index, piece, last)
    return Fill(key, missing)


@dataclass
class Server:
    """What a server keeps, as far as vaults can tell.

    `key` signs its exports, `number` is that of the last one. `weeks` are those in which envelopes
    came, by address, where it was another than that of DAY.
    """

    genesis_id: GenesisId
    folder: Path
    key: SigningKey = SERVER_KEY
    number: int = 0
    weeks: dict[bytes, Week] = field(default_factory=dict)
    document: bytes = b""
    public_keys: dict[KeyHash, bytes] = field(default_factory=dict)
    forms: dict[bytes, bytes] = field(default_factory=dict)
    cards: dict[str, bytes] = field(default_factory=dict)
    envelopes: list[bytes] = field(default_factory=list)
    chunks: dict[bytes, bytes] = field(default_factory=dict)
    confirmed: set[tuple[str, bytes]] = field(default_factory=set)
    taken: dict[tuple[str, StatementKind, int], bytes] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    board: list[bytes] = field(default_factory=list)
    exports: int = 0
    # Whether a vault may give a number out again, as one does that was restored.
    expects_other_bytes: bool = False

    @property
    def directory(self) -> Directory:
        """The directory that it serves."""
        return read_directory(self.document, self.genesis_id)

    def put(self, *messages: Sealed) -> None:
        """Take what a source sends."""
        for message in messages:
            self.envelopes.append(message.envelope)
            self.chunks.update(message.chunks)

    def report(self, source: Source, text: str = "It happened on Monday.", **how: object) -> Sealed:
        """Let a source send a message; see `Source.message`."""
        sealed = source.message(self.directory, self.public_keys, text, **how)  # type: ignore[arg-type]
        self.put(sealed)
        return sealed

    def take(self, path: Path, week: int = DAY // 7) -> None:
        """Import an outbound bundle."""
        header, items = read_bundle(
            io.BytesIO(path.read_bytes()).read, OutboundHeader, self.genesis_id, None
        )
        for item_type, item in items:
            self._take_item(header.recipient, item_type, item, week)

    def _take_item(self, recipient: str, item_type: ItemType, item: bytes, week: int) -> None:
        if item_type == ItemType.DIRECTORY:
            self.document = item
        elif item_type == ItemType.INTAKE_KEY:
            self.public_keys[key_hash(item)] = item
        elif item_type == ItemType.FORM:
            self.forms[form_hash(item)] = item
        elif item_type == ItemType.CARD:
            assert read_card(item, self.genesis_id).recipient == recipient
            self.cards[recipient] = item
        else:
            self._take_statement(recipient, StatementKind[item_type.name], item, week)

    def _take_statement(self, recipient: str, kind: StatementKind, item: bytes, week: int) -> None:
        statement = parse_statement(kind, item)
        active = {one.id: one.signing_key for one in self.directory.recipients}
        signer = active[recipient]
        check_statement(statement, recipient, signer, self.genesis_id)
        place = (recipient, kind, statement.number)
        content_hash = hashlib.sha256(statement.content).digest()
        if self.taken.setdefault(place, content_hash) != content_hash:
            assert self.expects_other_bytes, "other bytes"
            return
        line = encode_taken_line(taken_line(statement, recipient, signer, Week(week)))
        if any(known[:41] == line[:41] for known in self.lines):
            return
        self.lines.append(line)
        if kind == StatementKind.BATCH:
            self.board += parse_batch(statement).records
        elif kind == StatementKind.CONFIRMATION:
            confirmation = parse_confirmation(statement)
            self.confirmed |= {(recipient, address) for address in confirmation.envelopes()}
            self.confirmed |= {
                (recipient, chunk)
                for chunk, sha256 in confirmation.chunks()
                if hashlib.sha256(self.chunks[chunk]).digest() == sha256
            }

    def export(
        self,
        recipient: str = "investigations",
        day: int = DAY,
        parts: int = 1,
        *,
        envelopes: Sequence[bytes] | None = None,
        chunks: Mapping[bytes, bytes] | None = None,
        lines: Sequence[bytes] | None = None,
    ) -> list[Path]:
        """Write an export of all that a recipient has not confirmed, in parts."""
        self.exports += 1
        letters = self.envelopes if envelopes is None else envelopes
        files = self.chunks if chunks is None else chunks
        items = [
            (ItemType.ENVELOPE, self.envelope_item(one))
            for one in letters
            if self._wants(recipient, one)
        ]
        items += [
            (ItemType.CHUNK, chunk + data)
            for chunk, data in files.items()
            if (recipient, chunk) not in self.confirmed
        ]
        random.shuffle(items)
        items.sort(key=lambda item: item[0])
        size = -(-len(items) // parts) if items else 0
        shares = [items[size * n : size * (n + 1)] for n in range(parts)]
        self.number = max(self.number + 1, day << 32)
        export_id = os.urandom(16)
        paths = []
        for number, share in enumerate(shares, 1):
            header = self.header(recipient, export_id, number, parts, day)
            path = self.folder / f"in-{recipient}-{self.exports}.{number:03}"
            path.write_bytes(self.bundle(header, share, self.lines if lines is None else lines))
            paths.append(path)
        return paths

    def header(
        self, recipient: str, export_id: bytes, part: int, parts: int, day: int
    ) -> InboundHeader:
        """The header of a part of its last export."""
        return InboundHeader(
            self.genesis_id, recipient, export_id, part, parts, Day(day), self.number
        )

    def envelope_item(self, envelope: bytes) -> bytes:
        """An envelope with the week in which it came."""
        week = self.weeks.get(envelope_address(envelope), Week(DAY // 7))
        return b"".join(envelope_item(week, envelope))

    def sign(self, message: bytes) -> tuple[bytes, bytes]:
        """Sign a part."""
        signature = self.key.sign(Label.INBOUND_BUNDLE, self.genesis_id, message)
        return self.key.public_key, signature

    def bundle(
        self,
        header: InboundHeader,
        items: Iterable[tuple[ItemType, bytes]],
        lines: Iterable[bytes] = (),
    ) -> bytes:
        """A part of an export with these envelopes and chunks."""
        file = io.BytesIO()
        writer = BundleWriter(file.write, header, self.sign)
        writer.add(ItemType.DIRECTORY, self.document)
        for key in self.public_keys.values():
            writer.add(ItemType.INTAKE_KEY, key)
        for form in self.forms.values():
            writer.add(ItemType.FORM, form)
        for card in self.cards.values():
            writer.add(ItemType.CARD, card)
        for line in lines:
            writer.add(ItemType.TAKEN_LINE, line)
        for item_type, item in items:
            writer.add(item_type, item)
        writer.end()
        return file.getvalue()

    def replies(self, source: Source, day: int = DAY) -> list[Reply]:
        """What a source finds on the board on a day."""
        return open_board([b"".join(self.board)], source.keys, self.directory, Day(day))

    def _wants(self, recipient: str, envelope: bytes) -> bool:
        return (recipient, envelope_address(envelope)) not in self.confirmed
