"""What the server does by the clock: deleting what is over, and working out what it accepts."""

import asyncio
import sqlite3
import time
from contextlib import closing
from typing import Final

from crypto.errors import ProtocolError
from intake.server import faults
from intake.server.app import Parts
from intake.server.office import day_of
from intake.storage.folder import DataFolder
from intake.storage.retention import retire
from intake.storage.sqlite import connect, empty_log

TICK_SECONDS: Final = 2.0
"""How often clock and disk are looked at. What follows from the clock waits for a full hour."""

_HOUR: Final = 3_600


async def keep_up(parts: Parts) -> None:
    """Until cancelled: retention and admission at every full hour and after each import."""
    done: tuple[int, bytes | None] | None = None
    to_overwrite = False
    while True:
        try:
            due = (int(time.time() // _HOUR), parts.office.edition())
            if due != done:
                await drop_what_is_over(parts)
                await parts.admission.work_out()
                done = (due[0], parts.office.edition())
                to_overwrite = True
            if to_overwrite:
                to_overwrite = not await asyncio.to_thread(_overwrite_what_is_over, parts.folder)
            parts.admission.look_at_disk()
        except (sqlite3.Error, OSError, ProtocolError) as error:
            faults.report(error)
        await asyncio.sleep(TICK_SECONDS)


async def drop_what_is_over(parts: Parts) -> None:
    """Delete by age, where the clock can be believed."""
    in_force = parts.office.in_force()
    if in_force is None:
        return
    directory, day = in_force.directory, day_of()

    def chore(connection: sqlite3.Connection) -> None:
        retire(connection, directory, day)

    await parts.writer.do(chore)


def _overwrite_what_is_over(folder: DataFolder) -> bool:
    """Put the overwritten pages into the database; False where somebody is reading just now."""
    with closing(connect(folder)) as connection:
        return empty_log(connection, folder)
