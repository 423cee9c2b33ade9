"""What stands in batches, confirmations and refinements: SPEC 13.

Parse only what `check_statement` has passed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from crypto.byte_reader import ByteReader
from crypto.errors import Malformed, TooLarge
from crypto.names import Address, ChunkId
from crypto.sizes import BUCKET_BITS_MAX, RECORD_SIZE
from crypto.statements import (
    STATEMENT_HEAD_SIZE,
    STATEMENT_MAX_SIZE,
    Statement,
    StatementKind,
)

__all__ = [
    "Batch",
    "Confirmation",
    "Refinement",
    "confirm",
    "encode_batch",
    "encode_confirmation",
    "encode_refinement",
    "parse_batch",
    "parse_confirmation",
    "parse_refinement",
]

BATCH_RECORDS_MAX = 256

_HASH_SIZE = 32
_CHUNK_ENTRY_SIZE = 64
_VALUE_SIZE = 4
BATCHED_SIZE = _VALUE_SIZE + RECORD_SIZE
_REFINED_SIZE = _HASH_SIZE + _VALUE_SIZE


@dataclass(frozen=True)
class Batch:
    """Reply records (4,096 bytes each), each with its bucket's value, of `bits` bits."""

    bits: int
    records: tuple[tuple[int, bytes], ...]


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


@dataclass(frozen=True)
class Refinement:
    """The SHA-256 of records (32 bytes), each with its bucket's value, now of `bits` bits."""

    bits: int
    records: tuple[tuple[bytes, int], ...]


def encode_batch(batch: Batch) -> bytes:
    """Return the content of a batch; Malformed where a reader would refuse it."""
    content = bytes([batch.bits]) + b"".join(
        _u32(value) + record for value, record in batch.records
    )
    parse_batch(_unsigned(StatementKind.BATCH, len(batch.records), content))
    return content


def parse_batch(statement: Statement) -> Batch:
    """Return the records of a statement that was checked.

    Raises Malformed where it has another size than its count, or a value does not fit its bits.
    """
    # SPEC 13: u8 bits, then count x (u32 value, record)
    bits, entries = _bits_and_entries(statement, StatementKind.BATCH, BATCHED_SIZE)
    if not 1 <= statement.count <= BATCH_RECORDS_MAX:
        raise Malformed("a batch of no records, or of too many")
    records = tuple((_number(entry[:_VALUE_SIZE]), entry[_VALUE_SIZE:]) for entry in entries)
    _check_values(bits, (value for value, _ in records))
    return Batch(bits, records)


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


def encode_refinement(refinement: Refinement) -> bytes:
    """Return the content of a refinement; Malformed or TooLarge where a reader would refuse it."""
    entries = (record_hash + _u32(value) for record_hash, value in refinement.records)
    content = bytes([refinement.bits]) + b"".join(entries)
    parse_refinement(_unsigned(StatementKind.REFINEMENT, len(refinement.records), content))
    return content


def parse_refinement(statement: Statement) -> Refinement:
    """Return the records and values of a statement that was checked.

    Raises Malformed where it has another size than its count, is not in order, or a value does
    not fit its bits.
    """
    # SPEC 13: u8 bits, then count x (SHA-256 of the record, u32 value), ascending
    bits, entries = _bits_and_entries(statement, StatementKind.REFINEMENT, _REFINED_SIZE)
    records = tuple((entry[:_HASH_SIZE], _number(entry[_HASH_SIZE:])) for entry in entries)
    _check_ascending(record_hash for record_hash, _ in records)
    _check_values(bits, (value for _, value in records))
    return Refinement(bits, records)


def _unsigned(kind: StatementKind, count: int, content: bytes) -> Statement:
    """Return a statement for a parser alone, which looks at neither number nor signature."""
    if len(content) > STATEMENT_MAX_SIZE - STATEMENT_HEAD_SIZE:
        raise TooLarge("more than one statement holds")
    return Statement(kind=kind, number=0, count=count, signature=b"", content=content)


def _reader(statement: Statement, kind: StatementKind) -> ByteReader:
    if statement.kind != kind:
        raise Malformed("a statement of another kind")
    return ByteReader(statement.content)


def _bits_and_entries(
    statement: Statement, kind: StatementKind, entry_size: int
) -> tuple[int, Iterator[bytes]]:
    reader = _reader(statement, kind)
    bits = reader.u8()
    if bits > BUCKET_BITS_MAX:
        raise Malformed("more bits than a bucket can have")
    entries = reader.read(statement.count * entry_size)
    reader.end()
    return bits, _cut(entries, entry_size)


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def _check_ascending(entries: Iterable[bytes]) -> None:
    if any(before >= after for before, after in pairwise(entries)):
        raise Malformed("a list that is not strictly ascending")


def _check_values(bits: int, values: Iterable[int]) -> None:
    if any(value >> bits for value in values):
        raise Malformed("a value that does not fit its bits")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")
