"""How fast the server makes uploads durable, and what memory it takes for that."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from tests.bench.figures import Figure, compared, measurement
from tests.bench.uploads import chunk_requests, envelope_requests, uploads_a_second
from tests.means.repository import REPOSITORY
from tests.offices.first_import import first_import
from tests.offices.server_process import serving
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import today

ENVELOPES, ENVELOPE_CLIENTS, ENVELOPE_TARGET = 3_000, 64, 0.35
CHUNKS, CHUNK_CLIENTS, CHUNK_TARGET = 400, 8, 0.5
MEMORY_LIMIT_MIB = 120


@cache
def _room() -> "tempfile.TemporaryDirectory[str]":
    """A folder for all of this, gone when the process ends."""
    return tempfile.TemporaryDirectory(prefix="fidelio-bench-")


@cache
def _imported() -> Path:
    """A data folder after an office's first bundle."""
    folder = Path(_room().name)
    day = today()
    office = PracticeOffice.create(day)
    return first_import(office, folder / "data", day)


@contextmanager
def _copied() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=_room().name) as name:
        data = Path(name) / "data"
        shutil.copytree(_imported(), data, symlinks=True)
        yield data


@contextmanager
def _bare(store: str) -> Iterator[str]:
    """The address of the same handlers over another store."""
    with _copied() as data:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bare_server", str(data), store],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("Serving on ").strip()
        finally:
            process.kill()
            process.communicate()


def _durably(requests: list[bytes], clients: int) -> float:
    with _copied() as data, serving(data) as server:
        return uploads_a_second(server.address, requests, clients)


def _barely(store: str, requests: list[bytes], clients: int) -> float:
    with _bare(store) as address:
        return uploads_a_second(address, requests, clients)


@measurement
def durable_envelopes() -> Iterator[Figure]:
    """Envelopes a second, compared with the same handler that reads, hashes and forgets."""
    requests = envelope_requests(ENVELOPES, ENVELOPE_SIZE)
    value, ratio = compared(
        lambda: _durably(requests, ENVELOPE_CLIENTS),
        lambda: _barely("nothing", requests, ENVELOPE_CLIENTS),
    )
    yield Figure("durable_envelopes", value, "put/s", ratio, ENVELOPE_TARGET)


@measurement
def durable_chunks() -> Iterator[Figure]:
    """Chunk throughput, compared with the same handler writing each to a new synced file."""
    requests = chunk_requests(CHUNKS, CHUNK_SIZE)
    value, ratio = compared(
        lambda: _durably(requests, CHUNK_CLIENTS),
        lambda: _barely("files", requests, CHUNK_CLIENTS),
    )
    yield Figure("durable_chunks", value * CHUNK_SIZE / 1e6, "MB/s", ratio, CHUNK_TARGET)


@measurement
def server_memory() -> Iterator[Figure]:
    """The server's memory at its highest through both loads, as a share of its limit."""
    with _copied() as data, serving(data) as server:
        uploads_a_second(
            server.address, envelope_requests(ENVELOPES, ENVELOPE_SIZE), ENVELOPE_CLIENTS
        )
        uploads_a_second(server.address, chunk_requests(CHUNKS, CHUNK_SIZE), CHUNK_CLIENTS)
        used = server.memory_kib() / 1024
    yield Figure("server_memory", used, "MiB", used / MEMORY_LIMIT_MIB, 1.0, is_limit=True)
