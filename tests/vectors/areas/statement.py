"""Batches, confirmations, refinements and taken lines: SPEC 13. Python's alone."""

from collections.abc import Iterator

from crypto.office.signing import sign_statement
from crypto.signing import SigningKey
from crypto.statements import Statement, StatementKind, encode_statement, label_of, signed_statement
from tests.vectors.calls.office_files import (
    shown_batch,
    shown_confirmation,
    shown_refinement,
    shown_taken_line,
)
from tests.vectors.documents import STRANGER, Members
from tests.vectors.people import GENESIS_ID, OTHER_GENESIS_ID, RETIRED, SIGNING
from tests.vectors.vector import Vector, accepted, randomness, refused

BOARD = SIGNING["board"]
BITS = 3
BATCH, CONFIRMATION, REFINEMENT = StatementKind
RECORDS = [randomness(f"record {place}", 4096) for place in range(2)]
HASHES = sorted(randomness(f"hash {place}", 32) for place in range(5))

_CALLS = {BATCH: "parse_batch", CONFIRMATION: "parse_confirmation", REFINEMENT: "parse_refinement"}


def vectors() -> Iterator[Vector]:
    """Yield statements and taken lines that are believed, and each kind that is not."""
    yield from _good()
    yield from _signatures()
    yield from _batches()
    yield from _confirmations()
    yield from _refinements()
    yield from _taken_lines()


def batch(*values: int, bits: int = BITS) -> bytes:
    """Return the content of a batch with these values."""
    records = (_u32(value) + record for value, record in zip(values, RECORDS, strict=False))
    return bytes([bits]) + b"".join(records)


def confirmation(envelopes: list[bytes], chunks: list[bytes]) -> bytes:
    """Return the content of a confirmation."""
    return _u32(len(envelopes)) + b"".join(envelopes) + _u32(len(chunks)) + b"".join(chunks)


def refinement(*entries: tuple[bytes, int], bits: int = BITS) -> bytes:
    """Return the content of a refinement."""
    return bytes([bits]) + b"".join(record_hash + _u32(value) for record_hash, value in entries)


def statement(
    kind: StatementKind, count: int, content: bytes, *, number: int = 9, signer: SigningKey = BOARD
) -> Statement:
    """Return a statement of the board, signed whatever stands in it."""
    return sign_statement(signer, GENESIS_ID, "board", kind, number, count, content)


def _good() -> Iterator[Vector]:
    pairs = [HASHES[0] + HASHES[1], HASHES[0] + HASHES[2], HASHES[3] + HASHES[0]]
    full = confirmation(HASHES, pairs)
    for name, what, one, shown in (
        ("batch_ok", "A batch of two records.", statement(BATCH, 2, batch(7, 0)), shown_batch),
        (
            "batch_ok_no_bits",
            "A batch at 0 bucket bits.",
            statement(BATCH, 1, batch(0, bits=0)),
            shown_batch,
        ),
        (
            "confirmation_ok",
            "A confirmation; one chunk id has two hashes.",
            statement(CONFIRMATION, 8, full),
            shown_confirmation,
        ),
        (
            "confirmation_ok_empty",
            "A confirmation of nothing.",
            statement(CONFIRMATION, 0, bytes(8)),
            shown_confirmation,
        ),
        (
            "refinement_ok",
            "A refinement of two records.",
            statement(REFINEMENT, 2, refinement((HASHES[0], 7), (HASHES[1], 0))),
            shown_refinement,
        ),
    ):
        yield accepted(name, what, _CALLS[one.kind], shown(one), **_read(one))


def _signatures() -> Iterator[Vector]:
    contents = {
        BATCH: (1, batch(7)),
        CONFIRMATION: (1, confirmation(HASHES[:1], [])),
        REFINEMENT: (1, refinement((HASHES[0], 7))),
    }
    for kind, (count, content) in contents.items():
        good = statement(kind, count, content)
        other = REFINEMENT if kind is BATCH else BATCH
        for variant, members in {
            "signer": _read(statement(kind, count, content, signer=STRANGER)),
            "number": _read(_changed(good, number=10)),
            "count": _read(_changed(good, count=2)),
            "content": _read(_changed(good, content=content[:-1] + bytes([content[-1] ^ 1]))),
            "recipient": _read(good) | {"recipient": "investigations"},
            "office": _read(good) | {"genesis_id": OTHER_GENESIS_ID.hex()},
            "kind": _read(_changed(good, signature=statement(other, count, content).signature)),
        }.items():
            rule, what = f"{kind.name.lower()}_signature", f"Signed for another {variant}."
            if variant == "signer":
                what = "Signed by a stranger."
            yield refused(rule, what, "Unauthentic", _CALLS[kind], variant=variant, **members)


def _batches() -> Iterator[Vector]:
    two = batch(7, 0)
    for variant, count, content in (
        ("fewer", 3, two),
        ("more", 1, two),
        ("short", 2, two[:-1]),
        ("long", 2, two + b"\0"),
        ("no_bits", 0, b""),
        ("none", 0, two[:1]),
        ("count", 2**32 - 1, two),
    ):
        what = f"The count is {count}, which the content is not."
        yield _refused("batch_size", variant, what, statement(BATCH, count, content))
    short = _read(statement(BATCH, 1, batch(7))) | {"item": "00000001" * 17}
    what = "Too short for a signature."
    yield refused("batch_size", what, "Malformed", "parse_batch", variant="item", **short)
    for kind in StatementKind:
        what = f"A {kind.name.lower()} of number 0."
        none = statement(kind, 0, bytes(8) if kind is CONFIRMATION else bytes(1), number=0)
        yield _refused("batch_number", kind.name.lower(), what, none)
    for variant, content in {
        "": batch(8),
        "no_bits": batch(1, bits=0),
        "largest": batch(2**32 - 1),
        "bits": batch(0, bits=21),
    }.items():
        what = "A value that does not fit its bits, or more bits than there can be."
        yield _refused("batch_value", variant, what, statement(BATCH, 1, content))


