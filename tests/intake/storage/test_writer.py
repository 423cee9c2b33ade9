"""Slots and index: what the one writing thread keeps, refuses, and blanks."""

import asyncio
import contextlib
import hashlib
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crypto.names import Week
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from ground.disk.locks import locked
from intake.storage.connections import connect, prepare, writing
from intake.storage.container import Container, FreeSlots
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, create_folder
from intake.storage.kinds import Kind
from intake.storage.rows import item_rows
from intake.storage.writer import GROUPS_BEFORE_STEP, Outcome, Writer

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
) -> AsyncIterator[Writer]:
    faults: list[Exception] = []
    writer = Writer(
        folder,
        room=DiskRoom(folder, floor_bytes, 0),
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


def weeks(folder: DataFolder, kind: Kind) -> dict[Week, int]:
    with contextlib.closing(connect(folder)) as database:
        return item_rows.waiting(database, kind, "nobody")


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


async def test_many_at_once_are_each_stored_once(folder: DataFolder) -> None:
    """Also where the same comes twice in one group."""
    envelopes = [os.urandom(ENVELOPE_SIZE) for _ in range(50)] * 2
    async with writing_to(folder) as writer:
        outcomes = await asyncio.gather(*(put_envelope(writer, one) for one in envelopes))
    assert Counter(outcomes) == {Outcome.DURABLE: 50, Outcome.KNOWN: 50}
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 50}


async def test_slots_tell_no_order(folder: DataFolder) -> None:
    """Where an item lies has nothing to do with when it came."""
    envelopes = [os.urandom(ENVELOPE_SIZE) for _ in range(40)]
    async with writing_to(folder) as writer:
        for envelope in envelopes:
            await put_envelope(writer, envelope)
    content = folder.envelopes.read_bytes()
    places = [content.index(envelope) for envelope in envelopes]
    assert places not in (sorted(places), sorted(places, reverse=True))
    assert max(places) - min(places) > 60 * ENVELOPE_SIZE


async def test_a_disk_without_room_refuses_and_keeps_nothing(folder: DataFolder) -> None:
    """Growing is refused below the floor; what was stored stays."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        assert await put_envelope(writer, envelope) is Outcome.DURABLE
    async with writing_to(folder, floor_bytes=1 << 60) as writer:
        assert await put_chunk(writer, os.urandom(32), bytes(CHUNK_SIZE)) is Outcome.NO_ROOM
        for _ in range(511):
            assert await put_envelope(writer, os.urandom(ENVELOPE_SIZE)) is Outcome.DURABLE
        assert await put_envelope(writer, os.urandom(ENVELOPE_SIZE)) is Outcome.NO_ROOM
        assert await put_envelope(writer, envelope) is Outcome.KNOWN
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 512}
    assert weeks(folder, Kind.CHUNK) == {}


async def test_a_group_that_cannot_be_committed_leaves_no_bytes(folder: DataFolder) -> None:
    """Its slots are blanked, and the next group is stored as if nothing had been."""
    faults: list[Exception] = []
    async with writing_to(folder, on_fault=faults.append) as writer:
        with contextlib.closing(connect(folder)) as database:
            database.execute("ALTER TABLE envelope RENAME COLUMN week TO lost")
        envelope = os.urandom(ENVELOPE_SIZE)
        assert await put_envelope(writer, envelope) is Outcome.NO_ROOM
        with contextlib.closing(connect(folder)) as database:
            database.execute("ALTER TABLE envelope RENAME COLUMN lost TO week")
        for _ in range(500):
            if not any(folder.envelopes.read_bytes()):
                break
            await asyncio.sleep(0.01)
        assert not any(folder.envelopes.read_bytes())
        assert await put_envelope(writer, envelope) is Outcome.DURABLE
    assert [type(fault).__name__ for fault in faults] == ["OperationalError"]


async def test_what_another_process_deletes_is_given_out_again(folder: DataFolder) -> None:
    """And not before it has been overwritten."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        await put_envelope(writer, envelope)
        with contextlib.closing(connect(folder)) as database, writing(database, folder):
            assert item_rows.drop_old(database, Kind.ENVELOPE, WEEK) == 1
            assert len(item_rows.to_wipe(database, 10)) == 1
        assert await put_envelope(writer, envelope) is Outcome.DURABLE
        await writer.do(lambda _: None)
        for _ in range(500):
            if folder.envelopes.read_bytes().count(envelope) == 1:
                break
            await asyncio.sleep(0.01)
    assert folder.envelopes.read_bytes().count(envelope) == 1
    assert weeks(folder, Kind.ENVELOPE) == {WEEK: 1}


