"""Statements are believed from their recipient alone, and read exactly: SPEC 13."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed, ProtocolError, TooLarge, Unauthentic
from crypto.names import Address, ChunkId, Week
from crypto.office.signing import sign_batch, sign_confirmation, sign_statement
from crypto.sizes import BATCH_SIZES, RECORD_SIZE
from crypto.statement_contents import (
    Batch,
    Confirmation,
    batch_of,
    confirm,
    encode_batch,
    encode_confirmation,
    parse_batch,
    parse_confirmation,
)
from crypto.statements import (
    Statement,
    StatementKind,
    check_statement,
    check_taken_line,
    encode_statement,
    encode_taken_line,
    label_of,
    parse_statement,
    parse_taken_line,
    signed_statement,
    taken_line,
)
from tests.offices.documents import digest, key, office

OFFICE = office().genesis_id
BOARD = key("board")
HASHES = st.binary(min_size=32, max_size=32)
SIZES = st.sampled_from(BATCH_SIZES)
PARSERS: dict[StatementKind, Callable[[Statement], Batch | Confirmation]] = {
    StatementKind.BATCH: parse_batch,
    StatementKind.CONFIRMATION: parse_confirmation,
}
RECORDS = tuple(bytes([value]) * RECORD_SIZE for value in range(256))
STATEMENTS = (
    sign_batch(BOARD, OFFICE, "board", 1, batch_of(RECORDS[:16])),
    sign_confirmation(
        BOARD,
        OFFICE,
        "board",
        2,
        confirm([Address(digest("a"))], [(ChunkId(digest("b")), digest("c"))]),
    ),
)


def _read(kind: StatementKind, item: bytes) -> object:
    """Return a statement's content, as a reader comes to it."""
    statement = parse_statement(kind, item)
    check_statement(statement, "board", BOARD.public_key, OFFICE)
    return PARSERS[kind](statement)


@given(SIZES, st.randoms(use_true_random=False))
def test_a_batch_is_read_back_in_the_one_order_there_is(size: int, order: random.Random) -> None:
    records = order.sample(RECORDS, size)
    batch = batch_of(records)

    item = encode_statement(sign_batch(BOARD, OFFICE, "board", 1, batch))

    assert _read(StatementKind.BATCH, item) == batch
    assert sorted(batch.records) == sorted(records)
    assert batch == batch_of(sorted(records))


@given(st.sets(HASHES, max_size=5), st.sets(st.tuples(HASHES, HASHES), max_size=5))
def test_a_confirmation_is_read_back_in_order(
    envelopes: set[Address], chunks: set[tuple[ChunkId, bytes]]
) -> None:
    given_twice = list(envelopes) * 2
    statement = sign_confirmation(BOARD, OFFICE, "board", 1, confirm(given_twice, chunks))

    found = _read(StatementKind.CONFIRMATION, encode_statement(statement))

    assert isinstance(found, Confirmation)
    assert list(found.envelopes()) == sorted(envelopes)
    assert list(found.chunks()) == sorted(chunks)
    assert found.count == statement.count == len(envelopes) + len(chunks)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.kind.name)
def test_no_beginning_of_a_statement_is_one(statement: Statement) -> None:
    item = encode_statement(statement)
    for size in [*range(min(len(item), 300)), len(item) - 1]:
        with pytest.raises(ProtocolError):
            _read(statement.kind, item[:size])


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.kind.name)
def test_no_byte_of_a_statement_can_be_changed(statement: Statement) -> None:
    item = encode_statement(statement)
    for place in [*range(min(len(item), 300)), len(item) - 1]:
        altered = bytearray(item)
        altered[place] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            _read(statement.kind, bytes(altered))


@given(st.sampled_from(StatementKind), st.integers(0, 2**32 - 1), st.binary(max_size=200))
def test_random_contents_are_refused_by_name_or_encode_to_the_same(
    kind: StatementKind, count: int, content: bytes
) -> None:
    statement = sign_statement(BOARD, OFFICE, "board", kind, 1, count, content)
    try:
        found = PARSERS[kind](statement)
    except Malformed:
        return
    assert _encode(found) == content


