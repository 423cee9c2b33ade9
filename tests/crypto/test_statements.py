"""Statements are believed from their recipient alone, and read exactly: SPEC 13."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed, ProtocolError, TooLarge, Unauthentic
from crypto.names import Address, ChunkId, Week
from crypto.office.signing import (
    sign_batch,
    sign_confirmation,
    sign_refinement,
    sign_statement,
)
from crypto.statement_contents import (
    Batch,
    Confirmation,
    Refinement,
    confirm,
    encode_batch,
    encode_confirmation,
    encode_refinement,
    parse_batch,
    parse_confirmation,
    parse_refinement,
)
from crypto.statements import (
    Statement,
    StatementKind,
    check_statement,
    check_taken_line,
    encode_statement,
    encode_taken_line,
    parse_statement,
    parse_taken_line,
    taken_line,
)
from tests.offices.documents import digest, key, office

OFFICE = office().genesis_id
BOARD = key("board")
HASHES = st.binary(min_size=32, max_size=32)
BITS = st.integers(0, 20)
PARSERS: dict[StatementKind, Callable[[Statement], Batch | Confirmation | Refinement]] = {
    StatementKind.BATCH: parse_batch,
    StatementKind.CONFIRMATION: parse_confirmation,
    StatementKind.REFINEMENT: parse_refinement,
}
RECORDS = tuple((value, bytes([value]) * 4096) for value in range(3))
STATEMENTS = (
    sign_batch(BOARD, OFFICE, "board", 1, Batch(2, RECORDS)),
    sign_confirmation(
        BOARD,
        OFFICE,
        "board",
        2,
        confirm([Address(digest("a"))], [(ChunkId(digest("b")), digest("c"))]),
    ),
    sign_refinement(BOARD, OFFICE, "board", 3, Refinement(2, ((digest("a"), 1),))),
)


def _read(kind: StatementKind, item: bytes) -> object:
    """Return a statement's content, as a reader comes to it."""
    statement = parse_statement(kind, item)
    check_statement(statement, "board", BOARD.public_key, OFFICE)
    return PARSERS[kind](statement)


@given(BITS, st.data())
def test_a_batch_is_read_back(bits: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=5))
    batch = Batch(bits, tuple((value, bytes([len(values)]) * 4096) for value in values))

    item = encode_statement(sign_batch(BOARD, OFFICE, "board", 1, batch))

    assert _read(StatementKind.BATCH, item) == batch


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


@given(BITS, st.data())
def test_a_refinement_is_read_back(bits: int, data: st.DataObject) -> None:
    values = st.integers(0, 2**bits - 1)
    records = data.draw(st.dictionaries(HASHES, values, max_size=5))
    refinement = Refinement(bits, tuple(sorted(records.items())))

    item = encode_statement(sign_refinement(BOARD, OFFICE, "board", 1, refinement))

    assert _read(StatementKind.REFINEMENT, item) == refinement


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


def _encode(found: Batch | Confirmation | Refinement) -> bytes:
    if isinstance(found, Batch):
        return encode_batch(found)
    if isinstance(found, Refinement):
        return encode_refinement(found)
    return encode_confirmation(found)


def test_a_statement_holds_under_its_own_kind_alone() -> None:
    batch = STATEMENTS[0]

    with pytest.raises(Unauthentic):
        check_statement(
            replace(batch, kind=StatementKind.REFINEMENT), "board", BOARD.public_key, OFFICE
        )
    with pytest.raises(Malformed, match="another kind"):
        parse_confirmation(batch)


@pytest.mark.parametrize("count", [0, 257])
def test_a_batch_of_no_records_or_too_many_is_not_made(count: int) -> None:
    with pytest.raises(ProtocolError):
        encode_batch(Batch(0, tuple((0, bytes(4096)) for _ in range(count))))


def test_a_batch_of_records_of_another_size_is_not_made() -> None:
    with pytest.raises(Malformed):
        encode_batch(Batch(0, ((0, bytes(4095)),)))


def test_a_value_that_does_not_fit_its_bits_is_not_made() -> None:
    with pytest.raises(Malformed):
        encode_batch(Batch(3, ((8, bytes(4096)),)))
    with pytest.raises(Malformed):
        encode_refinement(Refinement(3, ((digest("a"), 8),)))


def test_a_refinement_out_of_order_is_not_made() -> None:
    first, second = sorted((digest("a"), digest("b")))

    with pytest.raises(Malformed):
        encode_refinement(Refinement(1, ((second, 0), (first, 0))))


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


def test_a_taken_line_by_an_unknown_key_is_refused() -> None:
    line = taken_line(STATEMENTS[0], "board", BOARD.public_key, Week(2970))

    with pytest.raises(Unauthentic):
        check_taken_line(line, [key("other").public_key], OFFICE)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_taken_line(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        check_taken_line(parse_taken_line(data), [BOARD.public_key], OFFICE)
