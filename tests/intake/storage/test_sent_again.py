"""A chunk that is sent again stays where it is by then, whatever its group moved meanwhile."""

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from crypto.names import Week
from crypto.sizes import CHUNK_SIZE
from ground.disk.locks import locked
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, create_folder
from intake.storage.kinds import Kind
from intake.storage.slots.growth import Phase
from intake.storage.slots.store import Store
from intake.storage.uploads import Outcome, Upload
from tests.means.stored_items import no_damage

KIND = Kind.CHUNK
WEEK = Week(2970)
FREE = 4


def chunk(week: int, body: bytes | None = None) -> Upload:
    data = body or os.urandom(CHUNK_SIZE)
    digest = hashlib.sha256(data).digest()
    return Upload(KIND, digest, digest, data, Week(week))


def put(store: Store, room: DiskRoom, uploads: Iterable[Upload]) -> list[Upload]:
    """Store uploads as one group; returns them."""
    group = list(uploads)
    with store.changing():
        store.store(group, room)
    return group


def begin_dealing(store: Store, room: DiskRoom, folder: DataFolder) -> list[Upload]:
    """Fill a new store until items are being dealt, and few slots are left; returns what came.

    An export reads meanwhile, so that nothing moves.
    """
    shelf = store.shelves[KIND]
    with store.changing():
        store.make_first_slots(room)
        while store.has_work():
            store.work(room)
    came: list[Upload] = []
    while not shelf.wants_more():
        came += put(store, room, (chunk(WEEK) for _ in range(8)))
    with store.changing():
        while shelf.growth is None or shelf.growth.phase is not Phase.DEALING:
            store.work(room)
        store.work(room)
    with locked(folder.export_lock, shared=True):
        while shelf.free_slots() > FREE:
            few = min(8, shelf.free_slots() - FREE)
            came += put(store, room, (chunk(WEEK) for _ in range(few)))
    assert shelf.is_dealing()
    return came


def kept(store: Store, uploads: Iterable[Upload]) -> list[bool]:
    """Whether each of these can be read."""
    shelf = store.shelves[KIND]
    return [
        upload.key in shelf.items
        and shelf.container.read(shelf.items[upload.key].slot) == upload.body
        for upload in uploads
    ]


def test_a_chunk_that_moves_while_its_group_is_stored_is_not_lost(tmp_path: Path) -> None:
    """What else is in the group finds no slot before others were moved."""
    folder = create_folder(tmp_path / "data")
    room = DiskRoom(folder, 0, 0)
    with contextlib.closing(Store(folder, no_damage)) as store:
        came = begin_dealing(store, room, folder)
        slots = {key: item.slot for key, item in store.shelves[KIND].items.items()}
        again = [chunk(WEEK + 1, bytes(upload.body)) for upload in came]
        new = [chunk(WEEK + 1) for _ in range(3 * FREE)]
        put(store, room, again + new)
        assert {upload.outcome for upload in again} == {Outcome.KNOWN}
        assert {upload.outcome for upload in new} == {Outcome.DURABLE}
        items = store.shelves[KIND].items
        assert {item.week for item in items.values()} == {WEEK + 1}
        assert all(kept(store, came + new))
        assert any(items[key].slot != slot for key, slot in slots.items())
    with contextlib.closing(Store(folder, no_damage)) as store, store.changing():
        assert all(kept(store, came + new))
        while store.has_work():
            store.work(room)
        assert all(kept(store, came + new))
