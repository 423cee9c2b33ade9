"""Bundles carry their items unchanged, one at a time, or are refused: SPEC 14."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.bundle import (
    BundleHeader,
    BundleWriter,
    InboundHeader,
    ItemType,
    OutboundHeader,
    envelope_item,
    read_bundle,
    split_chunk_item,
    split_envelope_item,
    verify_bundle,
)
from crypto.errors import Foreign, Malformed, ProtocolError, Unauthentic
from crypto.labels import Label
from crypto.names import Day, GenesisId, Week
from tests.offices.documents import digest, key

OFFICE = GenesisId(digest("office"))
INBOUND = InboundHeader(OFFICE, "board", bytes(16), 1, 2, Day(20_800), 20_800 << 32)
SERVER = key("server")
OUTBOUND = OutboundHeader(OFFICE, "board")
ITEMS = (
    (ItemType.DIRECTORY, b"a directory"),
    (ItemType.INTAKE_KEY, bytes(1216)),
    (ItemType.CARD, b"a card"),
    (ItemType.CARD, b"another card"),
    (ItemType.CONFIRMATION, bytes(80)),
)

Item = tuple[ItemType, bytes]
Read = Callable[[int], bytes]


def _sign(message: bytes) -> tuple[bytes, bytes]:
    """Sign as the server does."""
    return SERVER.public_key, SERVER.sign(Label.INBOUND_BUNDLE, OFFICE, message)


def _writer(write: Callable[[bytes], object], header: BundleHeader) -> BundleWriter:
    return BundleWriter(write, header, _sign if isinstance(header, InboundHeader) else None)


def _written(header: BundleHeader, *items: Item) -> bytes:
    file = io.BytesIO()
    writer = _writer(file.write, header)
    for item_type, content in items:
        writer.add(item_type, content)
    writer.end()
    return file.getvalue()


def _items(data: bytes, kind: type[BundleHeader] = OutboundHeader) -> list[Item]:
    return list(read_bundle(io.BytesIO(data).read, kind, OFFICE, "board")[1])


def _verify(data: bytes, kind: type[BundleHeader] = OutboundHeader) -> tuple[BundleHeader, bytes]:
    return verify_bundle(io.BytesIO(data).read, kind, OFFICE, "board")


BUNDLE = _written(OUTBOUND, *ITEMS)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ItemType.DIRECTORY, ItemType.CARD]),
            st.binary(min_size=1, max_size=100),
        ),
        max_size=6,
    ).map(lambda items: sorted(items, key=lambda item: item[0]))
)
def test_items_come_out_as_they_went_in(items: list[Item]) -> None:
    assert _items(_written(OUTBOUND, *items)) == items


@pytest.mark.parametrize("header", [INBOUND, OUTBOUND], ids=["inbound", "outbound"])
def test_a_header_comes_out_as_it_went_in(header: BundleHeader) -> None:
    data = _written(header)

    assert _verify(data, type(header))[0] == header


def test_a_reader_may_be_given_less_than_it_asks_for() -> None:
    file = io.BytesIO(BUNDLE)

    def read(size: int) -> bytes:
        return file.read(min(size, 7))

    assert list(read_bundle(read, OutboundHeader, OFFICE, "board")[1]) == list(ITEMS)


def test_an_item_in_pieces_is_the_item() -> None:
    file = io.BytesIO()
    writer = _writer(file.write, INBOUND)
    writer.add(ItemType.CHUNK, digest("id"), bytes(262_144))
    writer.end()

    ((item_type, item),) = _items(file.getvalue(), InboundHeader)

    assert item_type is ItemType.CHUNK
    assert split_chunk_item(item) == (digest("id"), bytes(262_144))


def test_a_writer_knows_how_large_the_file_is_and_will_be() -> None:
    file = io.BytesIO()
    writer = BundleWriter(file.write, OUTBOUND)
    expected = writer.size_with(11, 1216)
    writer.add(ItemType.DIRECTORY, bytes(11))
    writer.add(ItemType.INTAKE_KEY, bytes(1216))
    assert writer.size == len(file.getvalue())

    writer.end()

    assert writer.size == len(file.getvalue()) == expected


@pytest.mark.parametrize(
    "items",
    [
        [(ItemType.CARD, b"x"), (ItemType.DIRECTORY, b"x")],
        [(ItemType.INTAKE_KEY, b"short")],
        [(ItemType.ENVELOPE, bytes(32_772))],
        [(ItemType.DIRECTORY, b"")],
    ],
    ids=["order", "size", "direction", "empty"],
)
def test_what_a_reader_would_refuse_is_not_written(items: list[Item]) -> None:
    with pytest.raises(Malformed):
        _written(OUTBOUND, *items)


def test_nothing_is_written_after_the_end() -> None:
    writer = BundleWriter(lambda data: None, OUTBOUND)
    writer.end()

    with pytest.raises(Malformed):
        writer.add(ItemType.CONFIRMATION, bytes(80))


@pytest.mark.parametrize("part", [0, 3])
def test_a_header_that_a_reader_would_refuse_is_not_written(part: int) -> None:
    with pytest.raises(Malformed):
        _writer(io.BytesIO().write, replace(INBOUND, part=part))


def test_who_signed_an_inbound_part_is_told_and_nobody_signs_an_outbound_bundle() -> None:
    assert _verify(_written(INBOUND), InboundHeader)[1] == SERVER.public_key
    assert _verify(BUNDLE)[1] == b""


def test_an_envelope_comes_with_its_week() -> None:
    envelope = bytes(range(256)) * 128
    file = io.BytesIO()
    writer = _writer(file.write, INBOUND)
    writer.add(ItemType.ENVELOPE, *envelope_item(Week(2970), envelope))
    writer.end()

    ((_, item),) = _items(file.getvalue(), InboundHeader)

    assert split_envelope_item(item) == (2970, envelope)


def test_no_byte_of_an_inbound_part_can_be_changed_nor_signed_by_another() -> None:
    """Finding: issue 11, a courier's empty export could have keys destroyed."""
    data = _written(INBOUND, (ItemType.CARD, b"a card"))
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            _verify(bytes(altered), InboundHeader)

    courier = key("courier")
    head, digest_of_all = data[:-133], data[-128:-96]
    header = INBOUND.encode()
    message = b"board".ljust(32, b"\0") + len(header).to_bytes(4, "big") + header + digest_of_all
    forged = courier.sign(Label.INBOUND_BUNDLE, OFFICE, message)
    end = b"\xff" + (128).to_bytes(4, "big") + digest_of_all
    with pytest.raises(Unauthentic):
        _verify(head + end + SERVER.public_key + forged, InboundHeader)
    # Under its own key it verifies: whom to believe, the directory says.
    assert _verify(head + end + courier.public_key + forged, InboundHeader)[1] == courier.public_key


