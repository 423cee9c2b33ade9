"""Bundles, which carry everything across the air gap in both directions: SPEC 14.

Streams: neither writer nor reader holds more than one item. A reader goes over a part twice,
first to find damage, then to use the items:

    header, server = verify_bundle(read, InboundHeader, genesis_id, recipient_id)
    header, items = read_bundle(read_again, InboundHeader, genesis_id, recipient_id)
    for item_type, item in items: ...

The second pass raises as well where the file changed meanwhile, so what the items did is kept
only once it has ended. The outer hash finds damage, not forgery: each item is checked on its own.
An inbound part is signed besides, by the server that wrote it; which servers are the office's, the
directory says.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self, TypeVar

from crypto.byte_reader import ByteReader
from crypto.card import CARD_MAX_SIZE
from crypto.directory import DOCUMENT_MAX_SIZE
from crypto.errors import Foreign, Malformed, Unauthentic
from crypto.form import FORM_MAX_SIZE
from crypto.labels import Label, bound, labelled
from crypto.names import ChunkId, Day, GenesisId, Week
from crypto.public_keys import recipient_bytes
from crypto.signatures import check_signature
from crypto.sizes import (
    BATCH_SIZES,
    CHUNK_ID_SIZE,
    CHUNK_SIZE,
    ENVELOPE_SIZE,
    GENESIS_ID_SIZE,
    KEM_PUBLIC_KEY_SIZE,
    RECORD_SIZE,
    SIGNATURE_SIZE,
)
from crypto.statements import (
    STATEMENT_HEAD_SIZE,
    STATEMENT_MAX_SIZE,
    TAKEN_LINE_SIZE,
    StatementKind,
)
from crypto.strict_json import Fields, encode_json, parse_json

__all__ = [
    "BundleHeader",
    "BundleWriter",
    "InboundHeader",
    "ItemType",
    "OutboundHeader",
    "Sign",
    "envelope_item",
    "read_bundle",
    "split_chunk_item",
    "split_envelope_item",
    "verify_bundle",
]

PARTS_MAX = 999

_HEADER_MAX_SIZE = 4096
_EXPORT_ID_SIZE = 16
_ID_MAX_SIZE = 32
_ITEM_HEAD_SIZE = 5
_END = 255
_HASH_SIZE = 32
_WEEK_SIZE = 4
_COUNT_SIZE = 4
_SERVER_KEY_SIZE = 32

Read = Callable[[int], bytes]
Write = Callable[[bytes], object]
Sign = Callable[[bytes], tuple[bytes, bytes]]
"""Returns a server's public signing key (32 bytes) and its signature (64) of a message."""


class ItemType(IntEnum):
    """What an item of a bundle is, in the order in which they come."""

    DIRECTORY = 1
    INTAKE_KEY = 2
    FORM = 3
    CARD = 4
    TAKEN_LINE = 5
    ENVELOPE = 6
    CHUNK = 7
    BATCH = 8
    CONFIRMATION = 9

    @classmethod
    def of(cls, kind: StatementKind) -> Self:
        """Return the type of the items that hold statements of a kind."""
        return cls[kind.name]


# SPEC 14: the smallest and largest item of each type; known before an item is read.
ITEM_SIZES = {
    ItemType.DIRECTORY: (1, DOCUMENT_MAX_SIZE),
    ItemType.INTAKE_KEY: (KEM_PUBLIC_KEY_SIZE, KEM_PUBLIC_KEY_SIZE),
    ItemType.FORM: (1, FORM_MAX_SIZE),
    ItemType.CARD: (1, CARD_MAX_SIZE),
    ItemType.TAKEN_LINE: (TAKEN_LINE_SIZE, TAKEN_LINE_SIZE),
    ItemType.ENVELOPE: (_WEEK_SIZE + ENVELOPE_SIZE, _WEEK_SIZE + ENVELOPE_SIZE),
    ItemType.CHUNK: (CHUNK_ID_SIZE + CHUNK_SIZE, CHUNK_ID_SIZE + CHUNK_SIZE),
    ItemType.BATCH: (
        STATEMENT_HEAD_SIZE + min(BATCH_SIZES) * RECORD_SIZE,
        STATEMENT_HEAD_SIZE + max(BATCH_SIZES) * RECORD_SIZE,
    ),
    ItemType.CONFIRMATION: (STATEMENT_HEAD_SIZE + 2 * _COUNT_SIZE, STATEMENT_MAX_SIZE),
}
_PUBLIC_TYPES = frozenset({ItemType.DIRECTORY, ItemType.INTAKE_KEY, ItemType.FORM, ItemType.CARD})


