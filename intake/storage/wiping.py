"""Overwriting the slots of what was deleted."""

import sqlite3
from typing import Final

from ground.disk.locks import locked
from intake.storage.connections import writing
from intake.storage.container import Containers
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.rows import item_rows

STEP_SLOTS: Final = 32
"""Slots overwritten in one step (at most 8 MiB), so that nobody waits long for the lock."""


def wipe_step(
    connection: sqlite3.Connection, folder: DataFolder, containers: Containers
) -> list[tuple[Kind, int]] | None:
    """Overwrite a few slots and set them free; returns them, none where nothing is left to do.

    None where an export is reading slots right now: to be tried again later. The write lock is held
    throughout, so that no slot is given out and overwritten at once.
    """
    with locked(folder.export_lock, wait=False) as alone:
        if not alone:
            return None
        with writing(connection, folder):
            slots = item_rows.to_wipe(connection, STEP_SLOTS)
            for kind, container in containers.items():
                mine = [slot for its_kind, slot in slots if its_kind is kind]
                if mine:
                    container.overwrite(mine)
                    container.sync()
            item_rows.wiped(connection, slots)
        return slots


def wipe_all(connection: sqlite3.Connection, folder: DataFolder, containers: Containers) -> bool:
    """Overwrite all that is to be overwritten; False where an export stands in the way."""
    while True:
        slots = wipe_step(connection, folder, containers)
        if slots is None:
            return False
        if not slots:
            return True
