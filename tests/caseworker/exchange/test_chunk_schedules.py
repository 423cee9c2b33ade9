"""Chunks that come shuffled, doubled, altered, swapped or not at all: what a vault saves of them.

A schedule says of one file which bytes come under the id of each of its chunks, with the first of
two bundles and with the second, and which chunk is cut short on the vault's disk in the end. One
message carries many files, so that one import and one save try as many schedules.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from caseworker.casefile.case_folder import SavedFile, save_case
from caseworker.casefile.pieces import runs_of
from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.vault.key_slots import VaultKey
from crypto.bundle import ItemType
from crypto.chunks import chunk_count
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE
from tests.offices.vaults import DAY, Office, Sealed, Server, Source, at

FILES = 32
SIZES = (0, 1, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE, 2 * PIECE_SIZE + 9)
BYTES = os.urandom(8 * PIECE_SIZE)

# What may come under the id of a chunk.
RIGHT, ALTERED, CUT, OF_ANOTHER_PLACE, OF_ANOTHER_FILE = range(5)
DELIVERY = st.lists(
    st.sampled_from([RIGHT, RIGHT, RIGHT, ALTERED, CUT, OF_ANOTHER_PLACE, OF_ANOTHER_FILE]),
    max_size=2,
)


@dataclass(frozen=True)
class Schedule:
    """What comes of one file: for each of two bundles, for each piece, a list of what."""

    size: int
    begins: int
    deliveries: tuple[tuple[tuple[int, ...], ...], ...]
    cut_on_disk: int | None

    @property
    def data(self) -> bytes:
        """What the source sent."""
        return BYTES[self.begins : self.begins + self.size]


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    size = draw(st.sampled_from(SIZES))
    chunks = chunk_count(size)
    first = draw(st.lists(DELIVERY, min_size=chunks, max_size=chunks))
    # Most often what is missing or wrong comes rightly later.
    second = draw(st.lists(st.just([RIGHT]) | DELIVERY, min_size=chunks, max_size=chunks))
    begins = draw(st.integers(0, 4 * PIECE_SIZE))
    cut = draw(st.none() | st.none() | st.integers(0, chunks - 1))
    deliveries = tuple(tuple(map(tuple, one)) for one in (first, second))
    return Schedule(size, begins, deliveries, cut)


@dataclass
class Expected:
    """What came of a file so far, by piece: whether anything did, and whether what was sealed."""

    came: set[int] = field(default_factory=set)
    right: set[int] = field(default_factory=set)


class Round:
    """One message with many files on its way to a vault."""

    def __init__(
        self, office: Office, server: Server, source: Source, plan: list[Schedule]
    ) -> None:
        self.office = office
        self.server = server
        self.plan = plan
        files = [(f"file-{place}", one.data) for place, one in enumerate(plan)]
        sealed = source.message(server.directory, server.public_keys, files=files)
        self.envelope = sealed.envelope
        self.ids = _ids_by_file(sealed, plan)
        self.chunks = sealed.chunks
        self.expected = [Expected() for _ in plan]

    def bring(self, bundle: int, order: "st.DataObject") -> None:
        """Carry one of the two bundles to the vault, its chunks in an order drawn by lot."""
        items = []
        for place, schedule in enumerate(self.plan):
            for piece, kinds in enumerate(schedule.deliveries[bundle]):
                for kind in kinds:
                    data = self._bytes(place, piece, kind)
                    items.append(self.ids[place][piece] + data)
                    self._note(place, piece, data)
        shuffled = order.draw(st.permutations(range(len(items))))
        self.server.number += 1
        header = self.server.header("investigations", os.urandom(16), 1, 1, DAY)
        path = self.server.folder / f"bundle-{bundle}"
        path.write_bytes(
            self.server.bundle(
                header,
                [
                    (ItemType.ENVELOPE, self.server.envelope_item(self.envelope)),
                    *((ItemType.CHUNK, items[number]) for number in shuffled),
                ],
            )
        )
        self.office.bring(path)

    def cut_on_disk(self) -> None:
        """Shorten files of chunks, as a disk that breaks may."""
        for place, schedule in enumerate(self.plan):
            if schedule.cut_on_disk is None:
                continue
            one = self.ids[place][schedule.cut_on_disk].hex()
            for path in (self.office.vault() / "chunks").glob(f"{one[:2]}/{one}.*"):
                os.truncate(path, CHUNK_SIZE // 2)
            self.expected[place].right.discard(schedule.cut_on_disk)

    def check(self, name: str) -> None:
        """Save the case: every byte is right, and whatever lacks is named."""
        folder = self.server.folder / name
        with self.office.opened() as vault:
            saved = save_case(vault, 1, folder, at(DAY))
        found = {one.announced_name: one for one in saved}
        for place, schedule in enumerate(self.plan):
            self._check_file(folder, found[f"file-{place}"], schedule, self.expected[place])

    def _check_file(
        self, folder: Path, one: SavedFile, schedule: Schedule, expected: Expected
    ) -> None:
        pieces = set(range(chunk_count(schedule.size)))
        assert one.missing_pieces == runs_of(sorted(pieces - expected.came))
        assert one.damaged_pieces == runs_of(sorted(expected.came - expected.right))
        if expected.right == pieces:
            assert one.state == "whole"
            assert (folder / str(one.path)).read_bytes() == schedule.data
        else:
            assert one.state in ("missing", "damaged")
            assert one.path is None
            assert not (folder / "1-report" / one.announced_name).exists()

    def _bytes(self, place: int, piece: int, kind: int) -> bytes:
        ids = self.ids[place]
        right = self.chunks[ids[piece]]
        if kind == ALTERED:
            return right[:1000] + bytes([right[1000] ^ 1]) + right[1001:]
        if kind == CUT:
            return right[: CHUNK_SIZE // 2] + bytes(CHUNK_SIZE - CHUNK_SIZE // 2)
        if kind == OF_ANOTHER_PLACE:
            return self.chunks[ids[(piece + 1) % len(ids)]]
        if kind == OF_ANOTHER_FILE:
            return self.chunks[self.ids[(place + 1) % len(self.ids)][0]]
        return right

    def _note(self, place: int, piece: int, data: bytes) -> None:
        self.expected[place].came.add(piece)
        # A file of one chunk has no other place.
        if data == self.chunks[self.ids[place][piece]]:
            self.expected[place].right.add(piece)


def _ids_by_file(sealed: Sealed, plan: list[Schedule]) -> list[list[bytes]]:
    ids = iter(sealed.chunks)
    return [[next(ids) for _ in range(chunk_count(one.size))] for one in plan]


# One source for all: stretching a codename takes longer than the rest.
_SOURCES: list[Source] = []


@contextmanager
def _round(made_office: tuple[Path, dict[str, VaultKey]], plan: list[Schedule]) -> Iterator[Round]:
    made, keys = made_office
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(made, folder / "office")
        office = Office(folder / "office", keys)
        with office.opened() as vault:
            server = Server(vault.genesis_id, folder)
        server.take(office.folder / FIRST_BUNDLE)
        if not _SOURCES:
            _SOURCES.append(Source(server.genesis_id))
        yield Round(office, server, _SOURCES[0], plan)


def _try(
    made_office: tuple[Path, dict[str, VaultKey]], plan: list[Schedule], order: "st.DataObject"
) -> None:
    with _round(made_office, plan) as one:
        one.bring(0, order)
        one.check("first")
        one.bring(1, order)
        one.check("second")
        one.cut_on_disk()
        one.check("third")


PLANS = st.lists(schedules(), min_size=FILES, max_size=FILES)
QUICKLY = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # What fails is shown as it is: shrinking megabytes takes longer than reading them.
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about what a power cut leaves."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@settings(QUICKLY, max_examples=200 // FILES + 1)
@given(plan=PLANS, order=st.data())
def test_no_wrong_byte_is_saved_and_whatever_lacks_is_named(
    made_office: tuple[Path, dict[str, VaultKey]], plan: list[Schedule], order: st.DataObject
) -> None:
    _try(made_office, plan, order)


@pytest.mark.long
@settings(QUICKLY, max_examples=10_000 // FILES + 1)
@given(plan=PLANS, order=st.data())
def test_no_wrong_byte_is_saved_in_ten_thousand_schedules(
    made_office: tuple[Path, dict[str, VaultKey]], plan: list[Schedule], order: st.DataObject
) -> None:
    _try(made_office, plan, order)