def _encode(found: Batch | Confirmation) -> bytes:
    if isinstance(found, Batch):
        return encode_batch(found)
    return encode_confirmation(found)


def test_a_statement_holds_under_its_own_kind_alone() -> None:
    batch = STATEMENTS[0]

    with pytest.raises(Unauthentic):
        check_statement(
            replace(batch, kind=StatementKind.CONFIRMATION), "board", BOARD.public_key, OFFICE
        )
    with pytest.raises(Malformed, match="another kind"):
        parse_confirmation(batch)


@pytest.mark.parametrize("count", [0, 1, 15, 17, 24, 48, 129, 255])
def test_a_batch_has_a_number_of_records_that_tells_nothing(count: int) -> None:
    with pytest.raises(ProtocolError):
        encode_batch(batch_of(RECORDS[:count]))


def test_a_batch_of_records_of_another_size_is_not_made() -> None:
    with pytest.raises(Malformed):
        encode_batch(batch_of([*RECORDS[:15], bytes(RECORD_SIZE - 1)]))


def test_a_batch_whose_order_could_tell_something_is_not_made() -> None:
    """Replies before decoys, or as they were written."""
    records = batch_of(RECORDS[:16]).records

    with pytest.raises(Malformed):
        encode_batch(Batch(records[::-1]))
    with pytest.raises(Malformed):
        encode_batch(batch_of([*records[:15], records[0]]))


def test_a_confirmation_holds_what_fits_one_item_and_no_more() -> None:
    most = (16 * 1024 * 1024 - 72 - 8) // 32
    addresses = b"".join(n.to_bytes(32, "big") for n in range(most + 1))

    assert (
        len(encode_confirmation(Confirmation(envelope_list=addresses[:-32], chunk_list=b"")))
        == 8 + 32 * most
    )
    with pytest.raises(TooLarge):
        encode_confirmation(Confirmation(envelope_list=addresses, chunk_list=b""))


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.kind.name)
def test_a_taken_line_is_read_back(statement: Statement) -> None:
    line = taken_line(statement, "board", BOARD.public_key, Week(2970))

    data = encode_taken_line(line)

    assert len(data) == 173
    assert parse_taken_line(data) == line
    assert line.content_hash == hashlib.sha256(statement.content).digest()
    check_taken_line(line, [BOARD.public_key], OFFICE)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.kind.name)
def test_nothing_but_the_week_of_a_taken_line_can_be_changed(statement: Statement) -> None:
    data = encode_taken_line(taken_line(statement, "board", BOARD.public_key, Week(2970)))
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 1
        if 41 <= place < 45:
            check_taken_line(parse_taken_line(bytes(altered)), [BOARD.public_key], OFFICE)
            continue
        with pytest.raises(ProtocolError):
            check_taken_line(parse_taken_line(bytes(altered)), [BOARD.public_key], OFFICE)


@pytest.mark.parametrize(
    ("kind", "number", "count"),
    [
        (StatementKind.BATCH, 0, 16),
        (StatementKind.BATCH, 1, 0),
        (StatementKind.BATCH, 1, 17),
        (StatementKind.BATCH, 1, 2**32 - 1),
        (StatementKind.CONFIRMATION, 1, 524_286),
    ],
)
def test_a_taken_line_of_what_no_statement_can_be_is_refused(
    kind: StatementKind, number: int, count: int
) -> None:
    """Finding: issue 11, one forged line of count 2^32 - 1 changed the office's board for ever."""
    line = taken_line(STATEMENTS[0], "board", BOARD.public_key, Week(2970))
    message = signed_statement("board", number, count, line.content_hash)
    signature = BOARD.sign(label_of(kind), OFFICE, message)
    bad = replace(line, kind=kind, number=number, count=count, signature=signature)

    with pytest.raises(Malformed):
        parse_taken_line(encode_taken_line(bad))


def test_a_taken_line_by_an_unknown_key_is_refused() -> None:
    line = taken_line(STATEMENTS[0], "board", BOARD.public_key, Week(2970))

    with pytest.raises(Unauthentic):
        check_taken_line(line, [key("other").public_key], OFFICE)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_taken_line(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        check_taken_line(parse_taken_line(data), [BOARD.public_key], OFFICE)
