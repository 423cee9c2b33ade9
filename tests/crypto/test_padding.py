"""Padding hides how long something is, and holds nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed, TooLarge
from crypto.padding import pad, unpad


@given(st.binary(max_size=200), st.integers(0, 50))
def test_what_was_padded_comes_back(data: bytes, room: int) -> None:
    assert unpad(pad(data, len(data) + 4 + room)) == data


@given(st.binary(max_size=60))
def test_padding_has_the_size_asked_for(data: bytes) -> None:
    assert len(pad(data, 64)) == 64


def test_more_than_the_room_is_too_large() -> None:
    with pytest.raises(TooLarge):
        pad(bytes(61), 64)


@given(st.binary(max_size=59), st.data())
def test_a_changed_byte_of_the_padding_is_refused(data: bytes, draw: st.DataObject) -> None:
    padded = bytearray(pad(data, 64))
    padded[draw.draw(st.integers(4 + len(data), 63))] = draw.draw(st.integers(1, 255))

    with pytest.raises(Malformed):
        unpad(bytes(padded))


@pytest.mark.parametrize("size", range(4))
def test_too_little_for_a_length_is_refused(size: int) -> None:
    with pytest.raises(Malformed):
        unpad(bytes(size))


def test_a_length_over_the_room_is_refused() -> None:
    with pytest.raises(Malformed):
        unpad((61).to_bytes(4, "big") + bytes(60))
