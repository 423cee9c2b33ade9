"""Batches, confirmations and taken lines: SPEC 13. Python's alone."""

import hashlib
from collections.abc import Iterator, Sequence

from crypto.office.signing import sign_statement
from crypto.signing import SigningKey
from crypto.statements import Statement, StatementKind, encode_statement, label_of, signed_statement
from tests.vectors.calls.office_files import shown_batch, shown_confirmation, shown_taken_line
from tests.vectors.documents import STRANGER, Members
from tests.vectors.people import GENESIS_ID, OTHER_GENESIS_ID, RETIRED, SIGNING
from tests.vectors.vector import Vector, accepted, randomness, refused

BOARD = SIGNING["board"]
BATCH, CONFIRMATION = StatementKind
HASHES = sorted(randomness(f"hash {place}", 32) for place in range(5))

_CALLS = {BATCH: "parse_batch", CONFIRMATION: "parse_confirmation"}
# The most entries that a confirmation can have, all of them envelopes.
_CONFIRMED_MAX = 524_285


def vectors() -> Iterator[Vector]:
    """Yield statements and taken lines that are believed, and each kind that is not."""
    yield from _good()
    yield from _signatures()
    yield from _batches()
    yield from _confirmations()
    yield from _taken_lines()


def records(count: int) -> list[bytes]:
    """Return records in the order of a batch."""
    made = (randomness(f"record {place}", 1024) for place in range(count))
    return sorted(made, key=lambda record: hashlib.sha256(record).digest())


def batch(count: int) -> bytes:
    """Return the content of a batch of so many records, in order."""
    return b"".join(records(count))


def confirmation(envelopes: list[bytes], chunks: list[bytes]) -> bytes:
    """Return the content of a confirmation."""
    return _u32(len(envelopes)) + b"".join(envelopes) + _u32(len(chunks)) + b"".join(chunks)


def statement(
    kind: StatementKind, count: int, content: bytes, *, number: int = 9, signer: SigningKey = BOARD
) -> Statement:
    """Return a statement of the board, signed whatever stands in it."""
    return sign_statement(signer, GENESIS_ID, "board", kind, number, count, content)