async def test_nothing_is_overwritten_while_an_export_reads(folder: DataFolder) -> None:
    """A snapshot stays whole until it has been written out."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        await put_envelope(writer, envelope)
        with locked(folder.export_lock, shared=True):
            await writer.do(_drop)
            await asyncio.sleep(0.3)
            assert envelope in folder.envelopes.read_bytes()


async def test_what_is_deleted_is_overwritten_also_without_idle_time(folder: DataFolder) -> None:
    """A writer that always has something to do overwrites all the same."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with writing_to(folder) as writer:
        await put_envelope(writer, envelope)
        still_there: list[bool] = []

        def look(_: sqlite3.Connection) -> None:
            still_there.append(envelope in folder.envelopes.read_bytes())

        # A chore between two uploads makes each a group of its own; all wait in the queue at once,
        # since the first chore holds the thread until they do.
        all_wait = threading.Event()
        more = [os.urandom(ENVELOPE_SIZE) for _ in range(2 * GROUPS_BEFORE_STEP)]
        busy = [work for one in more for work in (put_envelope(writer, one), writer.do(look))]
        chores = [writer.do(lambda _: _wait_for(all_wait)), writer.do(_drop)]
        given = [asyncio.ensure_future(work) for work in (*chores, *busy)]
        await asyncio.sleep(0)
        all_wait.set()
        await asyncio.gather(*given)
    assert still_there[0]
    assert not still_there[-1]


async def test_a_sweep_that_was_broken_off_is_known(folder: DataFolder) -> None:
    """So that the next server begins it again; one that has ended is known too."""
    async with writing_to(folder) as writer:
        await put_envelope(writer, os.urandom(ENVELOPE_SIZE))
    assert writer.swept()
    async with writing_to(folder, sweep=True) as broken_off:
        pass
    assert not broken_off.swept()
    async with writing_to(folder, sweep=True) as ended:
        for _ in range(500):
            if not any(slots.unswept for slots in ended._slots.values()):
                break
            await asyncio.sleep(0.01)
    assert ended.swept()


def _wait_for(event: threading.Event) -> None:
    event.wait()


def _drop(database: sqlite3.Connection) -> None:
    item_rows.drop_old(database, Kind.ENVELOPE, WEEK)


def test_files_leave_room_for_texts(folder: DataFolder) -> None:
    """As much as texts still miss of their quota, up to a tenth of the disk."""
    few, none = DiskRoom(folder, 0, 100), DiskRoom(folder, 0, 0)
    assert few.left(Kind.ENVELOPE) > few.left(Kind.CHUNK)
    assert DiskRoom(folder, 1 << 60, 100).left(Kind.ENVELOPE) == 0
    folder.envelopes.write_bytes(bytes(100 * ENVELOPE_SIZE))
    assert abs(few.left(Kind.CHUNK) - none.left(Kind.CHUNK)) < 50 * ENVELOPE_SIZE


def test_a_slot_takes_exactly_one_item(tmp_path: Path) -> None:
    """Neither less nor more, so that no old bytes show through."""
    container = Container(tmp_path / "c", 100)
    assert container.grow(1 << 30)
    for size in (0, 99, 101):
        with pytest.raises(ValueError, match="does not fill"):
            container.write(0, bytes(size))
    container.close()


def test_free_slots_are_drawn_at_random_and_each_once() -> None:
    """Every one is equally likely to be first."""
    firsts = set()
    for _ in range(200):
        free = FreeSlots(20, occupied=[3, 4])
        drawn = [free.draw() for _ in range(18)]
        assert sorted(drawn) == [n for n in range(20) if n not in (3, 4)]
        firsts.add(drawn[0])
    assert len(firsts) > 10
