"""The one writing thread: what it keeps, refuses and wipes, and when."""

import asyncio
import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.days import week_of
from crypto.directory import read_directory
from crypto.names import Day, Week
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from ground.disk.locks import locked
from intake.storage.beat import CROWD, CROWD_SECONDS, Beat
from intake.storage.connections import connect, prepare
from intake.storage.disk_room import FIRST_SLOTS, LEAST_SLOTS, DiskRoom
from intake.storage.folder import DataFolder, create_folder
from intake.storage.kinds import SIZES, Kind
from intake.storage.rows import office_rows
from intake.storage.slots.store import Store
from intake.storage.slots.survey import survey
from intake.storage.writer import Outcome, Writer
from tests.means.stored_items import no_damage
from tests.means.watchful_clock import WatchfulClock
from tests.offices.signed_office import PracticeOffice

WEEK = Week(2970)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = create_folder(tmp_path / "data")
    prepare(made)
    return made


@asynccontextmanager
async def writing_to(
    folder: DataFolder,
    *,
    floor_bytes: int = 0,
    sweep: bool = False,
    on_fault: Callable[[Exception], None] | None = None,
    beat: Beat | None = None,
) -> AsyncIterator[Writer]:
    faults: list[Exception] = []
    writer = Writer(
        folder,
        room=DiskRoom(folder, floor_bytes, 0),
        beat=beat or Beat(1),
        sweep=sweep,
        on_fault=on_fault or faults.append,
        on_end=lambda: None,
    )
    try:
        yield writer
    finally:
        await writer.close()
    assert faults == []


async def put_envelope(writer: Writer, envelope: bytes, week: Week = WEEK) -> Outcome:
    address = hashlib.sha256(envelope).digest()
    return await writer.store(Kind.ENVELOPE, address, address, envelope, week)


async def put_chunk(writer: Writer, name: bytes, chunk: bytes, week: Week = WEEK) -> Outcome:
    return await writer.store(Kind.CHUNK, name, hashlib.sha256(chunk).digest(), chunk, week)


def envelopes(count: int) -> list[bytes]:
    return [os.urandom(ENVELOPE_SIZE) for _ in range(count)]


def weeks(folder: DataFolder, kind: Kind) -> dict[Week, int]:
    return survey(folder, kind).waiting("nobody")


def bodies(folder: DataFolder, kind: Kind = Kind.ENVELOPE) -> bytes:
    return folder.bodies(kind).read_bytes()


def drop_everything(folder: DataFolder, store: Store) -> None:
    """Delete all there is, as an import in another process does."""
    with store.changing():
        for shelf in store.shelves.values():
            store.drop(shelf.items.values())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - it is another thread that brings it about
            await asyncio.sleep(0.02)


# ---- Storing -------------------------------------------------------------------------------------


async def test_a_chunk_sent_again_lives_from_the_later_week(folder: DataFolder) -> None:
    """A client that goes on after weeks renews what it sent; an envelope keeps its week."""
    name, chunk, envelope = os.urandom(32), os.urandom(CHUNK_SIZE), os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        for week, outcome in (
            (WEEK, Outcome.DURABLE),
            (WEEK + 3, Outcome.KNOWN),
            (WEEK + 1, Outcome.KNOWN),
        ):
            assert await put_chunk(writer, name, chunk, Week(week)) is outcome
            assert await put_envelope(writer, envelope, Week(week)) is outcome
    assert weeks(folder, Kind.CHUNK) == {WEEK + 3: 1}
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 1}


async def test_other_bytes_under_a_chunk_s_id_are_refused(folder: DataFolder) -> None:
    name, chunk = os.urandom(32), os.urandom(CHUNK_SIZE)
    async with writing_to(folder) as writer:
        assert await put_chunk(writer, name, chunk) is Outcome.DURABLE
        assert await put_chunk(writer, name, os.urandom(CHUNK_SIZE)) is Outcome.OTHER_BYTES
    assert chunk in bodies(folder, Kind.CHUNK)


async def test_many_at_once_are_each_stored_once(folder: DataFolder) -> None:
    """Also where the same comes twice in one group."""
    sent = envelopes(50) * 2
    async with writing_to(folder) as writer:
        outcomes = await asyncio.gather(*(put_envelope(writer, one) for one in sent))
    assert Counter(outcomes) == {Outcome.DURABLE: 50, Outcome.KNOWN: 50}
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 50}


async def test_more_at_once_than_there_are_slots_are_all_stored(folder: DataFolder) -> None:
    """The slots are doubled while they come."""
    sent = envelopes(3 * FIRST_SLOTS[Kind.ENVELOPE])
    async with writing_to(folder) as writer:
        outcomes = await asyncio.gather(*(put_envelope(writer, one) for one in sent))
    assert set(outcomes) == {Outcome.DURABLE}
    content = bodies(folder)
    assert all(one in content for one in sent)


