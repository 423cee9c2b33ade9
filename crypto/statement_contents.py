"""What stands in batches and confirmations: SPEC 13.

Parse only what `check_statement` has passed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from crypto.byte_reader import ByteReader
from crypto.errors import Malformed, TooLarge
from crypto.names import Address, ChunkId
from crypto.sizes import RECORD_SIZE
from crypto.statements import (
    STATEMENT_HEAD_SIZE,
    STATEMENT_MAX_SIZE,
    Statement,
    StatementKind,
    is_count,
)

__all__ = [
    "Batch",
    "Confirmation",
    "batch_of",
    "confirm",
    "encode_batch",
    "encode_confirmation",
    "parse_batch",
    "parse_confirmation",
]

_HASH_SIZE = 32
_CHUNK_ENTRY_SIZE = 64


@dataclass(frozen=True)
class Batch:
    """Reply records (1,024 bytes each), in the order of their SHA-256."""

    records: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What a vault received. There may be a million entries, so they stay in two byte strings."""

    envelope_list: bytes
    chunk_list: bytes

    def envelopes(self) -> Iterator[Address]:
        """Yield the addresses, 32 bytes each, of envelopes."""
        return map(Address, _cut(self.envelope_list, _HASH_SIZE))

    def chunks(self) -> Iterator[tuple[ChunkId, bytes]]:
        """Yield the id and the SHA-256, 32 bytes each, of chunks."""
        entries = _cut(self.chunk_list, _CHUNK_ENTRY_SIZE)
        return ((ChunkId(entry[:_HASH_SIZE]), entry[_HASH_SIZE:]) for entry in entries)

    @property
    def count(self) -> int:
        """How many entries there are."""
        envelopes = len(self.envelope_list) // _HASH_SIZE
        return envelopes + len(self.chunk_list) // _CHUNK_ENTRY_SIZE


def batch_of(records: Iterable[bytes]) -> Batch:
    """Return the batch of some records, whatever order they come in."""
    return Batch(tuple(sorted(records, key=_digest)))


def encode_batch(batch: Batch) -> bytes:
    """Return the content of a batch; Malformed where a reader would refuse it."""
    content = b"".join(batch.records)
    parse_batch(_unsigned(StatementKind.BATCH, len(batch.records), content))
    return content


def parse_batch(statement: Statement) -> Batch:
    """Return the records of a statement that was checked.

    Raises Malformed where it has another size than its count, a count that no batch has, or its
    records are not in order.
    """
    # SPEC 13: count x record, ascending by their SHA-256
    reader = _reader(statement, StatementKind.BATCH)
    content = reader.read(statement.count * RECORD_SIZE)
    reader.end()
    if not is_count(StatementKind.BATCH, statement.count):
        raise Malformed("a batch of a number of records that no batch has")
    records = tuple(_cut(content, RECORD_SIZE))
    _check_ascending(map(_digest, records))
    return Batch(records)


def confirm(envelopes: Iterable[Address], chunks: Iterable[tuple[ChunkId, bytes]]) -> Confirmation:
    """Return the confirmation of envelope addresses, and of chunk ids each with a SHA-256.

    All have 32 bytes. They come in any order, maybe repeatedly; one id may have several hashes.
    """
    addresses = sorted(set(envelopes))
    entries = sorted({chunk_id + chunk_hash for chunk_id, chunk_hash in chunks})
    return Confirmation(envelope_list=b"".join(addresses), chunk_list=b"".join(entries))


def encode_confirmation(confirmation: Confirmation) -> bytes:
    """Return the content; Malformed or TooLarge where a reader would refuse it."""
    envelopes, chunks = confirmation.envelope_list, confirmation.chunk_list
    counts = _u32(len(envelopes) // _HASH_SIZE), _u32(len(chunks) // _CHUNK_ENTRY_SIZE)
    content = counts[0] + envelopes + counts[1] + chunks
    parse_confirmation(_unsigned(StatementKind.CONFIRMATION, confirmation.count, content))
    return content


def parse_confirmation(statement: Statement) -> Confirmation:
    """Return the lists of a statement that was checked.

    Raises Malformed where it has another size than its counts, or a list is not in order.
    """
    # SPEC 13: u32 e, e x address, u32 c, c x (chunk id, SHA-256)
    reader = _reader(statement, StatementKind.CONFIRMATION)
    envelope_list = reader.read(reader.u32() * _HASH_SIZE)
    chunk_list = reader.read(reader.u32() * _CHUNK_ENTRY_SIZE)
    reader.end()
    confirmation = Confirmation(envelope_list=envelope_list, chunk_list=chunk_list)
    if confirmation.count != statement.count:
        raise Malformed("a confirmation that holds another number than it says")
    _check_ascending(_cut(envelope_list, _HASH_SIZE))
    _check_ascending(_cut(chunk_list, _CHUNK_ENTRY_SIZE))
    return confirmation


def _unsigned(kind: StatementKind, count: int, content: bytes) -> Statement:
    """Return a statement for a parser alone, which looks at neither number nor signature."""
    if len(content) > STATEMENT_MAX_SIZE - STATEMENT_HEAD_SIZE:
        raise TooLarge("more than one statement holds")
    return Statement(kind=kind, number=0, count=count, signature=b"", content=content)


def _reader(statement: Statement, kind: StatementKind) -> ByteReader:
    if statement.kind != kind:
        raise Malformed("a statement of another kind")
    return ByteReader(statement.content)


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def _check_ascending(entries: Iterable[bytes]) -> None:
    if any(before >= after for before, after in pairwise(entries)):
        raise Malformed("a list that is not strictly ascending")


def _digest(record: bytes) -> bytes:
    return hashlib.sha256(record).digest()


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")
