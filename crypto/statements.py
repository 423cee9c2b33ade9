"""What a recipient tells the server under a number and its signature: SPEC 13.

A statement is a batch of reply records, or a confirmation of what the vault received. Its content
is read only after its signature:

    statement = parse_statement(kind, item)
    check_statement(statement, recipient_id, signing_key, genesis_id)
    batch = parse_batch(statement)                                       statement_contents

A taken line says which statement the server took, and repeats the recipient's own signature, so
that no courier can forge one.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

from crypto.byte_reader import ByteReader
from crypto.errors import Malformed, Unauthentic
from crypto.labels import Label
from crypto.names import GenesisId, Week
from crypto.public_keys import recipient_bytes
from crypto.signatures import check_signature
from crypto.sizes import BATCH_SIZES, SIGNATURE_SIZE

__all__ = [
    "Statement",
    "StatementKind",
    "TakenLine",
    "check_statement",
    "check_taken_line",
    "encode_statement",
    "encode_taken_line",
    "parse_statement",
    "parse_taken_line",
    "taken_line",
]

TAKEN_LINE_SIZE = 173
# SPEC 14: in a bundle a statement is its number, count and signature, then its content.
STATEMENT_HEAD_SIZE = 4 + 4 + SIGNATURE_SIZE
# SPEC 14: a reader holds one item in memory; what does not fit is said in a second statement.
STATEMENT_MAX_SIZE = 16 * 1024 * 1024

# SPEC 13: as many envelopes as fit
CONFIRMATION_COUNT_MAX = 524_285

_HASH_SIZE = 32
_KEY_SIZE = 32
_RID_SIZE = 32


class StatementKind(IntEnum):
    """What a statement is, by its code: SPEC 13."""

    BATCH = 1
    CONFIRMATION = 2


_LABELS = {
    StatementKind.BATCH: Label.BATCH,
    StatementKind.CONFIRMATION: Label.CONFIRMATION,
}


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement as it travels. Its recipient and key are not in it, the reader knows them."""

    kind: StatementKind
    number: int
    count: int
    signature: bytes
    content: bytes


@dataclass(frozen=True, kw_only=True)
class TakenLine:
    """That the server took a statement in a week. The week is the server's word alone."""

    kind: StatementKind
    recipient_id: str
    number: int
    count: int
    week: Week
    content_hash: bytes
    signing_key: bytes
    signature: bytes


def signed_statement(recipient_id: str, number: int, count: int, content_hash: bytes) -> bytes:
    """Return what a recipient signs of a statement, under the label of its kind."""
    # SPEC 13: rid || u32 number || u32 count || SHA-256(content)
    return recipient_bytes(recipient_id) + _u32(number) + _u32(count) + content_hash


def label_of(kind: StatementKind) -> Label:
    """Return the label under which statements of a kind are signed."""
    return _LABELS[kind]


def encode_statement(statement: Statement) -> bytes:
    """Return the bytes of a statement, as an item of a bundle holds them."""
    head = _u32(statement.number) + _u32(statement.count)
    return head + statement.signature + statement.content


def parse_statement(kind: StatementKind, item: bytes) -> Statement:
    """Return the statement in an item of a bundle; Malformed where it is too short."""
    reader = ByteReader(item)
    number, count = reader.u32(), reader.u32()
    if number == 0:
        raise Malformed("a statement that is not numbered from one")
    return Statement(
        kind=kind,
        number=number,
        count=count,
        signature=reader.read(SIGNATURE_SIZE),
        content=reader.rest(),
    )


def check_statement(
    statement: Statement, recipient_id: str, signing_key: bytes, genesis_id: GenesisId
) -> None:
    """Return if the recipient with this signing key (32 bytes) made it; Unauthentic otherwise."""
    content_hash = hashlib.sha256(statement.content).digest()
    message = signed_statement(recipient_id, statement.number, statement.count, content_hash)
    label = label_of(statement.kind)
    check_signature(
        signing_key,
        signature=statement.signature,
        label=label,
        genesis_id=genesis_id,
        message=message,
    )


def taken_line(
    statement: Statement, recipient_id: str, signing_key: bytes, week: Week
) -> TakenLine:
    """Return the line that says that a statement, checked with `signing_key`, was taken."""
    return TakenLine(
        kind=statement.kind,
        recipient_id=recipient_id,
        number=statement.number,
        count=statement.count,
        week=week,
        content_hash=hashlib.sha256(statement.content).digest(),
        signing_key=signing_key,
        signature=statement.signature,
    )


def encode_taken_line(line: TakenLine) -> bytes:
    """Return a taken line, 173 bytes."""
    # SPEC 13: u8 code, rid, u32 number, u32 count, u32 week, hash, key, signature
    numbers = _u32(line.number) + _u32(line.count) + _u32(line.week)
    head = bytes([line.kind]) + recipient_bytes(line.recipient_id) + numbers
    return head + line.content_hash + line.signing_key + line.signature


def parse_taken_line(data: bytes) -> TakenLine:
    """Return the taken line in 173 bytes; Malformed for another size, code, number or count."""
    reader = ByteReader(data)
    line = TakenLine(
        kind=_kind(reader.u8()),
        recipient_id=_recipient_id(reader.read(_RID_SIZE)),
        number=reader.u32(),
        count=reader.u32(),
        week=Week(reader.u32()),
        content_hash=reader.read(_HASH_SIZE),
        signing_key=reader.read(_KEY_SIZE),
        signature=reader.read(SIGNATURE_SIZE),
    )
    reader.end()
    if line.number == 0 or not is_count(line.kind, line.count):
        raise Malformed("a taken line of a number or count that no statement has")
    return line


def is_count(kind: StatementKind, count: int) -> bool:
    """Tell whether a statement of a kind may have a count."""
    # SPEC 13
    if kind is StatementKind.BATCH:
        return count in BATCH_SIZES
    return 0 <= count <= CONFIRMATION_COUNT_MAX


def check_taken_line(
    line: TakenLine, signing_keys: Collection[bytes], genesis_id: GenesisId
) -> None:
    """Return if the line repeats a signature by one of its recipient's keys (32 bytes each).

    Raises Unauthentic otherwise.
    """
    if line.signing_key not in signing_keys:
        raise Unauthentic("a taken line by a key that is not the recipient's")
    message = signed_statement(line.recipient_id, line.number, line.count, line.content_hash)
    check_signature(
        line.signing_key,
        signature=line.signature,
        label=label_of(line.kind),
        genesis_id=genesis_id,
        message=message,
    )


def _kind(code: int) -> StatementKind:
    try:
        return StatementKind(code)
    except ValueError:
        raise Malformed("a taken line of an unknown kind") from None


def _recipient_id(rid: bytes) -> str:
    recipient_id = rid.rstrip(b"\0").decode("ascii", "replace")
    recipient_bytes(recipient_id)
    return recipient_id


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")