async def test_a_store_that_is_opened_again_knows_what_is_there(folder: DataFolder) -> None:
    sent = envelopes(5)
    async with writing_to(folder) as writer:
        for one in sent:
            assert await put_envelope(writer, one) is Outcome.DURABLE
    async with writing_to(folder) as writer:
        assert {await put_envelope(writer, one) for one in sent} == {Outcome.KNOWN}


# ---- Room ----------------------------------------------------------------------------------------


async def test_a_disk_without_room_refuses_and_keeps_nothing(folder: DataFolder) -> None:
    """No more slots are made below the floor; those that there are take what comes."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        assert await put_envelope(writer, envelope) is Outcome.DURABLE
    folder.bodies(Kind.CHUNK).unlink()
    slots = FIRST_SLOTS[Kind.ENVELOPE]
    async with writing_to(folder, floor_bytes=1 << 60) as writer:
        assert await put_chunk(writer, os.urandom(32), bytes(CHUNK_SIZE)) is Outcome.NO_ROOM
        outcomes = await asyncio.gather(*(put_envelope(writer, one) for one in envelopes(slots)))
        assert Counter(outcomes) == {Outcome.DURABLE: slots - 1, Outcome.NO_ROOM: 1}
        assert await put_envelope(writer, envelope) is Outcome.KNOWN
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: slots}
    assert weeks(folder, Kind.CHUNK) == {}


def test_files_leave_room_for_texts(folder: DataFolder) -> None:
    """As much as texts still miss of their quota, up to a tenth of the disk."""
    few, none = DiskRoom(folder, 0, 100), DiskRoom(folder, 0, 0)
    assert few.left(Kind.ENVELOPE) > few.left(Kind.CHUNK)
    assert DiskRoom(folder, 1 << 60, 100).left(Kind.ENVELOPE) == 0
    folder.bodies(Kind.ENVELOPE).write_bytes(bytes(100 * ENVELOPE_SIZE))
    assert abs(few.left(Kind.CHUNK) - none.left(Kind.CHUNK)) < 50 * ENVELOPE_SIZE


@pytest.mark.parametrize("kind", Kind)
def test_slots_are_doubled_or_as_many_added_as_fit(folder: DataFolder, kind: Kind) -> None:
    """Down to a least step, never one by one."""
    disk = os.statvfs(folder.path)
    free = disk.f_bavail * disk.f_frsize
    assert DiskRoom(folder, 0, 0).step(kind, 3 * FIRST_SLOTS[kind]) == 3 * FIRST_SLOTS[kind]
    third = DiskRoom(folder, free - FIRST_SLOTS[kind] * SIZES[kind] // 3, 0)
    assert LEAST_SLOTS[kind] <= third.step(kind, FIRST_SLOTS[kind]) < FIRST_SLOTS[kind]
    assert DiskRoom(folder, free, 0).step(kind, FIRST_SLOTS[kind]) == 0
    assert DiskRoom(folder, free, 0).slots(kind) == 0


@dataclass
class Failing:
    """Syncs, and says of one file that it failed."""

    name: str
    sync: Callable[[int], None] = os.fdatasync

    def __call__(self, descriptor: int) -> None:
        self.sync(descriptor)
        if Path(f"/proc/self/fd/{descriptor}").readlink().name == self.name:
            raise OSError(5, "Input/output error")


FILES = [
    f"{kind}.{file}" for kind in ("envelopes", "chunks") for file in ("bin", "index", "index-copy")
]


# ---- When writing fails --------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
async def test_what_could_not_be_written_is_refused_and_leaves_no_bytes(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whatever fails; the next group is stored as if nothing had been."""
    faults: list[Exception] = []
    async with writing_to(folder, on_fault=faults.append) as writer:
        before, envelope = envelopes(2)
        await put_envelope(writer, before)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", Failing(name))
            assert await put_envelope(writer, envelope) is Outcome.NO_ROOM
        assert await put_envelope(writer, envelope) is Outcome.DURABLE
        await until(lambda: bodies(folder).count(envelope) == 1)
        assert before in bodies(folder)
    assert {type(fault) for fault in faults} == {OSError}
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 2}


# ---- Deleting ------------------------------------------------------------------------------------


async def test_what_another_process_deletes_is_wiped_and_taken_in_again(folder: DataFolder) -> None:
    """The server notices, and gives its slot out only after it was written over."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        await put_envelope(writer, envelope)
        with contextlib.closing(Store(folder, on_damage=no_damage)) as other:
            drop_everything(folder, other)
        assert await put_envelope(writer, envelope) is Outcome.DURABLE
        await until(lambda: bodies(folder).count(envelope) == 1)
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 1}


async def test_nothing_is_wiped_while_an_export_reads(folder: DataFolder) -> None:
    """A snapshot stays whole until it has been written out."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        await put_envelope(writer, envelope)
        with locked(folder.export_lock, shared=True):
            with contextlib.closing(Store(folder, on_damage=no_damage)) as other:
                drop_everything(folder, other)
            for one in envelopes(4):
                assert await put_envelope(writer, one) is Outcome.DURABLE
            assert envelope in bodies(folder)
        await until(lambda: envelope not in bodies(folder))