@dataclass(frozen=True)
class BundleHeader(ABC):
    """What stands in front of a bundle; its class says in which direction the bundle goes."""

    LABEL: ClassVar[Label]
    ITEM_TYPES: ClassVar[frozenset[ItemType]]
    END_SIZE: ClassVar[int]

    genesis_id: GenesisId
    recipient: str

    @abstractmethod
    def encode(self) -> bytes:
        """Return the header's JSON."""

    @classmethod
    @abstractmethod
    def parse(cls, data: bytes, genesis_id: GenesisId) -> Self:
        """Return the header that a JSON text is; Malformed outside the grammar."""


@dataclass(frozen=True)
class InboundHeader(BundleHeader):
    """The header of a part of an export to a recipient, made on a day, under a growing number."""

    LABEL = Label.INBOUND_BUNDLE
    END_SIZE = _HASH_SIZE + _SERVER_KEY_SIZE + SIGNATURE_SIZE
    ITEM_TYPES = _PUBLIC_TYPES | {
        ItemType.TAKEN_LINE,
        ItemType.ENVELOPE,
        ItemType.CHUNK,
    }

    export_id: bytes
    part: int
    parts: int
    day: Day
    number: int

    def encode(self) -> bytes:
        """Return the header's JSON."""
        return encode_json(
            {
                "export_id": self.export_id.hex(),
                "recipient": self.recipient,
                "part": self.part,
                "parts": self.parts,
                "day": self.day,
                "number": self.number,
            }
        )

    @classmethod
    def parse(cls, data: bytes, genesis_id: GenesisId) -> Self:
        """Return the header that a JSON text is; Malformed outside the grammar."""
        known = ("export_id", "recipient", "part", "parts", "day", "number")
        fields = Fields(parse_json(data), known=known)
        parts = fields.integer("parts", 1, PARTS_MAX)
        return cls(
            genesis_id=genesis_id,
            recipient=_recipient(fields),
            export_id=fields.hex("export_id", _EXPORT_ID_SIZE),
            part=fields.integer("part", 1, parts),
            parts=parts,
            day=Day(fields.integer("day")),
            number=fields.integer("number", 1),
        )


@dataclass(frozen=True)
class OutboundHeader(BundleHeader):
    """The header of a bundle that a recipient sends."""

    LABEL = Label.OUTBOUND_BUNDLE
    END_SIZE = _HASH_SIZE
    ITEM_TYPES = _PUBLIC_TYPES | {
        ItemType.BATCH,
        ItemType.CONFIRMATION,
    }

    def encode(self) -> bytes:
        """Return the header's JSON."""
        return encode_json({"recipient": self.recipient})

    @classmethod
    def parse(cls, data: bytes, genesis_id: GenesisId) -> Self:
        """Return the header that a JSON text is; Malformed outside the grammar."""
        fields = Fields(parse_json(data), known=("recipient",))
        return cls(genesis_id=genesis_id, recipient=_recipient(fields))


Header = TypeVar("Header", bound=BundleHeader)


