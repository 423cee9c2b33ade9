"""Running the server: its data folder, its socket, its life from start to signal."""

import asyncio
import signal
import socket
import stat
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aiohttp import web

from ground.disk.durable import sync_folder
from ground.disk.locks import locked
from ground.disk.replaced_files import replace_file
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.server import faults
from intake.server.admission import Admission
from intake.server.app import Parts, make_app
from intake.server.board import Board
from intake.server.config import Settings, read_settings, settings_file
from intake.server.forgetting import Forgetting
from intake.server.hardening import harden
from intake.server.quiet import QuietServer
from intake.server.served_office import ServedOffice
from intake.server.upkeep import run_upkeep, work_out_admission
from intake.storage.beat import Beat
from intake.storage.database import prepare_database
from intake.storage.disk_faults import disk_faults_said
from intake.storage.disk_room import DiskRoom
from intake.storage.folder import DataFolder, create_folder
from intake.storage.reading import Reader
from intake.storage.writer import Writer

BACKLOG: Final = 1024
"""Connections that wait to be accepted."""

GRACE_SECONDS: Final = 20.0
"""How long requests that are under way may go on after a signal to stop."""


@dataclass(frozen=True)
class Listen:
    """Where to listen: a host and port, or a Unix socket's path."""

    host: str = ""
    port: int = 0
    unix: Path | None = None


def serve(
    path: Path, listen: Listen, say: Callable[[str], None], pause_seconds: int | None = None
) -> bool:
    """Serve a data folder, made if it is not there, until SIGTERM or SIGINT. True then.

    False where it could not go on. `say` is given the address once connections are accepted.
    `pause_seconds`: the longest time without writing, where it is not to be that of the settings.
    """
    harden()
    folder = create_folder(path)
    with locked(folder.serve_lock, wait=False) as alone:
        if not alone:
            raise Refusal(
                f"another `intake serve` is using {foreign_path(folder.path)}",
                "stop that one first: one server to a data folder",
            )
        with disk_faults_said(folder):
            prepare_database(folder)
            _write_settings(folder)
            settings = read_settings(folder)
            if pause_seconds is not None:
                settings = replace(settings, beat_seconds=pause_seconds)
            unclean = folder.serving.exists()
            folder.serving.touch()
            sync_folder(folder.path)
        faults.be_silent()
        with asyncio.Runner(debug=False) as runner:
            return runner.run(_serve(folder, settings, listen, unclean, say))


def _write_settings(folder: DataFolder) -> None:
    """Write the file that explains every setting, unless it is there. It may come another time."""
    if not folder.settings.exists():
        with suppress(OSError):
            replace_file(folder.settings, settings_file().encode())


async def _serve(
    folder: DataFolder,
    settings: Settings,
    listen: Listen,
    unclean: bool,
    say: Callable[[str], None],
) -> bool:
    loop = asyncio.get_running_loop()
    faults.quiet_loop(loop)
    stop: asyncio.Future[bool] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _settle, stop, True)
    async with AsyncExitStack() as stack:
        reader = Reader(folder)
        stack.callback(reader.close)
        room = DiskRoom(folder, settings.disk_floor, settings.envelope_quota)
        writer = Writer(
            folder,
            room=room,
            beat=Beat(settings.beat_seconds),
            sweep=unclean,
            on_fault=faults.report,
            on_end=lambda: _settle(stop, False),
        )
        stack.callback(_leave_in_order, folder, stop, writer)
        stack.push_async_callback(writer.close)
        office = ServedOffice(reader)
        admission = Admission(settings, room, office.in_force, writer.free_slots)
        board = Board(office, reader)
        parts = Parts(folder, settings, reader, office, admission, writer, board)
        await work_out_admission(parts)
        await board.refresh()
        upkeep = asyncio.create_task(run_upkeep(parts))
        stack.callback(upkeep.cancel)
        forgetting = Forgetting()
        forgets = asyncio.create_task(forgetting.run_forgetting())
        stack.callback(forgets.cancel)
        server = QuietServer(make_app(parts), settings, forgetting.connection_closed)
        runner = web.ServerRunner(server, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        say(await _listen(runner, listen))
        return await stop


def _leave_in_order(folder: DataFolder, stop: "asyncio.Future[bool]", writer: Writer) -> None:
    """Remove the mark of a running server, unless the next one has slots to sweep."""
    if stop.done() and stop.result() and writer.swept():
        folder.serving.unlink()


def _settle(stop: "asyncio.Future[bool]", in_order: bool) -> None:
    if not stop.done():
        stop.set_result(in_order)


async def _listen(runner: web.ServerRunner, listen: Listen) -> str:
    """Accept connections; returns the address, with the port that was really taken."""
    try:
        if listen.unix is not None:
            _remove_stale(listen.unix)
            await web.UnixSite(runner, str(listen.unix), backlog=BACKLOG).start()
            listen.unix.chmod(0o660)
            return f"unix:{listen.unix}"
        site = web.TCPSite(runner, listen.host, listen.port, backlog=BACKLOG)
        await site.start()
    except OSError as error:
        raise Refusal(
            f"cannot listen there: {error.strerror}",
            "give another --listen HOST:PORT or --unix PATH; port 0 takes any that is free",
        ) from None
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return f"http://{host}:{site.port}/"


def _remove_stale(path: Path) -> None:
    """Remove a socket that nobody listens on any more, as a killed server leaves it."""
    if not path.exists() or not stat.S_ISSOCK(path.stat().st_mode):
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