async def test_what_was_to_be_wiped_is_wiped_before_the_next_start_is_over(
    folder: DataFolder,
) -> None:
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        await put_envelope(writer, envelope)
    with contextlib.closing(Store(folder, on_damage=no_damage)) as other:
        drop_everything(folder, other)
    assert envelope in bodies(folder)
    async with writing_to(folder):
        assert envelope not in bodies(folder)


async def test_a_sweep_that_was_broken_off_is_known(folder: DataFolder) -> None:
    """So that the next server begins it again; one that has ended is known too."""
    async with writing_to(folder) as writer:
        await put_envelope(writer, os.urandom(ENVELOPE_SIZE))
    assert writer.swept()
    async with writing_to(folder, sweep=True) as broken_off:
        pass
    assert not broken_off.swept()
    before = bodies(folder)
    async with writing_to(folder, sweep=True) as ended:
        await until(lambda: not ended._store.has_work())
    assert ended.swept()
    kept = [
        at
        for at in range(0, len(before), ENVELOPE_SIZE)
        if before[at : at + ENVELOPE_SIZE] == bodies(folder)[at : at + ENVELOPE_SIZE]
    ]
    assert len(kept) == 1


# ---- The beat ------------------------------------------------------------------------------------


def test_a_lone_upload_waits_for_a_quarter_of_a_second_at_most() -> None:
    assert Beat(1).wait(1, has_work=False) <= 0.25
    assert Beat(1).wait(CROWD, has_work=False) <= CROWD_SECONDS
    assert Beat(60).wait(1, has_work=False) <= 0.25


class SlowBeat(Beat):
    """A beat whose quarter of a second does not come before it is let come."""

    let = False

    def wait(self, waiting: int, *, has_work: bool) -> float:
        return 0.01 if has_work or waiting >= CROWD or SlowBeat.let else 60.0


async def test_uploads_wait_for_the_beat_until_they_are_a_crowd(folder: DataFolder) -> None:
    SlowBeat.let = False
    async with writing_to(folder, beat=SlowBeat(60)) as writer:
        # As long as slots are being made it beats for them.
        await until(lambda: not writer._store.has_work())
        await asyncio.sleep(0.5)
        sent = [asyncio.create_task(put_envelope(writer, one)) for one in envelopes(CROWD - 1)]
        # Many of the crowd's beats have gone by, of which none was for them.
        await asyncio.sleep(0.5)
        assert not any(task.done() for task in sent)
        assert await put_envelope(writer, os.urandom(ENVELOPE_SIZE)) is Outcome.DURABLE
        assert set(await asyncio.gather(*sent)) == {Outcome.DURABLE}
        SlowBeat.let = True


async def test_free_slots_are_written_anew_at_every_beat_and_occupied_ones_never(
    folder: DataFolder,
) -> None:
    sent = envelopes(300)
    async with writing_to(folder) as writer:
        await asyncio.gather(*(put_envelope(writer, one) for one in sent))
        for kind in Kind:
            for path in (folder.bodies(kind), *folder.index(kind)):
                before = path.read_bytes()
                await until(lambda: path.read_bytes() != before)  # noqa: B023 - awaited here
        content = bodies(folder)
        assert all(one in content for one in sent)


async def test_no_file_is_sparse_and_none_holds_a_place_that_was_never_written(
    folder: DataFolder,
) -> None:
    """Its time of first writing would stand in the file system's journal."""
    async with writing_to(folder):
        pass
    for kind in Kind:
        path = folder.bodies(kind)
        assert path.stat().st_blocks * 512 >= path.stat().st_size
        content, size = path.read_bytes(), SIZES[kind]
        assert len(content) == FIRST_SLOTS[kind] * size
        assert not any(
            bytes(4096) == content[at : at + 4096] for at in range(0, len(content), 4096)
        )


async def test_the_clock_is_asked_once_nobody_else_can_change_anything(folder: DataFolder) -> None:
    """A day that had waited for an import would set back what that remembered of the clock."""
    day = Day(7 * WEEK)
    office = PracticeOffice.create(day)
    directory = read_directory(office.document(), office.genesis_id)
    clock = WatchfulClock(folder, day)
    async with writing_to(folder) as writer:
        await writer.retire(directory, clock)
    assert clock.alone == [True]
    with contextlib.closing(connect(folder)) as connection:
        assert office_rows.last_week(connection) == week_of(day)
