"""Files come out as they went in, or not at all."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.chunks import (
    FileKey,
    chunk_count,
    chunk_id,
    file_hash,
    new_file_key,
    piece_digest,
    seal_chunk,
)
from crypto.errors import ProtocolError, TooLarge, Unauthentic
from crypto.office.chunks import open_chunk, open_file
from crypto.padding import padded_chunk_count
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE

KEY = new_file_key()
SIZES = st.sampled_from([0, 1, 5000, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE])


def _pieces(content: bytes) -> list[bytes]:
    starts = range(0, chunk_count(len(content)) * PIECE_SIZE, PIECE_SIZE)
    return [content[start : start + PIECE_SIZE] for start in starts]


def _sealed(content: bytes, key: FileKey = KEY) -> list[bytes]:
    pieces = _pieces(content)
    return [
        seal_chunk(key, index, piece, index == len(pieces) - 1)
        for index, piece in enumerate(pieces)
    ]


def _hash(content: bytes) -> bytes:
    return file_hash(len(content), map(piece_digest, _pieces(content)))


@settings(max_examples=20)
@given(SIZES, st.binary(min_size=1, max_size=20))
def test_a_file_comes_back(size: int, pattern: bytes) -> None:
    content = (pattern * (size // len(pattern) + 1))[:size]
    chunks = _sealed(content)

    opened = b"".join(open_file(KEY, size, _hash(content), chunks))

    assert opened == content
    assert {len(chunk) for chunk in chunks} == {CHUNK_SIZE}


def test_any_other_order_or_number_of_chunks_is_refused() -> None:
    """Finding: GlobaLeaks, reordered chunks stored corrupt."""
    content = bytes(range(250)) * 2700
    chunks = _sealed(content)
    assert len(chunks) == 3

    for count in range(5):
        for order in itertools.product(range(3), repeat=count):
            if order == (0, 1, 2):
                continue
            given_chunks = [chunks[index] for index in order]
            with pytest.raises(ProtocolError):
                list(open_file(KEY, len(content), _hash(content), given_chunks))


@settings(max_examples=50)
@given(st.integers(0, CHUNK_SIZE * 8 - 1))
def test_a_flipped_bit_is_refused(bit: int) -> None:
    chunk = bytearray(_sealed(b"something")[0])
    chunk[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Unauthentic):
        open_chunk(KEY, 0, bytes(chunk), True)


def test_opening_takes_one_chunk_at_a_time() -> None:
    content = bytes(3 * PIECE_SIZE)
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for chunk in _sealed(content):
            taken += 1
            yield chunk

    opened = open_file(KEY, len(content), _hash(content), chunks())

    assert len(next(opened)) == PIECE_SIZE
    assert taken == 1


def test_chunks_may_lie_in_a_larger_buffer() -> None:
    content = bytes(1000)
    buffer = memoryview(b"in front" + _sealed(content)[0] + b"behind")

    opened = open_file(KEY, len(content), _hash(content), [buffer[8 : 8 + CHUNK_SIZE]])

    assert b"".join(opened) == content


def test_a_piece_that_exceeds_its_chunk_is_too_large() -> None:
    with pytest.raises(TooLarge):
        seal_chunk(KEY, 0, bytes(PIECE_SIZE + 1), True)


@pytest.mark.parametrize(("index", "size", "last"), [(0, 5, False), (0, 0, False), (1, 0, True)])
def test_only_a_last_piece_may_be_short_and_only_a_first_one_empty(
    index: int, size: int, last: bool
) -> None:
    with pytest.raises(ValueError, match="last piece"):
        seal_chunk(KEY, index, bytes(size), last)


def test_ids_of_one_file_and_of_two_all_differ() -> None:
    keys = [new_file_key() for _ in range(3)]

    assert len({chunk_id(key, index) for key in keys for index in range(100)}) == 300


@given(st.integers(1, 65_535))
def test_padding_a_number_of_chunks_never_lowers_it_and_is_done_once(count: int) -> None:
    padded = padded_chunk_count(count)

    assert count <= padded <= max(2 * count, 8)
    assert padded_chunk_count(padded) == padded


@given(st.integers(9, 65_535))
def test_many_chunks_grow_by_an_eighth_at_most(count: int) -> None:
    assert padded_chunk_count(count) <= count * 9 // 8