def _good() -> Iterator[Vector]:
    pairs = [HASHES[0] + HASHES[1], HASHES[0] + HASHES[2], HASHES[3] + HASHES[0]]
    full = confirmation(HASHES, pairs)
    for name, what, one, shown in (
        ("batch_ok", "A batch of 16 records.", statement(BATCH, 16, batch(16)), shown_batch),
        ("batch_ok_32", "A batch of 32 records.", statement(BATCH, 32, batch(32)), shown_batch),
        (
            "batch_ok_last_number",
            "The highest number there is.",
            statement(BATCH, 16, batch(16), number=2**32 - 1),
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
    ):
        yield accepted(name, what, _CALLS[one.kind], shown(one), **_read(one))


def _signatures() -> Iterator[Vector]:
    contents = {
        BATCH: (16, batch(16)),
        CONFIRMATION: (1, confirmation(HASHES[:1], [])),
    }
    for kind, (count, content) in contents.items():
        good = statement(kind, count, content)
        other = CONFIRMATION if kind is BATCH else BATCH
        for variant, members in {
            "signer": _read(statement(kind, count, content, signer=STRANGER)),
            "number": _read(_changed(good, number=10)),
            "count": _read(_changed(good, count=32)),
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
    sixteen = batch(16)
    for variant, count, content in (
        ("fewer", 32, sixteen),
        ("more", 16, batch(17)),
        ("short", 16, sixteen[:-1]),
        ("long", 16, sixteen + b"\0"),
        ("none", 0, b""),
        ("one", 1, batch(1)),
        ("15", 15, batch(15)),
        ("17", 17, batch(17)),
        ("24", 24, batch(24)),
        ("count", 2**32 - 1, sixteen),
    ):
        what = f"The count is {count}, which the content is not, or no batch can have."
        yield _refused("batch_size", variant, what, statement(BATCH, count, content))
    short = _read(statement(BATCH, 16, sixteen)) | {"item": "00000001" * 17}
    what = "Too short for a signature."
    yield refused("batch_size", what, "Malformed", "parse_batch", variant="item", **short)
    for kind in StatementKind:
        what = f"A {kind.name.lower()} of number 0."
        content = bytes(8) if kind is CONFIRMATION else sixteen
        none = statement(kind, 0 if kind is CONFIRMATION else 16, content, number=0)
        yield _refused("batch_number", kind.name.lower(), what, none)
    in_order = records(16)
    for variant, listed in (
        ("descending", in_order[::-1]),
        ("two_swapped", [*in_order[:7], in_order[8], in_order[7], *in_order[9:]]),
        ("twice", [*in_order[:15], in_order[14]]),
        ("by_bytes", sorted(in_order)),
    ):
        what = "Records that do not ascend by their hash."
        yield _refused("batch_order", variant, what, statement(BATCH, 16, b"".join(listed)))


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


def _taken_lines() -> Iterator[Vector]:
    for name, good in {
        "batch": line(BATCH),
        "confirmation": line(CONFIRMATION, count=8),
        "second_key": line(CONFIRMATION, count=8, signer=RETIRED),
        "confirmation_of_nothing": line(CONFIRMATION, count=0),
        "largest_batch": line(BATCH, count=256),
        "largest_confirmation": line(CONFIRMATION, count=_CONFIRMED_MAX, number=2**32 - 1),
    }.items():
        result = shown_taken_line(good)
        what = "A taken line."
        yield accepted(f"taken_ok_{name}", what, "parse_taken_line", result, **_line_members(good))
    good = line(BATCH)
    for variant, data in {
        "short": good[:-1],
        "long": good + b"\0",
        "empty": b"",
        "code_0": b"\0" + good[1:],
        "code_3": b"\3" + good[1:],
        "recipient": good[:3] + b"\0" + good[4:],
        "no_recipient": good[:1] + bytes(32) + good[33:],
    }.items():
        what = "Another size, code or form of the recipient id."
        yield _refused_line("taken_size", "Malformed", variant, what, data)
    for variant, data in {
        "number_0": line(BATCH, number=0),
        "batch_0": line(BATCH, count=0),
        "batch_15": line(BATCH, count=15),
        "batch_17": line(BATCH, count=17),
        "batch_512": line(BATCH, count=512),
        "batch_most": line(BATCH, count=2**32 - 1),
        "confirmation_more": line(CONFIRMATION, count=_CONFIRMED_MAX + 1),
        "confirmation_most": line(CONFIRMATION, count=2**32 - 1),
    }.items():
        what = "A number or count that no statement can have, signed well."
        yield _refused_line("taken_range", "Malformed", variant, what, data)
    yield from _forged_lines(good)


def _forged_lines(good: bytes) -> Iterator[Vector]:
    for variant, data in {
        "stranger": line(BATCH, signer=STRANGER),
        "number": good[:36] + b"\xff" + good[37:],
        "count": good[:37] + _u32(32) + good[41:],
        "content": good[:45] + bytes(32) + good[77:],
        "key": good[:77] + RETIRED.public_key + good[109:],
        "kind": b"\2" + good[1:],
        "recipient": good[:1] + b"oversight".ljust(32, b"\0") + good[33:],
    }.items():
        what = "A line whose signature does not verify, or is not by one of the recipient's keys."
        yield _refused_line("taken_signature", "Unauthentic", variant, what, data)
    what = "A line by a key of the recipient's that is not active any more."
    retired = _line_members(line(BATCH, signer=RETIRED)) | {
        "signing_keys": [BOARD.public_key.hex()]
    }
    call = "parse_taken_line"
    yield refused("taken_signature", what, "Unauthentic", call, variant="retired", **retired)


def line(
    kind: StatementKind, *, number: int = 9, count: int = 64, signer: SigningKey = BOARD
) -> bytes:
    """Return a taken line as SPEC 13 lays it out."""
    week, content_hash = 2971, HASHES[0]
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
    keys: Sequence[str] = [BOARD.public_key.hex(), RETIRED.public_key.hex()]
    return {"line": data.hex(), "signing_keys": keys, "genesis_id": GENESIS_ID.hex()}


def _refused(rule: str, variant: str, what: str, one: Statement) -> Vector:
    return refused(rule, what, "Malformed", _CALLS[one.kind], variant=variant, **_read(one))


def _refused_line(rule: str, expect: str, variant: str, what: str, data: bytes) -> Vector:
    members = _line_members(data)
    return refused(rule, what, expect, "parse_taken_line", variant=variant, **members)


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")
