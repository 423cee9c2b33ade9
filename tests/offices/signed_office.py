"""An office for tests of the server: real keys and signatures, bundles as its vaults would write
them, in no time, without a vault. Where vaults matter, take `vaults` or `desk`.

office = PracticeOffice.create(day)
bundle = office.outbound("main", day)                  the first, with the directory
bundle = office.outbound("board", day, batch(1, 64))   with a batch of records, number 1
export = read_export(bundle)                           what a server has written for a vault
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crypto.bundle import (
    BundleWriter,
    InboundHeader,
    ItemType,
    OutboundHeader,
    read_bundle,
    split_chunk_item,
    split_envelope_item,
    verify_bundle,
)
from crypto.days import later, week_of, weeks
from crypto.directory_content import DirectoryContent, ListedKey, Policy, Recipient, RetiredKey
from crypto.form import first_form, form_hash
from crypto.hpke import KemSecretKey
from crypto.names import Address, ChunkId, Day, GenesisId, Week
from crypto.office.card import sign_card
from crypto.office.directory import (
    Delegation,
    listed_weeks,
    root_chain,
    sign_delegation,
    sign_directory,
)
from crypto.office.replies import decoy_record
from crypto.office.signing import sign_batch, sign_confirmation
from crypto.public_keys import key_hash
from crypto.signing import SigningKey
from crypto.sizes import BATCH_SIZES
from crypto.statement_contents import batch_of, confirm
from crypto.statements import Statement, encode_statement

POLICY = Policy(
    reply_days=180, codename_days=365, max_chunks=4096, puzzle_envelope=0, puzzle_chunk=0
)

MakeStatement = Callable[["OfficeRecipient", bytes], Statement]


@dataclass(frozen=True)
class OfficeRecipient:
    """A recipient with all its secrets."""

    id: str
    signing: SigningKey

    def intake_secret(self, week: Week) -> KemSecretKey:
        """The secret of its intake key of a week, the same whenever asked."""
        seed = hashlib.sha256(self.signing.seed + week.to_bytes(4, "big")).digest()
        return KemSecretKey(seed)

    def keys(self, weeks: Iterable[Week]) -> dict[Week, bytes]:
        """Its public intake keys by week."""
        return {week: self.intake_secret(week).public_key for week in weeks}


@dataclass(frozen=True)
class PracticeOffice:
    """An office with all its secrets, the content of its newest directory, and its form."""

    root: SigningKey
    directory_key: SigningKey
    recipients: tuple[OfficeRecipient, ...]
    content: DirectoryContent
    delegation: Delegation
    form: bytes

    @classmethod
    def create(
        cls,
        day: Day,
        ids: tuple[str, ...] = ("board", "main"),
        address: str = "http://127.0.0.1:8080",
        form: bytes = first_form(),
        **changes: object,
    ) -> "PracticeOffice":
        """A new office whose directory is issued on `day`; `changes` to its content."""
        root, directory_key = SigningKey(os.urandom(32)), SigningKey(os.urandom(32))
        recipients = tuple(OfficeRecipient(name, SigningKey(os.urandom(32))) for name in ids)
        content = DirectoryContent(
            genesis_id=GenesisId(hashlib.sha256(root.public_key).digest()),
            sequence=1,
            issued=day,
            expires=later(day, 21),
            names={"und": "Office of Practice"},
            addresses=(address,),
            recipients=(),
            retired=(),
            directory_recipient=ids[-1],
            servers=(),
            form=form_hash(form),
            batch_size=64,
            release=0,
            mirrors=(),
            policy=POLICY,
            contacts=("By post: 1 Practice Street",),
        )
        delegation = Delegation(1, day, later(day, 90), directory_key.public_key)
        office = cls(root, directory_key, recipients, content, delegation, form)
        return office.with_directory(sequence=1, **changes)

    @property
    def genesis_id(self) -> GenesisId:
        """Its identity."""
        return self.content.genesis_id

    def with_directory(self, **changes: object) -> "PracticeOffice":
        """The same office with a next directory, whose content has these changes."""
        changes = {"sequence": self.content.sequence + 1} | changes
        content = replace(self.content, **changes)  # type: ignore[arg-type]
        weeks = listed_weeks(content.issued, content.expires)
        recipients = tuple(
            Recipient(
                recipient.id,
                {"und": recipient.id.title()},
                recipient.signing.public_key,
                tuple(
                    ListedKey(week, key_hash(key)) for week, key in recipient.keys(weeks).items()
                ),
            )
            for recipient in self.recipients
        )
        return replace(self, content=replace(content, recipients=recipients))

    def with_form(self, form: bytes) -> "PracticeOffice":
        """The same office with a next directory, which names another form."""
        return replace(self, form=form).with_directory(form=form_hash(form))

    def without(self, recipient_id: str) -> "PracticeOffice":
        """The same office with a next directory in which a recipient is retired."""
        gone = self.recipient(recipient_id)
        rest = tuple(recipient for recipient in self.recipients if recipient is not gone)
        retired = RetiredKey(gone.id, gone.signing.public_key, later(self.content.expires, 365))
        return replace(self, recipients=rest).with_directory(
            retired=(retired,), directory_recipient=rest[0].id
        )

    def recipient(self, recipient_id: str) -> OfficeRecipient:
        """One of its recipients."""
        return next(known for known in self.recipients if known.id == recipient_id)

    def document(self) -> bytes:
        """The directory document."""
        head = sign_delegation(root_chain(self.root.public_key), self.root, self.delegation)
        return sign_directory(head, self.directory_key, self.content)

    def directory_keys(self) -> list[bytes]:
        """The public intake keys that the directory lists."""
        weeks = listed_weeks(self.content.issued, self.content.expires)
        return [key for recipient in self.recipients for key in recipient.keys(weeks).values()]

    def card(self, recipient_id: str, day: Day, number: int = 1) -> tuple[bytes, list[bytes]]:
        """A recipient's card of a day, and the keys that it lists."""
        recipient = self.recipient(recipient_id)
        first, last = Week(week_of(day) - 1), week_of(later(day, 90))
        keys = recipient.keys(weeks(first, Week(last + 1)))
        listed = [ListedKey(week, key_hash(key)) for week, key in keys.items()]
        card = sign_card(recipient.signing, self.genesis_id, recipient_id, number, listed)
        return card, list(keys.values())

    def outbound(
        self,
        recipient_id: str,
        day: Day,
        *makers: MakeStatement,
        directory: bool = True,
        card: int | None = 1,
    ) -> bytes:
        """A bundle of a recipient: directory, card of this number, and statements."""
        recipient = self.recipient(recipient_id)
        items: list[tuple[ItemType, bytes]] = []
        if directory:
            items.append((ItemType.DIRECTORY, self.document()))
            items += [(ItemType.INTAKE_KEY, key) for key in self.directory_keys()]
            items.append((ItemType.FORM, self.form))
        if card is not None:
            data, keys = self.card(recipient_id, day, card)
            items.append((ItemType.CARD, data))
            items += [(ItemType.INTAKE_KEY, key) for key in keys]
        for make in makers:
            statement = make(recipient, self.genesis_id)
            items.append((ItemType.of(statement.kind), encode_statement(statement)))
        return outbound_bundle(self.genesis_id, recipient_id, items)


