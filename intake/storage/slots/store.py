"""Both kinds of slots under one lock, which several processes share.

The order that makes an answer of 204 true: 1. bodies are written and synced; 2. the first copy of
the index is written and synced; 3. the second one; 4. the answer is given. Whatever is written at a
time shares these syncs. Each file is written each time, so that no file's time tells what came:
where nothing of a kind did, a random free slot of it gets other random bytes, and its record.

Each process has a token, and leaves it in a small file when it gets the lock. Whoever finds
another's there reads everything anew.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from crypto.names import Week
from ground.disk.durable import PRIVATE_FILE, sync_folder
from ground.disk.locks import locked
from ground.disk.room import is_full
from intake.storage.damage import Damage
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, server_is_running
from intake.storage.kinds import Kind
from intake.storage.slots.container import SlotFile
from intake.storage.slots.index import COPIES
from intake.storage.slots.marks import Marks
from intake.storage.slots.records import Item, encode_item, new_item
from intake.storage.slots.shelf import Shelf
from intake.storage.uploads import Outcome, Upload

__all__ = ["Store"]

GROWN_AT_ONCE_BYTES: Final = 256 * 1024 * 1024
"""What is added while uploads wait for it; what takes longer refuses them."""

STEPS_A_HOLD: Final = 16
"""Steps of wiping for which the lock is held where no server runs: 64 MiB of each kind."""

_TOKEN_SIZE: Final = 16


class Store:
    """All slots of a data folder. `close` ends it; `on_damage` is told of each damaged place."""

    def __init__(self, folder: DataFolder, on_damage: Callable[[Damage], None]) -> None:
        self._folder = folder
        self._on_damage = on_damage
        self._told: set[Damage] = set()
        self._token = secrets.token_bytes(_TOKEN_SIZE)
        self._is_known = False
        self._doubtful: list[Item] = []
        self._syncing = ThreadPoolExecutor(len(Kind), thread_name_prefix="sync")
        self.shelves = {kind: Shelf(folder, kind) for kind in Kind}
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._generation = os.open(folder.generation, flags, PRIVATE_FILE)
        # Whoever made the files may have been killed before this.
        sync_folder(folder.path)

    def close(self) -> None:
        """Close the files."""
        self._syncing.shutdown()
        os.close(self._generation)
        for shelf in self.shelves.values():
            shelf.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock, knowing what lies there now; others know that it may have changed."""
        with locked(self._folder.slots_lock):
            try:
                self._know()
                os.pwrite(self._generation, self._token, 0)
                yield
            except OSError:
                self._is_known = False
                raise

    def _know(self) -> None:
        """Read everything, where that was not done since somebody else had the lock."""
        last = os.pread(self._generation, _TOKEN_SIZE, 0)
        if self._is_known and last == self._token:
            return
        for shelf in self.shelves.values():
            for damage in shelf.load():
                self._tell(damage)
        self._drop_doubtful()
        self._is_known = True

    def _tell(self, damage: Damage) -> None:
        if damage not in self._told:
            self._told.add(damage)
            self._on_damage(damage)

    def _drop_doubtful(self) -> None:
        """Delete what was refused because its writing failed, should it be there after all."""
        for item in self._doubtful:
            shelf = self.shelves[item.kind]
            there = shelf.items.get(item.key)
            if there is not None and there.slot == item.slot:
                shelf.drop((there,))
            else:
                shelf.unswept.add(item.slot)
        self._doubtful.clear()

    # ---- Storing --------------------------------------------------------------------------------

    def store(self, group: Sequence[Upload], room: DiskRoom) -> None:
        """Store a group, durably; each upload's outcome says what became of it.

        Where this raises, nothing of the group was stored.
        """
        new, again = self._sort(group, room)
        # Until all is done, each of them may be there or not.
        self._doubtful += [item for item, _ in new]
        records: dict[Kind, dict[int, bytes]] = {kind: {} for kind in Kind}
        for item, upload in new:
            self.shelves[item.kind].container.write(item.slot, upload.body)
            records[item.kind][item.slot] = encode_item(item)
        for item in again:
            records[item.kind][item.slot] = encode_item(item)
        for kind, shelf in self.shelves.items():
            if not any(item.kind is kind for item, _ in new):
                records[kind] |= shelf.cover()
        self._sync([shelf.container for shelf in self.shelves.values()])
        self._write_index(records)
        self._doubtful.clear()
        self._touch()
        for shelf in self.shelves.values():
            shelf.know(item for item, _ in new if item.kind is shelf.kind)
            shelf.know(item for item in again if item.kind is shelf.kind)

    def _touch(self) -> None:
        """Let nothing show when slots were last added: something had come just then."""
        for shelf in self.shelves.values():
            shelf.touch()
        os.utime(self._folder.path)

    def _write_index(self, records: dict[Kind, dict[int, bytes]]) -> None:
        """Write records of both kinds; durable when it returns."""
        for copy in range(COPIES):
            for kind, shelf in self.shelves.items():
                shelf.index.write_copy(copy, records[kind])
            self._sync([shelf.index.copies[copy] for shelf in self.shelves.values()])

    def _sync(self, files: Sequence[SlotFile]) -> None:
        """Return when all these files are durable, which they become at the same time."""
        for _ in self._syncing.map(SlotFile.sync, files):
            pass

    def _sort(
        self, group: Sequence[Upload], room: DiskRoom
    ) -> tuple[list[tuple[Item, Upload]], list[Item]]:
        """Return what is new, with its slot, and chunks that were sent again in a later week."""
        new: dict[tuple[Kind, bytes], tuple[Item, Upload]] = {}
        # Without their slots: drawing one for what is new may move anything that is there.
        again: dict[bytes, Week] = {}
        for upload in group:
            name = (upload.kind, upload.key)
            known = new[name][0] if name in new else self._known(upload)
            if known is None:
                slot = self._slot_for(upload, room)
                if slot is not None:
                    item = new_item(upload.kind, upload.key, upload.digest, upload.week, slot)
                    new[name] = item, upload
                    upload.outcome = Outcome.DURABLE
            elif known.digest != upload.digest:
                upload.outcome = Outcome.OTHER_BYTES
            else:
                upload.outcome = Outcome.KNOWN
                week = max(known.week, again.get(upload.key, known.week))
                if name not in new and upload.kind is Kind.CHUNK and upload.week > week:
                    again[upload.key] = upload.week
        chunks = self.shelves[Kind.CHUNK].items
        return list(new.values()), [chunks[key].renewed(week) for key, week in again.items()]

    def _known(self, upload: Upload) -> Item | None:
        return self.shelves[upload.kind].items.get(upload.key)

    def _slot_for(self, upload: Upload, room: DiskRoom) -> int | None:
        """Return a free slot at random; None where there is none and can be none soon."""
        shelf, grown = self.shelves[upload.kind], 0
        while (slot := shelf.draw(upload.key)) is None:
            if grown >= GROWN_AT_ONCE_BYTES or not self._grow(shelf, room):
                return None
            grown += shelf.step * shelf.container.size
        return slot

    # ---- Deleting and marking -------------------------------------------------------------------

    def drop(self, items: Iterable[Item]) -> int:
        """Delete items, durably; return how many. Their bytes are wiped later."""
        gone = list(items)
        return sum(
            shelf.drop(item for item in gone if item.kind is shelf.kind)
            for shelf in self.shelves.values()
        )

    def read_marks(self) -> dict[Kind, Marks]:
        """Return which recipients have which items, by the items' ties."""
        return {kind: shelf.read_marks() for kind, shelf in self.shelves.items()}

    def write_marks(self, marks: Mapping[Kind, Marks]) -> None:
        """Write the marks of all items; durable when it returns."""
        for kind, shelf in self.shelves.items():
            shelf.write_marks(marks[kind])

    # ---- What else there is to do ---------------------------------------------------------------

    def has_work(self) -> bool:
        """Tell whether `work` has more to do."""
        return any(shelf.has_work() for shelf in self.shelves.values())

    def wants_more(self) -> bool:
        """Tell whether there should be more slots than there are."""
        return any(shelf.wants_more() or shelf.stalled for shelf in self.shelves.values())

    def make_first_slots(self, room: DiskRoom) -> None:
        """Give a new folder its slots; what the disk does not take comes later."""
        for shelf in self.shelves.values():
            while not shelf.slots and self._grow(shelf, room):
                pass

    def work(self, room: DiskRoom) -> bool:
        """Do a step of all that has to be done; False where an export stands in the way."""
        for shelf in self.shelves.values():
            shelf.sweep_step()
            if shelf.wants_more() or shelf.growth is not None:
                self._grow(shelf, room)
        return self.wipe()

    def wipe(self) -> bool:
        """Do a step of wiping what was deleted; False where an export is reading right now."""
        if not any(shelf.wiping for shelf in self.shelves.values()):
            return True
        with locked(self._folder.export_lock, wait=False) as alone:
            for shelf in self.shelves.values() if alone else ():
                shelf.wipe_step()
            return alone

    def wipe_all(self) -> bool:
        """Wipe all that was deleted; False where that is done later.

        A running server does it itself, beside what comes: each change of hands would have both
        read everything anew. Else others have their turn between some steps and the next, so nobody
        may be changing anything in it.
        """
        while not server_is_running(self._folder):
            with self.changing():
                for _ in range(STEPS_A_HOLD):
                    if self.is_wiped():
                        return True
                    if not self.wipe():
                        return False
        return self._is_known and self.is_wiped()

    def is_wiped(self) -> bool:
        """Tell whether nothing that was deleted still lies there."""
        return not any(shelf.wiping for shelf in self.shelves.values())

    def _grow(self, shelf: Shelf, room: DiskRoom) -> bool:
        """Do a step towards more slots; False where there are no more to be had now."""
        if shelf.growth is None or shelf.is_stuck():
            more = room.step(shelf.kind, shelf.slots)
            if not more:
                return False
            shelf.begin_growth(more)
        if shelf.stalled and room.left(shelf.kind) < shelf.missing_bytes():
            return False
        shelf.stalled = False
        try:
            # Nothing moves while an export reads.
            with locked(self._folder.export_lock, wait=False) as alone:
                if alone or not shelf.is_dealing():
                    shelf.grow_step()
                    return True
                return False
        except OSError as error:
            if not is_full(error) or shelf.is_dealing():
                raise
            shelf.disk_took_no_more()
            return shelf.is_dealing()
