"""What the server does by the clock: deleting what is over, and working out what it accepts."""

import asyncio
import time
from typing import Final

from crypto.errors import ProtocolError
from intake.clock import today
from intake.server import faults
from intake.server.app import Parts
from intake.storage.database import overwrite_old_pages
from intake.storage.disk_faults import STORAGE_FAULTS

TICK_SECONDS: Final = 2.0
"""How often clock and disk are looked at. What follows from the clock waits for a full hour."""

_HOUR: Final = 3_600


async def run_upkeep(parts: Parts) -> None:
    """Until cancelled: retention and admission at every full hour and after each import."""
    done: tuple[int, bytes | None] | None = None
    to_overwrite = False
    while True:
        try:
            due = (int(time.time() // _HOUR), parts.office.edition())
            if due != done:
                await drop_what_is_over(parts)
                await work_out_admission(parts)
                # As it was before: an import that came meanwhile has a turn of its own.
                done = due
                to_overwrite = True
            await parts.board.refresh()
            if to_overwrite:
                to_overwrite = not await asyncio.to_thread(overwrite_old_pages, parts.folder)
            parts.admission.reopen_where_disk_has_room()
        except (*STORAGE_FAULTS, ProtocolError) as error:
            faults.report(error)
        await asyncio.sleep(TICK_SECONDS)


async def drop_what_is_over(parts: Parts) -> None:
    """Delete by age, where the clock can be believed."""
    in_force = parts.office.in_force()
    if in_force is not None:
        await parts.writer.retire(in_force.directory, today)


async def work_out_admission(parts: Parts) -> None:
    """Judge anew what is accepted, by how much lies here."""
    in_force = parts.office.in_force()
    recipients = [] if in_force is None else in_force.recipients()
    parts.admission.work_out(await parts.reader.load(recipients))
