"""What lies in a data folder's slots, looked at and put there without a server."""

import hashlib
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path

from crypto.names import Week
from intake.storage.damage import Damage
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.slots.records import Item, encode_item
from intake.storage.slots.store import Store
from intake.storage.slots.survey import survey
from intake.storage.uploads import Outcome, Upload


def stored_items(data: Path, kind: Kind) -> dict[bytes, Item]:
    """The items of a kind by their address or id."""
    return {item.key: item for item in survey(DataFolder(data), kind).items}


def store_items(data: Path, kind: Kind, bodies: Iterable[bytes], week: int) -> list[bytes]:
    """Store bodies under their SHA-256, as of a week; returns these."""
    uploads = []
    for body in bodies:
        digest = hashlib.sha256(body).digest()
        uploads.append(Upload(kind, digest, digest, body, Week(week)))
    room = DiskRoom(DataFolder(data), 0, 0)
    with closing(Store(DataFolder(data), on_damage=no_damage)) as store, store.changing():
        store.store(uploads, room)
    assert {upload.outcome for upload in uploads} <= {Outcome.DURABLE}
    return [upload.key for upload in uploads]


def date_back(data: Path, keys: Collection[bytes], week: int) -> None:
    """Say of items that they came in another week."""
    with closing(Store(DataFolder(data), on_damage=no_damage)) as store, store.changing():
        for shelf in store.shelves.values():
            dated = [item.renewed(Week(week)) for key, item in shelf.items.items() if key in keys]
            shelf.index.write({item.slot: encode_item(item) for item in dated})
            shelf.know(dated)


def no_damage(damage: Damage) -> None:
    """Take no damaged place for granted."""
    raise AssertionError(damage)