def outbound_bundle(
    genesis_id: GenesisId, recipient_id: str, items: Iterable[tuple[ItemType, bytes]]
) -> bytes:
    """A bundle of these items, in the order of their types."""
    file = io.BytesIO()
    writer = BundleWriter(file.write, OutboundHeader(genesis_id, recipient_id))
    for item_type, item in sorted(items, key=lambda entry: entry[0]):
        writer.add(item_type, item)
    writer.end()
    return file.getvalue()


def batch(number: int, records: int | Iterable[bytes]) -> MakeStatement:
    """A batch of so many decoys; or of these records, and decoys up to a size that a batch has."""
    made = [] if isinstance(records, int) else list(records)
    least = records if isinstance(records, int) else len(made)
    size = next(size for size in BATCH_SIZES if size >= least)
    content = batch_of([*made, *(decoy_record() for _ in range(size - len(made)))])
    return lambda sender, genesis_id: sign_batch(
        sender.signing, GenesisId(genesis_id), sender.id, number, content
    )


def confirmation(
    number: int, envelopes: Iterable[bytes] = (), chunks: Iterable[tuple[bytes, bytes]] = ()
) -> MakeStatement:
    """A confirmation of these envelopes (whole) and chunks (id, whole)."""
    hashed = [Address(hashlib.sha256(envelope).digest()) for envelope in envelopes]
    named = [(ChunkId(chunk_id), hashlib.sha256(chunk).digest()) for chunk_id, chunk in chunks]
    return lambda sender, genesis_id: sign_confirmation(
        sender.signing, GenesisId(genesis_id), sender.id, number, confirm(hashed, named)
    )


@dataclass(frozen=True)
class ReadExport:
    """What one part of an export holds. `server` is the public key (32 bytes) that signed it.

    `weeks` are those in which its envelopes came, in the same order.
    """

    header: InboundHeader
    server: bytes
    directory: bytes
    keys: tuple[bytes, ...]
    form: bytes
    cards: tuple[bytes, ...]
    lines: tuple[bytes, ...]
    envelopes: tuple[bytes, ...]
    weeks: tuple[Week, ...]
    chunks: dict[bytes, bytes]


def read_export(data: bytes) -> ReadExport:
    """Read one part of an export, checking its frame, hash and signature."""
    _, server = verify_bundle(io.BytesIO(data).read, InboundHeader, None, None)
    header, items = read_bundle(io.BytesIO(data).read, InboundHeader, None, None)
    found: dict[ItemType, list[bytes]] = {item_type: [] for item_type in ItemType}
    for item_type, item in items:
        found[item_type].append(item)
    envelopes = [split_envelope_item(item) for item in found[ItemType.ENVELOPE]]
    return ReadExport(
        header,
        server,
        found[ItemType.DIRECTORY][0],
        tuple(found[ItemType.INTAKE_KEY]),
        found[ItemType.FORM][0],
        tuple(found[ItemType.CARD]),
        tuple(found[ItemType.TAKEN_LINE]),
        tuple(envelope for _, envelope in envelopes),
        tuple(week for week, _ in envelopes),
        dict(split_chunk_item(item) for item in found[ItemType.CHUNK]),
    )
