"""The one thread of the server that writes: bytes into slots, rows into the index, many at a time.

Whatever waits when the thread is ready becomes one group with one commit ("group commit"), so that
the cost of durability is shared by all who wait. Nothing is delayed to make a group larger.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from crypto.directory import Directory
from crypto.names import Day, Week
from intake.storage import retention
from intake.storage.connections import connect, writing
from intake.storage.container import Container, Containers, FreeSlots
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.rows import item_rows
from intake.storage.wiping import STEP_SLOTS, wipe_step

GROUP_BYTES: Final = 8 * 1024 * 1024
"""A group is closed when its bodies pass this, so that nobody waits long for a commit."""

RETRY_SECONDS: Final = 5.0
"""Pause before slots are overwritten that an export is still reading."""


GROUPS_BEFORE_STEP: Final = 16
"""Under load that leaves no idle time, a step of overwriting comes after so many groups."""


class Outcome(Enum):
    """What became of something that was to be stored."""

    DURABLE = "durable"
    # It was there already; whoever asks is told the same.
    KNOWN = "known"
    OTHER_BYTES = "other-bytes"
    NO_ROOM = "no-room"


@dataclass(slots=True)
class _Upload:
    """One body to be stored under its address or id, and who waits for it."""

    kind: Kind
    key: bytes
    digest: bytes
    body: bytes | bytearray
    week: Week
    waiting: "asyncio.Future[Outcome]"
    outcome: Outcome = Outcome.NO_ROOM
    slot: int | None = None


Chore = Callable[[sqlite3.Connection], None]
"""Other work that writes, run in a transaction of its own."""


@dataclass(slots=True)
class _Task:
    chore: Chore
    waiting: "asyncio.Future[None]"


class _Sign(Enum):
    """What the queue holds, or does not, besides work."""

    STOP = "stop"
    IDLE = "idle"


_Entry = _Upload | _Task | _Sign


@dataclass(slots=True)
class _Slots:
    """A container and what this process knows of its slots."""

    container: Container
    free: FreeSlots
    unswept: set[int] = field(default_factory=set)


class Writer:
    """Stores what handlers give it. Started and used from one event loop; `close` ends it.

    `room` says how far the containers may grow. With `sweep`, free slots are looked through once
    for what a killed process may have left in them. `on_fault` is told of storage errors,
    `on_end` is called in the event loop if the thread ends unasked.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        room: DiskRoom,
        sweep: bool,
        on_fault: Callable[[Exception], None],
        on_end: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._room = room
        self._on_fault = on_fault
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Entry] = queue.SimpleQueue()
        self._containers = Containers(folder)
        self._connection = connect(folder)
        self._slots = self._read_slots()
        if sweep:
            for slots in self._slots.values():
                slots.unswept = set(slots.free.numbers())
        self._due: float | None = 0.0
        self._groups = 0
        self._swept = True
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def store(
        self, kind: Kind, key: bytes, digest: bytes, body: bytes | bytearray, week: Week
    ) -> Outcome:
        """Store a body; returns when it is durable, or will not be."""
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._queue.put(_Upload(kind, key, digest, body, week, future))
        return await future

    async def retire(self, directory: Directory, day: Day) -> None:
        """Delete what is over on a day by the directory in force, if the clock can be believed."""
        await self.do(lambda connection: _retire(connection, directory, day))

    async def do(self, chore: Chore) -> None:
        """Run a chore in a transaction of its own, between groups."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._queue.put(_Task(chore, future))
        await future

    def free_slots(self, kind: Kind) -> int:
        """How many slots of a kind are free without growing."""
        return len(self._slots[kind].free)

    async def close(self) -> None:
        """Finish what was given, then stop."""
        self._queue.put(_Sign.STOP)
        await asyncio.to_thread(self._thread.join)

    def swept(self) -> bool:
        """After `close`: whether no free slot holds what is not meant to be there."""
        return self._swept

    # ---- In the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        running = True
        try:
            while running:
                running = self._turn(self._wait())
        finally:
            left = any(slots.unswept for slots in self._slots.values())
            self._swept = self._swept and not left and not running
            self._connection.close()
            self._containers.close()
            if running:
                self._loop.call_soon_threadsafe(self._on_end)

    def _wait(self) -> _Entry:
        """Return the next thing to do; `IDLE` when it is time to overwrite and to sweep."""
        sweeping = any(slots.unswept for slots in self._slots.values())
        due = 0.0 if sweeping else self._due
        if due is None:
            return self._queue.get()
        patience = max(0.0, due - time.monotonic())
        if not patience and self._groups >= GROUPS_BEFORE_STEP:
            return _Sign.IDLE
        try:
            return self._queue.get(timeout=patience) if patience else self._queue.get_nowait()
        except queue.Empty:
            return _Sign.IDLE

    def _turn(self, first: _Entry) -> bool:
        if first is _Sign.STOP:
            return False
        if first is _Sign.IDLE:
            self._groups = 0
            self._use_idle_time()
        elif isinstance(first, _Task):
            self._do(first)
        else:
            group, after = self._gather(first)
            self._store(group)
            self._groups += 1
            if after is not None:
                return self._turn(after)
        return True

    def _gather(self, first: _Upload) -> tuple[list[_Upload], _Entry | None]:
        """Everything that waits behind the first, and what ended the group."""
        group, size = [first], len(first.body)
        while size < GROUP_BYTES:
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                break
            if not isinstance(entry, _Upload):
                return group, entry
            group.append(entry)
            size += len(entry.body)
        return group, None

    def _store(self, group: list[_Upload]) -> None:
        """Make a group durable, then tell everyone in it."""
        try:
            with writing(self._connection, self._folder):
                self._read_slots_again()
                self._place(group)
                self._index(group)
        except (sqlite3.Error, OSError) as error:
            self._on_fault(error)
            self._undo(group)
        self._loop.call_soon_threadsafe(_tell, group)

    def _place(self, group: list[_Upload]) -> None:
        """Write what is new into slots, and sync the containers that were written."""
        seen: dict[tuple[Kind, bytes], bytes] = {}
        for upload in group:
            name = (upload.kind, upload.key)
            stored = seen.get(name) or self._stored_digest(upload)
            if stored is not None:
                upload.outcome = Outcome.KNOWN if stored == upload.digest else Outcome.OTHER_BYTES
                continue
            slot = self._draw(upload.kind)
            if slot is None:
                continue
            upload.slot = slot
            self._slots[upload.kind].container.write(slot, upload.body)
            upload.outcome = Outcome.DURABLE
            seen[name] = upload.digest
        for kind in {upload.kind for upload in group if upload.slot is not None}:
            self._slots[kind].container.sync()

    def _stored_digest(self, upload: _Upload) -> bytes | None:
        if upload.kind is Kind.CHUNK:
            return item_rows.chunk_digest(self._connection, upload.key)
        return upload.digest if item_rows.has_envelope(self._connection, upload.key) else None

    def _draw(self, kind: Kind) -> int | None:
        """Return a free slot at random; None where the disk has no room for more."""
        slots = self._slots[kind]
        if slots.free.are_few() and slots.container.grow(self._room.left(kind)):
            slots.free.add_grown(slots.container.slots())
        if not len(slots.free):
            return None
        slot = slots.free.draw()
        slots.unswept.discard(slot)
        return slot

    def _index(self, group: list[_Upload]) -> None:
        """Name what was placed, and renew the week of chunks that were sent again."""
        new = [(upload, upload.slot) for upload in group if upload.slot is not None]
        item_rows.add_envelopes(
            self._connection,
            [
                (upload.key, upload.week, slot)
                for upload, slot in new
                if upload.kind is Kind.ENVELOPE
            ],
        )
        item_rows.add_chunks(
            self._connection,
            [
                (upload.key, upload.digest, upload.week, slot)
                for upload, slot in new
                if upload.kind is Kind.CHUNK
            ],
        )
        again = (
            upload
            for upload in group
            if upload.slot is None and upload.kind is Kind.CHUNK and upload.outcome is Outcome.KNOWN
        )
        item_rows.renew_chunks(self._connection, [(upload.week, upload.key) for upload in again])

    def _undo(self, group: list[_Upload]) -> None:
        """Nothing of the group was stored: leave no bytes of it in the slots."""
        for kind, slots in self._slots.items():
            drawn = [
                upload.slot for upload in group if upload.slot is not None and upload.kind is kind
            ]
            slots.free.give_back(drawn)
            slots.unswept.update(drawn)
        for upload in group:
            upload.outcome = Outcome.NO_ROOM

    def _do(self, task: _Task) -> None:
        try:
            with writing(self._connection, self._folder):
                task.chore(self._connection)
        except (sqlite3.Error, OSError) as error:
            self._on_fault(error)
        self._due = 0.0
        self._loop.call_soon_threadsafe(_finish, task)

    # ---- Slots --------------------------------------------------------------------------------

    def _read_slots(self) -> dict[Kind, _Slots]:
        """Return which slots are free, by the database."""
        self._version = self._data_version()
        return {
            kind: _Slots(
                container,
                FreeSlots(container.slots(), item_rows.occupied(self._connection, kind)),
            )
            for kind, container in self._containers.items()
        }

    def _read_slots_again(self) -> None:
        """Read them again where another process has written. Called with the write lock held."""
        if self._data_version() == self._version:
            return
        unswept = {kind: slots.unswept for kind, slots in self._slots.items()}
        self._slots = self._read_slots()
        for kind, slots in self._slots.items():
            slots.unswept = unswept[kind]

    def _data_version(self) -> int:
        """Return a number that changes when another connection has written."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _use_idle_time(self) -> None:
        try:
            self._wipe()
            for slots in self._slots.values():
                _sweep(slots)
        except (sqlite3.Error, OSError) as error:
            self._on_fault(error)
            self._due = time.monotonic() + RETRY_SECONDS
            self._swept = False
            for slots in self._slots.values():
                slots.unswept.clear()

    def _wipe(self) -> None:
        """Overwrite a few slots of what was deleted; `_due` says when to go on, if at all."""
        done = wipe_step(self._connection, self._folder, self._containers)
        for kind, slot in done or ():
            self._slots[kind].free.give_back((slot,))
        if done is None:
            self._due = time.monotonic() + RETRY_SECONDS
        else:
            self._due = 0.0 if done else None


def _retire(connection: sqlite3.Connection, directory: Directory, day: Day) -> None:
    retention.retire(connection, directory, day)


def _sweep(slots: _Slots) -> None:
    """Look through a few free slots, and blank those that are not."""
    some = [slots.unswept.pop() for _ in range(min(STEP_SLOTS, len(slots.unswept)))]
    stale = [slot for slot in some if not slots.container.is_blank(slot)]
    if stale:
        slots.container.overwrite(stale)
        slots.container.sync()


def _tell(group: list[_Upload]) -> None:
    """In the event loop: everyone in a group gets to know the outcome."""
    for upload in group:
        if not upload.waiting.done():
            upload.waiting.set_result(upload.outcome)


def _finish(task: _Task) -> None:
    if not task.waiting.done():
        task.waiting.set_result(None)