class BundleWriter:
    """Writes one bundle, or one part of one, through a function that takes bytes.

    `sign` is asked at the end of an inbound part, and of nothing else. Raises Malformed where a
    reader would refuse what was asked for.
    """

    def __init__(self, write: Write, header: BundleHeader, sign: Sign | None = None) -> None:
        if (sign is not None) != isinstance(header, InboundHeader):
            raise ValueError("a server signs what it writes, and a vault's bundle is not signed")
        self._write_on = write
        self._sign = sign
        self._header = header
        self._types = header.ITEM_TYPES
        self._hash = hashlib.sha256()
        self._newest = 0
        self._size = 0
        encoded = header.encode()
        type(header).parse(encoded, header.genesis_id)
        # SPEC 14: label || genesis_id || u32 length || header
        self._write(bound(header.LABEL, header.genesis_id))
        self._write(len(encoded).to_bytes(4, "big") + encoded)

    @property
    def size(self) -> int:
        """How many bytes were written so far."""
        return self._size

    def size_with(self, *item_sizes: int) -> int:
        """Return how large the file would be with items of these sizes more, and its end."""
        sizes = (*item_sizes, self._header.END_SIZE)
        return self._size + sum(_ITEM_HEAD_SIZE + size for size in sizes)

    def add(self, item_type: ItemType, *pieces: bytes) -> None:
        """Write an item, given whole or in pieces."""
        size = sum(map(len, pieces))
        self._newest = _check_item(item_type, size, self._newest, self._types)
        self._write(_item_head(item_type, size))
        for piece in pieces:
            self._write(piece)

    def end(self) -> None:
        """Write the end. Nothing can follow."""
        digest = self._hash.digest()
        end = digest
        if self._sign is not None:
            header = self._header
            part = signed_part(header.recipient, header=header.encode(), digest=digest)
            end += b"".join(self._sign(part))
        self._write(_item_head(_END, self._header.END_SIZE) + end)
        self._newest = _END

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        self._write_on(data)


def read_bundle(
    read: Read, kind: type[Header], genesis_id: GenesisId | None, recipient_id: str | None
) -> tuple[Header, Iterator[tuple[ItemType, bytes]]]:
    """Return the header of a bundle of a kind, and its items one after another.

    `read(n)` returns at most n bytes, none at the end of the file. `genesis_id` is None where the
    office is not known yet, and `recipient_id` where a bundle may be of any recipient.

    Raises Malformed and Foreign at once. The items raise Malformed, and Unauthentic at their end
    where the hash does not fit; what they did must count only once they have ended.
    """
    header, source = _begin(read, kind, genesis_id, recipient_id)
    return header, _items(source, header, _End())


def verify_bundle(
    read: Read, kind: type[Header], genesis_id: GenesisId | None, recipient_id: str | None
) -> tuple[Header, bytes]:
    """Return the header of a bundle that is whole, and who signed it.

    That is a server's public key (32 bytes) whose signature holds, of an inbound part; nothing of
    an outbound bundle. Takes and raises what `read_bundle` does.
    """
    header, source = _begin(read, kind, genesis_id, recipient_id)
    end = _End()
    for _ in _items(source, header, end):
        pass
    return header, end.server


def envelope_item(week: Week, envelope: bytes) -> tuple[bytes, bytes]:
    """Return the pieces of the item of an envelope that came in a week."""
    return week.to_bytes(_WEEK_SIZE, "big"), envelope


def split_envelope_item(item: bytes) -> tuple[Week, bytes]:
    """Return the week in which the envelope in an item came, and its bytes (32,768)."""
    return Week(int.from_bytes(item[:_WEEK_SIZE], "big")), item[_WEEK_SIZE:]


def split_chunk_item(item: bytes) -> tuple[ChunkId, bytes]:
    """Return the id (32 bytes) and the bytes (262,144) of the chunk in an item."""
    return ChunkId(item[:CHUNK_ID_SIZE]), item[CHUNK_ID_SIZE:]