def test_no_beginning_of_a_bundle_is_a_bundle() -> None:
    for size in range(len(BUNDLE)):
        with pytest.raises(Malformed):
            _verify(BUNDLE[:size])


def test_no_byte_of_a_bundle_can_be_changed() -> None:
    for place in range(len(BUNDLE)):
        altered = bytearray(BUNDLE)
        altered[place] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            _verify(bytes(altered))


@given(st.binary(max_size=300), st.integers(0, len(BUNDLE)))
def test_random_bytes_are_no_bundle(data: bytes, kept: int) -> None:
    with pytest.raises(ProtocolError):
        _verify(BUNDLE[:kept] + data + b"\0")


def test_a_foreign_bundle_is_refused_before_its_items_are_looked_at() -> None:
    data = io.BytesIO(BUNDLE)
    with pytest.raises(Foreign):
        read_bundle(data.read, OutboundHeader, GenesisId(digest("other office")), None)
    assert data.tell() < 64

    data = io.BytesIO(BUNDLE)
    with pytest.raises(Foreign):
        read_bundle(data.read, OutboundHeader, OFFICE, "investigations")
    assert data.tell() < 100


def test_a_reader_that_knows_no_office_is_told_whose_bundle_it_is() -> None:
    header, _ = verify_bundle(io.BytesIO(BUNDLE).read, OutboundHeader, None, None)

    assert header == OUTBOUND


def test_damage_shows_at_the_end_of_the_items() -> None:
    altered = bytearray(BUNDLE)
    altered[-60] ^= 1
    items = read_bundle(io.BytesIO(altered).read, OutboundHeader, OFFICE, "board")[1]

    first = [next(items) for _ in ITEMS]

    assert [item_type for item_type, _ in first] == [item_type for item_type, _ in ITEMS]
    with pytest.raises(Unauthentic):
        next(items)


def test_an_item_is_never_asked_for_beyond_the_size_of_its_type() -> None:
    head = _written(OUTBOUND)[:-37]
    for code in range(256):
        file = io.BytesIO(head + bytes([code]) + b"\xff" * 4 + bytes(1000))
        asked: list[int] = []

        with pytest.raises(Malformed):
            verify_bundle(_recorded(file.read, asked), OutboundHeader, OFFICE, "board")

        assert max(asked) < 5000


def _recorded(read: Read, asked: list[int]) -> Read:
    def recorded(size: int) -> bytes:
        asked.append(size)
        return read(size)

    return recorded


def test_a_bundle_passes_through_little_memory(tmp_path: Path) -> None:
    chunk, chunks = bytes(262_144), 60
    file = tmp_path / "bundle"
    tracemalloc.start()
    try:
        with file.open("wb") as out:
            writer = _writer(out.write, INBOUND)
            for number in range(chunks):
                writer.add(ItemType.CHUNK, digest(str(number)), chunk)
            writer.end()
        with file.open("rb") as back:
            verify_bundle(back.read, InboundHeader, OFFICE, "board")
            back.seek(0)
            found = _ids(back.read)
            assert list(found) == [digest(str(number)) for number in range(chunks)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert file.stat().st_size > chunks * len(chunk)
    assert peak < 6 * len(chunk)


def _ids(read: Read) -> Iterator[bytes]:
    _, items = read_bundle(read, InboundHeader, OFFICE, "board")
    return (split_chunk_item(item)[0] for _, item in items)
