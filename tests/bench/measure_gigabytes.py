"""How fast files go from a source's device to the server, and from a vault to a folder."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from caseworker.casefile.case_folder import save_case
from crypto.codename import new_codename
from crypto.names import ChunkId
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE
from ground.shell.output import Output
from intake.source.message.files import ChosenFile
from intake.source.message.pieces import FileOnDisk
from intake.source.message.plan import Draft
from intake.source.person.codename_line import CodenameLine
from intake.source.person.session import Session, connect
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.api import IN_FLIGHT, Api, connected
from intake.source.reach.pace import MAX_SECONDS
from intake.source.reach.pinned import StateFolder
from intake.source.reach.route import Route
from intake.source.sending.delivery import deliver
from intake.source.sending.unsent_folders import UnsentFolder
from tests.bench.figures import Figure, compared, measurement
from tests.offices.first_import import first_import
from tests.offices.server_process import serving
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import free_port, today
from tests.offices.vaults import DAY, Office, Server, Source, at, make_office

SIZE = 400 * PIECE_SIZE
ROUNDS = 5
SEND_TARGET, SAVE_TARGET = 0.5, 0.3


@cache
def _room() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="fidelio-bench-")


@cache
def _film() -> Path:
    path = Path(_room().name) / "film"
    with path.open("wb") as file:
        for _ in range(SIZE // PIECE_SIZE):
            file.write(os.urandom(PIECE_SIZE))
    return path


# ---- from a source's device to the server --------------------------------------------------------


@cache
def _served() -> tuple[PracticeOffice, int, Path]:
    """An office, the port that its directory names, and a data folder after its first bundle."""
    folder, port = Path(_room().name), free_port()
    office = PracticeOffice.create(today(), address=f"http://127.0.0.1:{port}")
    return office, port, first_import(office, folder / "data", today())


@contextmanager
def _session() -> Iterator[Session]:
    """What a run of the client begins with, and a server that holds nothing yet."""
    _office, port, imported = _served()
    with tempfile.TemporaryDirectory(dir=_room().name) as name:
        data = Path(name) / "data"
        shutil.copytree(imported, data, symlinks=True)
        with serving(data, "--listen", f"127.0.0.1:{port}"):
            yield Session(
                route=Route(f"http://127.0.0.1:{port}", None),
                state=StateFolder(Path(name) / "state"),
                named_state=None,
                terminal=None,
                codename=CodenameLine(None, None),
                board_from="",
                language="en",
                patience=60.0,
                progress=ProgressInWords(),
                output=Output(),
                as_json=True,
            )


def _sealed() -> float:
    """Bytes a second of a report with one file: read, sealed, sent, its envelope last."""
    with _session() as session:
        office = connect(session, _served()[0].genesis_id)
        files = (ChosenFile(_film(), "film", ""),)
        draft = Draft("report", "The film shows it.", {}, files, tuple(office.keys), "en")
        began = time.perf_counter()
        with UnsentFolder(session.state, office.genesis_id) as folder:
            deliver(session, office, draft, new_codename, folder)
        return SIZE / (time.perf_counter() - began)


def _unsealed() -> float:
    """Bytes a second of the same file sent as it is, by the same requests, as many at once."""

    async def send(route: Route) -> None:
        async with connected(route) as api:
            pieces = iter(range(SIZE // PIECE_SIZE))
            await asyncio.gather(*(carry(api, pieces) for _ in range(IN_FLIGHT)))

    async def carry(api: Api, pieces: Iterator[int]) -> None:
        for piece in pieces:
            data = FileOnDisk(_film()).read(piece)[:PIECE_SIZE]
            chunk = data + bytes(CHUNK_SIZE - PIECE_SIZE)
            await api.put_chunk(ChunkId(os.urandom(32)), chunk, "", MAX_SECONDS)

    with _session() as session:
        began = time.perf_counter()
        asyncio.run(send(session.route))
        return SIZE / (time.perf_counter() - began)


@measurement
def sealed_sending() -> Iterator[Figure]:
    """A report with a file by the command line's own code, compared with the file unencrypted."""
    value, ratio = compared(_sealed, _unsealed, ROUNDS)
    yield Figure("sealed_sending", value / 1e6, "MB/s", ratio, SEND_TARGET)


# ---- from a vault to a folder --------------------------------------------------------------------


@cache
def _vault() -> Office:
    """An office whose vault has imported a report with that file."""
    folder = Path(_room().name) / "desk"
    office = Office(folder, make_office(folder))
    with office.opened() as vault:
        server = Server(vault.genesis_id, Path(_room().name))
    server.take(office.folder / "first.bundle")
    server.report(Source(server.genesis_id), files=[("film", _film().read_bytes())])
    office.bring(*server.export())
    return office


def _saved() -> float:
    """Bytes a second of saving the case, its vault open."""
    office = _vault()
    with tempfile.TemporaryDirectory(dir=_room().name) as name, office.opened() as vault:
        began = time.perf_counter()
        save_case(vault, 1, Path(name) / "case", at(DAY))
        return SIZE / (time.perf_counter() - began)


def _copied() -> float:
    """Bytes a second of copying the file so that it is on the disk."""
    with tempfile.TemporaryDirectory(dir=_room().name) as name:
        began = time.perf_counter()
        shutil.copyfile(_film(), Path(name) / "film")
        with (Path(name) / "film").open("rb") as file:
            os.fsync(file.fileno())
        return SIZE / (time.perf_counter() - began)


@measurement
def saving() -> Iterator[Figure]:
    """A case saved piece by piece, compared with copying its file with fsync."""
    _vault()
    value, ratio = compared(_saved, _copied, ROUNDS)
    yield Figure("saving", value / 1e6, "MB/s", ratio, SAVE_TARGET)
