"""The server's own handlers over a store that keeps nothing, or one new file a body.

What the store itself costs is the difference to this, so it overwrites the memory that it gives
back as the server does. Run as a process:

    python -m tests.bench.bare_server DATA nothing|files
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import cast

from aiohttp import web

from intake.server.admission import Admission
from intake.server.app import Parts, make_app
from intake.server.board import Board
from intake.server.config import Settings, read_settings
from intake.server.memory_overwritten import start_again
from intake.server.quiet import QuietServer
from intake.server.served_office import ServedOffice
from intake.server.upkeep import work_out_admission
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, open_folder
from intake.storage.kinds import Kind
from intake.storage.reading import Reader
from intake.storage.writer import Outcome, Writer


class NothingKept:
    """Says that all is durable and stores nothing."""

    async def store(
        self, kind: Kind, key: bytes, digest: bytes, body: bytes | bytearray, week: int
    ) -> Outcome:
        """Forget a body."""
        return Outcome.DURABLE


class NewFiles:
    """Writes each body to a new file and syncs it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder

    async def store(
        self, kind: Kind, key: bytes, digest: bytes, body: bytes | bytearray, week: int
    ) -> Outcome:
        """Keep a body in a file of its own."""
        await asyncio.to_thread(self._write, self._folder / key.hex(), body)
        return Outcome.DURABLE

    def _write(self, path: Path, body: bytes | bytearray) -> None:
        with path.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())


async def serve(folder: DataFolder, settings: Settings, store: NothingKept | NewFiles) -> None:
    """Serve until the process is ended."""
    reader = Reader(folder)
    office = ServedOffice(reader)
    room = DiskRoom(folder, settings.disk_floor, settings.envelope_quota)
    admission = Admission(settings, room, office.in_force, lambda _: 1_000_000)
    board = Board(office, reader)
    parts = Parts(folder, settings, reader, office, admission, cast(Writer, store), board)
    await work_out_admission(parts)
    runner = web.ServerRunner(QuietServer(make_app(parts), settings))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(f"Serving on http://127.0.0.1:{site.port}/", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Run over the store that the arguments name."""
    start_again()
    folder = open_folder(Path(sys.argv[1]))
    store = NewFiles(folder.path / "files") if sys.argv[2] == "files" else NothingKept()
    asyncio.run(serve(folder, read_settings(folder), store))


if __name__ == "__main__":
    main()
