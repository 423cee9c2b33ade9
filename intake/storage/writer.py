"""The one thread of the server that writes: all that waits, at the next beat, many at a time.

What comes between two beats is one group with common syncs ("group commit"), so that the cost of
durability is shared by all who wait.
"""

import asyncio
import contextlib
import queue
import select
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from crypto.directory import Directory
from crypto.names import Week
from intake.storage import retention
from intake.storage.beat import CROWD, QUICK_SECONDS, Beat
from intake.storage.connections import connect, writing
from intake.storage.damage import Damage, DamagedError
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.retention import Clock
from intake.storage.slots.store import Store
from intake.storage.uploads import Outcome, Upload

__all__ = ["Outcome", "Writer"]

GROUP_BYTES: Final = 8 * 1024 * 1024
"""A group is closed when its bodies pass this, so that nobody waits long for its syncs."""

Chore = Callable[[], None]
"""Other work that changes what is stored."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """Something to be done at the next beat, and who waits for it."""

    work: Upload | Chore
    future: "asyncio.Future[None]"


class _Stop(Enum):
    STOP = "stop"


class _Group:
    """What has come for the next beat. `is_last`: after it nothing comes."""

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.is_last = False
        self._bytes = 0

    def add(self, entry: _Waiting | _Stop) -> None:
        """Take one in."""
        if isinstance(entry, _Stop):
            self.is_last = True
            return
        self.waiting.append(entry)
        self._bytes += len(entry.work.body) if isinstance(entry.work, Upload) else 0

    def add_all(self, entries: "queue.SimpleQueue[_Waiting | _Stop]") -> None:
        """Take in what is there, as far as it fits."""
        with contextlib.suppress(queue.Empty):
            while self._bytes < GROUP_BYTES and not self.is_last:
                self.add(entries.get_nowait())

    def is_large(self) -> bool:
        """Tell whether it goes at the beat of a crowd, as whatever fills it does."""
        return len(self.waiting) >= CROWD


class Writer:
    """Stores what handlers give it. Started and used from one event loop; `close` ends it.

    `room` says how far the slots may grow, `beat` when is written. With `sweep`, free slots are
    written over once, for what a killed process may have left in them. What was half done is
    finished before this returns. `on_fault` is told of storage errors and of damaged places;
    `on_end` is called in the event loop if the thread ends unasked.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        room: DiskRoom,
        beat: Beat,
        sweep: bool,
        on_fault: Callable[[Exception], None],
        on_end: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._room = room
        self._beat = beat
        self._on_fault = on_fault
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting | _Stop] = queue.SimpleQueue()
        self._connection = connect(folder)
        self._store = Store(folder, self._tell_damage)
        self._swept = True
        self._worked = 0.0
        self._start(sweep)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def store(
        self, kind: Kind, key: bytes, digest: bytes, body: bytes | bytearray, week: Week
    ) -> Outcome:
        """Store a body; returns when it is durable, or will not be."""
        upload = Upload(kind, key, digest, body, week)
        await self._do(upload)
        return upload.outcome

    async def retire(self, directory: Directory, clock: Clock) -> None:
        """Delete what is over today by the directory in force, if the clock can be believed.

        Also what all recipients have, where an import was killed before it had deleted it.
        """
        await self._do(lambda: self._retire(directory, clock))

    async def _do(self, work: Upload | Chore) -> None:
        future: asyncio.Future[None] = self._loop.create_future()
        self._queue.put(_Waiting(work, future))
        await future

    def free_slots(self, kind: Kind) -> int:
        """How many slots of a kind are free without growing."""
        return self._store.shelves[kind].free_slots()

    async def close(self) -> None:
        """Finish what was given, then stop."""
        self._queue.put(_Stop.STOP)
        await asyncio.to_thread(self._thread.join)

    def swept(self) -> bool:
        """After `close`: whether no free slot holds what is not meant to be there."""
        return self._swept

    # ---- Before anyone is listened to ---------------------------------------------------------

    def _start(self, sweep: bool) -> None:
        """Read what lies there, make the first slots, finish wiping."""
        try:
            with self._store.changing():
                if sweep:
                    for shelf in self._store.shelves.values():
                        shelf.sweep_all()
                self._store.make_first_slots(self._room)
                while not self._store.is_wiped() and self._store.wipe():
                    pass
        except OSError as error:
            # A full disk keeps nobody from reading; at each beat it is tried again.
            self._on_fault(error)

    # ---- In the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        running = True
        try:
            while running:
                waiting, running = self._gather()
                self._write(waiting)
        finally:
            unswept = any(shelf.unswept for shelf in self._store.shelves.values())
            self._swept = not unswept and not running
            self._connection.close()
            self._store.close()
            if running:
                self._loop.call_soon_threadsafe(self._on_end)

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """Return what has come by the next beat, and whether to go on after it."""
        group = _Group()
        due = time.monotonic() + self._beat.wait(0, has_work=self._store.has_work())
        try:
            group.add(self._queue.get(timeout=max(0.0, due - time.monotonic())))
        except queue.Empty:
            return [], True
        due = min(due, time.monotonic() + self._beat.wait(1, has_work=False))
        # Not woken by each that comes: a crowd would be held up by it.
        while (patience := due - time.monotonic()) > 0:
            _pause(min(patience, self._beat.wait(CROWD, has_work=False)))
            group.add_all(self._queue)
            if group.is_large():
                break
        return group.waiting, not group.is_last

    def _write(self, waiting: list[_Waiting]) -> None:
        """Make all that came durable, tell those who wait, then do a step of all other work."""
        group = [one.work for one in waiting if isinstance(one.work, Upload)]
        try:
            with self._store.changing():
                self._store.store(group, self._room)
        except OSError as error:
            self._on_fault(error)
            for upload in group:
                upload.outcome = Outcome.NO_ROOM
        for one in waiting:
            if not isinstance(one.work, Upload):
                self._try(one.work)
        self._loop.call_soon_threadsafe(_tell, waiting)
        # Not more often where a crowd waits: it would be held up by it.
        is_due = time.monotonic() - self._worked >= QUICK_SECONDS
        if is_due and (self._store.has_work() or self._store.wants_more()):
            self._try(self._work)

    def _try(self, chore: Chore) -> None:
        try:
            chore()
        except (sqlite3.Error, OSError) as error:
            self._on_fault(error)

    def _work(self) -> None:
        self._worked = time.monotonic()
        with self._store.changing():
            self._store.work(self._room)

    def _retire(self, directory: Directory, clock: Clock) -> None:
        recipients = [recipient.id for recipient in directory.recipients]
        with self._store.changing():
            with writing(self._connection, self._folder):
                retention.retire(self._connection, self._store, directory, clock())
            retention.drop_confirmed(self._store, recipients)

    def _tell_damage(self, damage: Damage) -> None:
        self._on_fault(DamagedError(damage))


def _pause(seconds: float) -> None:
    """Wait for so long, not until a time: that would move with a clock that tests move."""
    select.select((), (), (), seconds)


def _tell(waiting: list[_Waiting]) -> None:
    """In the event loop: everyone gets to know that it is done."""
    for one in waiting:
        if not one.future.done():
            one.future.set_result(None)
