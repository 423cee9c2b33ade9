"""How fast the server makes uploads durable, and what memory it takes for that."""

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from crypto.names import Week
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from intake.storage.beat import QUICK_SECONDS
from intake.storage.folder import DataFolder, create_folder, open_folder
from intake.storage.kinds import Kind
from intake.storage.slots.marks import encode_marks
from intake.storage.slots.records import encode_item, encode_unused, new_item
from intake.storage.slots.store import Store
from tests.bench.figures import Figure, compared, measurement
from tests.bench.uploads import chunk_requests, envelope_requests, uploads_a_second
from tests.means.repository import REPOSITORY
from tests.offices.first_import import first_import
from tests.offices.server_process import serving
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import today

ENVELOPES, ENVELOPE_CLIENTS, ENVELOPE_TARGET = 3_000, 64, 0.5
CHUNKS, CHUNK_CLIENTS, CHUNK_TARGET = 500, 64, 1.0
ROOMY = {Kind.ENVELOPE: 4_096, Kind.CHUNK: 1_024}
ALONE, ALONE_LIMIT = 30, 1.5
FULL_SLOTS, ITEMS, START_LIMIT_SECONDS = 131_072, 60_000, 2.0
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


def _durably(requests: list[bytes], clients: int, *, roomy: bool = True) -> float:
    with _copied() as data:
        if roomy:
            _make_slots(open_folder(data))
        with serving(data) as server:
            return uploads_a_second(server.address, requests, clients)


def _make_slots(folder: DataFolder) -> None:
    """Make so many slots that none need be added: as in a server that has run for a while."""
    with closing(Store(folder, on_damage=lambda _: None)) as store, store.changing():
        for kind, shelf in store.shelves.items():
            shelf.begin_growth(ROOMY[kind])
            while shelf.growth is not None:
                shelf.grow_step()


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
def envelopes_into_a_new_folder() -> Iterator[Figure]:
    """The same where the slots are doubled three times meanwhile, and all is dealt anew."""
    requests = envelope_requests(ENVELOPES, ENVELOPE_SIZE)
    value, ratio = compared(
        lambda: _durably(requests, ENVELOPE_CLIENTS, roomy=False),
        lambda: _barely("nothing", requests, ENVELOPE_CLIENTS),
        rounds=1,
    )
    yield Figure("envelopes_into_a_new_folder", value, "put/s", ratio, 0.0)


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


@measurement
def alone() -> Iterator[Figure]:
    """How long one envelope takes that comes alone, against half a beat and three syncs."""
    requests = envelope_requests(ALONE, ENVELOPE_SIZE)
    with _copied() as data, serving(data) as server:
        seconds = []
        for request in requests:
            time.sleep(random.uniform(0.25, 0.5))
            seconds.append(1 / uploads_a_second(server.address, [request], 1))
        expected = QUICK_SECONDS / 2 + 3 * _seconds_of_a_sync(data)
    mean = statistics.mean(seconds)
    yield Figure("alone", mean, "s", mean / expected, ALONE_LIMIT, is_limit=True)


def _seconds_of_a_sync(folder: Path) -> float:
    """Return how long it takes until an envelope is durable that is written over another."""
    path, seconds = folder / "synced", []
    path.write_bytes(os.urandom(64 * ENVELOPE_SIZE))
    with path.open("r+b", buffering=0) as file:
        os.fsync(file.fileno())
        for number in range(30):
            os.pwrite(file.fileno(), os.urandom(ENVELOPE_SIZE), number * ENVELOPE_SIZE)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - began)
    path.unlink()
    return statistics.median(seconds)


@measurement
def start_with_full_slots() -> Iterator[Figure]:
    """How long a server takes to know 60,000 envelopes, as a share of what it may take."""
    with tempfile.TemporaryDirectory(dir=_room().name) as name:
        folder = create_folder(Path(name) / "data")
        _fill(folder)
        seconds = [_seconds_to_know(folder) for _ in range(3)]
    value = statistics.median(seconds)
    yield Figure(
        "start_with_full_slots", value, "s", value / START_LIMIT_SECONDS, 1.0, is_limit=True
    )


def _fill(folder: DataFolder) -> None:
    """Make an index that is full; bodies are not read at a start, so there are none."""
    kind = Kind.ENVELOPE
    slots = random.sample(range(FULL_SLOTS), ITEMS)
    keys = {slot: os.urandom(32) for slot in slots}
    items = {slot: new_item(kind, key, key, Week(3000), slot) for slot, key in keys.items()}
    records = b"".join(
        encode_item(items[slot]) if slot in items else encode_unused(kind, slot)
        for slot in range(FULL_SLOTS)
    )
    for path in folder.index(kind):
        path.write_bytes(records)
    folder.marks(kind).write_bytes(encode_marks(items.values(), {}, FULL_SLOTS))
    with folder.bodies(kind).open("wb") as file:
        file.truncate(FULL_SLOTS * ENVELOPE_SIZE)


def _seconds_to_know(folder: DataFolder) -> float:
    began = time.perf_counter()
    with closing(Store(folder, on_damage=lambda _: None)) as store, store.changing():
        assert len(store.shelves[Kind.ENVELOPE].items) == ITEMS
    return time.perf_counter() - began