def _confirmations() -> Iterator[Vector]:
    a, b, c = HASHES[:3]
    for variant, envelopes, chunks in (
        ("envelopes", [b, a], []),
        ("envelope_twice", [a, a], []),
        ("chunks", [], [b + a, a + b]),
        ("chunk_hashes", [], [a + c, a + b]),
        ("chunk_twice", [], [a + b, a + b]),
    ):
        one = statement(CONFIRMATION, 2, confirmation(envelopes, chunks))
        yield _refused("confirmation_order", variant, "A list that does not ascend.", one)
    good = confirmation([a, b], [a + c])
    for variant, count, content in (
        ("short", 3, good[:-1]),
        ("long", 3, good + b"\0"),
        ("count", 2, good),
        ("empty", 0, b""),
        ("envelopes", 3, _u32(2**32 - 1) + good[4:]),
        ("chunks", 3, good[:68] + _u32(2) + good[72:]),
    ):
        one = statement(CONFIRMATION, count, content)
        yield _refused("confirmation_size", variant, "A content of another size.", one)


def _refinements() -> Iterator[Vector]:
    a, b = HASHES[:2]
    for variant, entries in {
        "descending": ((b, 1), (a, 2)),
        "twice": ((a, 1), (a, 2)),
    }.items():
        one = statement(REFINEMENT, 2, refinement(*entries))
        yield _refused("refinement_order", variant, "A list that does not ascend.", one)
    good = refinement((a, 1), (b, 2))
    for variant, count, content in (
        ("short", 2, good[:-1]),
        ("long", 2, good + b"\0"),
        ("fewer", 3, good),
        ("empty", 0, b""),
    ):
        one = statement(REFINEMENT, count, content)
        yield _refused("refinement_size", variant, "A content of another size.", one)
    for variant, content in {
        "": refinement((a, 8)),
        "no_bits": refinement((a, 1), bits=0),
        "bits": refinement((a, 0), bits=21),
    }.items():
        what = "A value that does not fit its bits, or more bits than there can be."
        yield _refused("refinement_value", variant, what, statement(REFINEMENT, 1, content))


def _taken_lines() -> Iterator[Vector]:
    for kind, signer in ((BATCH, BOARD), (CONFIRMATION, RETIRED), (REFINEMENT, BOARD)):
        good = _line(kind, signer=signer)
        name = f"taken_ok_{kind.name.lower()}"
        result = shown_taken_line(good)
        yield accepted(name, "A taken line.", "parse_taken_line", result, **_line_members(good))
    good = _line(BATCH)
    for variant, data in {
        "short": good[:-1],
        "long": good + b"\0",
        "empty": b"",
        "code_0": b"\0" + good[1:],
        "code_4": b"\4" + good[1:],
        "recipient": good[:3] + b"\0" + good[4:],
        "no_recipient": good[:1] + bytes(32) + good[33:],
    }.items():
        what = "Another size, code or form of the recipient id."
        yield _refused_line("taken_size", "Malformed", variant, what, data)
    for variant, data in {
        "stranger": _line(BATCH, signer=STRANGER),
        "number": good[:36] + b"\xff" + good[37:],
        "count": good[:40] + b"\xff" + good[41:],
        "content": good[:45] + bytes(32) + good[77:],
        "key": good[:77] + RETIRED.public_key + good[109:],
        "kind": b"\2" + good[1:],
        "recipient": good[:1] + b"oversight".ljust(32, b"\0") + good[33:],
    }.items():
        what = "A line whose signature does not verify, or is not by one of the recipient's keys."
        yield _refused_line("taken_signature", "Unauthentic", variant, what, data)


def _line(kind: StatementKind, *, signer: SigningKey = BOARD) -> bytes:
    """Return a taken line as SPEC 13 lays it out."""
    number, count, week, content_hash = 9, 64, 2971, HASHES[0]
    signed = signed_statement("board", number, count, content_hash)
    head = bytes([kind]) + b"board".ljust(32, b"\0") + _u32(number) + _u32(count) + _u32(week)
    signature = signer.sign(label_of(kind), GENESIS_ID, signed)
    return head + content_hash + signer.public_key + signature


def _changed(one: Statement, **changed: object) -> Statement:
    return Statement(**(vars(one) | changed))


def _read(one: Statement) -> Members:
    return {
        "item": encode_statement(one).hex(),
        "recipient": "board",
        "signing_key": BOARD.public_key.hex(),
        "genesis_id": GENESIS_ID.hex(),
    }


def _line_members(data: bytes) -> Members:
    keys = [BOARD.public_key.hex(), RETIRED.public_key.hex()]
    return {"line": data.hex(), "signing_keys": keys, "genesis_id": GENESIS_ID.hex()}


def _refused(rule: str, variant: str, what: str, one: Statement) -> Vector:
    return refused(rule, what, "Malformed", _CALLS[one.kind], variant=variant, **_read(one))


def _refused_line(rule: str, expect: str, variant: str, what: str, data: bytes) -> Vector:
    members = _line_members(data)
    return refused(rule, what, expect, "parse_taken_line", variant=variant, **members)


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")