def signed_part(recipient_id: str, *, header: bytes, digest: bytes) -> bytes:
    """Return what a server signs of a part, under the label INBOUND_BUNDLE.

    `header` are the bytes that stand in the part, as they are, and `digest` is the hash (32) of all
    before its end.
    """
    # SPEC 14: rid || u32 length || header || H
    return recipient_bytes(recipient_id) + len(header).to_bytes(4, "big") + header + digest


def _begin(
    read: Read, kind: type[Header], genesis_id: GenesisId | None, recipient_id: str | None
) -> tuple[Header, "_Source"]:
    """Return the header of a bundle, and what follows; `_Source.header` has its bytes."""
    source = _Source(read)
    if source.read(len(labelled(kind.LABEL))) != labelled(kind.LABEL):
        raise Malformed("not a bundle of this kind")
    office = GenesisId(source.read(GENESIS_ID_SIZE))
    if genesis_id not in (None, office):
        raise Foreign("a bundle of another office")
    size = int.from_bytes(source.read(4), "big")
    if size > _HEADER_MAX_SIZE:
        raise Malformed("a bundle whose header is too long")
    source.header = source.read(size)
    header = kind.parse(source.header, office)
    if recipient_id not in (None, header.recipient):
        raise Foreign("a bundle for another recipient")
    return header, source


@dataclass
class _End:
    """What the end of a part says: the server's public key where one signed it."""

    server: bytes = b""


class _Source:
    """Hashes what it reads."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._hash = hashlib.sha256()
        self.header = b""

    def read(self, size: int) -> bytes:
        """Return exactly the next bytes."""
        pieces, missing = [], size
        while missing:
            piece = self._read(missing)
            if not piece:
                raise Malformed("a bundle that ends before its end")
            self._hash.update(piece)
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def digest(self) -> bytes:
        """Return the hash of all that was read so far."""
        return self._hash.digest()

    def check_end(self) -> None:
        """Return if nothing is left."""
        if self._read(1):
            raise Malformed("a bundle that goes on after its end")


def _items(source: _Source, header: BundleHeader, end: _End) -> Iterator[tuple[ItemType, bytes]]:
    newest = 0
    while True:
        digest = source.digest()
        head = source.read(_ITEM_HEAD_SIZE)
        code, size = head[0], int.from_bytes(head[1:], "big")
        if code == _END:
            break
        newest = _check_item(code, size, newest, header.ITEM_TYPES)
        yield ItemType(code), source.read(size)
    if size != header.END_SIZE:
        raise Malformed("a bundle's end of another size")
    reader = ByteReader(source.read(size))
    source.check_end()
    if reader.read(_HASH_SIZE) != digest:
        raise Unauthentic("a bundle that was altered or damaged")
    if isinstance(header, InboundHeader):
        end.server = _checked_server(header, source.header, digest, reader)


def _checked_server(header: InboundHeader, encoded: bytes, digest: bytes, end: ByteReader) -> bytes:
    server = end.read(_SERVER_KEY_SIZE)
    check_signature(
        server,
        signature=end.rest(),
        label=Label.INBOUND_BUNDLE,
        genesis_id=header.genesis_id,
        message=signed_part(header.recipient, header=encoded, digest=digest),
    )
    return server


def _check_item(code: int, size: int, newest: int, types: frozenset[ItemType]) -> int:
    """Return the code of an item that may stand after one of the code `newest`."""
    if code not in types:
        raise Malformed("an item of a type that this bundle cannot hold")
    if code < newest:
        raise Malformed("items out of order")
    smallest, largest = ITEM_SIZES[ItemType(code)]
    if not smallest <= size <= largest:
        raise Malformed("an item of another size than its type's")
    return code


def _item_head(code: int, size: int) -> bytes:
    return bytes([code]) + size.to_bytes(4, "big")


def _recipient(fields: Fields) -> str:
    recipient_id = fields.text("recipient", _ID_MAX_SIZE)
    recipient_bytes(recipient_id)
    return recipient_id
