"""The board is the same for everybody, whoever gives it out: SPEC 9.2."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed, ProtocolError, Unauthentic
from crypto.names import Week
from crypto.sizes import RECORD_SIZE
from crypto.volumes import Volume, check_volume, encode_volumes, parse_volumes, volume_of

RECORDS = st.sets(st.integers(0, 10**6), max_size=12).map(
    lambda numbers: [hashlib.shake_256(str(one).encode()).digest(RECORD_SIZE) for one in numbers]
)
WEEKS = st.sets(st.integers(0, 2**40), max_size=20)


def _listed(week: int, data: bytes) -> Volume:
    return Volume(Week(week), len(data) // RECORD_SIZE, hashlib.sha256(data).digest())


@given(RECORDS, st.randoms(use_true_random=False))
def test_a_volume_has_one_order_whatever_order_its_records_came_in(
    records: list[bytes], order: random.Random
) -> None:
    volume = volume_of(records)
    again = records * 2
    order.shuffle(again)

    assert volume_of(again) == volume
    starts = range(0, len(volume), RECORD_SIZE)
    cut = [volume[start : start + RECORD_SIZE] for start in starts]
    assert sorted(cut) == sorted(records)
    hashes = [hashlib.sha256(record).digest() for record in cut]
    assert hashes == sorted(hashes)


@given(WEEKS)
def test_a_list_is_read_as_it_was_written_newest_first(weeks: set[int]) -> None:
    volumes = [_listed(week, bytes(RECORD_SIZE)) for week in sorted(weeks, reverse=True)]

    assert parse_volumes(encode_volumes(volumes)) == volumes


@given(st.lists(st.integers(0, 50), min_size=2, max_size=6))
def test_a_list_out_of_order_is_neither_written_nor_read(weeks: list[int]) -> None:
    volumes = [_listed(week, bytes(RECORD_SIZE)) for week in weeks]
    if weeks == sorted(set(weeks), reverse=True):
        assert parse_volumes(encode_volumes(volumes)) == volumes
        return
    with pytest.raises(Malformed):
        encode_volumes(volumes)


@pytest.mark.parametrize("place", [0, RECORD_SIZE, 3 * RECORD_SIZE - 1])
def test_a_volume_that_was_altered_is_not_the_one_listed(place: int) -> None:
    volume = volume_of(bytes([number]) * RECORD_SIZE for number in range(3))
    listed = _listed(2970, volume)
    check_volume(volume, listed)

    altered = bytearray(volume)
    altered[place] ^= 1
    with pytest.raises(Unauthentic):
        check_volume(bytes(altered), listed)


@pytest.mark.parametrize("size", [0, 1023, 1025, 2048, 4096])
def test_a_volume_of_another_size_than_listed_is_refused(size: int) -> None:
    listed = _listed(2970, bytes(3 * RECORD_SIZE))

    with pytest.raises(Malformed):
        check_volume(bytes(size), listed)


@given(st.binary(max_size=200))
def test_random_bytes_are_no_list(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_volumes(data)
