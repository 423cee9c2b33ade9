"""What a visit to the reply board costs, of a thousand records and of a hundred thousand."""

import hashlib
import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from crypto.sizes import RECORD_SIZE
from intake.storage.connections import connect, rewrite, writing
from intake.storage.folder import DataFolder
from intake.storage.rows import record_rows
from tests.bench.figures import Figure, measurement
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, serving
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import today

SIZES = (1_000, 10_000, 100_000)
VISITS, ROUNDS = 300, 5
VISIT_LIMIT_BYTES = 1.1e6
TIME_LIMIT = 1.3
RECORDS_A_BUCKET = 128


def bits_for(records: int) -> int:
    """Return the bits that a directory has in the end, growing by one at a time."""
    bits = 0
    while records >> bits > RECORDS_A_BUCKET:
        bits += 1
    return bits


def _board(folder: Path, size: int) -> Path:
    """A data folder whose board has so many records, as it is after an export."""
    day = today()
    bits = bits_for(size)
    office = PracticeOffice.create(day, bucket_bits=bits)
    folder.mkdir()
    data = first_import(office, folder / "data", day)
    records = ((random.randrange(1 << bits), os.urandom(RECORD_SIZE)) for _ in range(size))
    hashed = ((value, hashlib.sha256(record).digest(), record) for value, record in records)
    where = DataFolder(data)
    with closing(connect(where)) as database:
        with writing(database, where):
            record_rows.add(database, "main", 1, bits, hashed)
        rewrite(database, where)
    return data


def _busy_seconds(server: ServerProcess) -> float:
    """How long the server's threads have had a processor, in all."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _visit(server: ServerProcess, bits: int) -> tuple[float, int]:
    """Visit buckets at random; returns the server's milliseconds a visit, and the largest."""
    where = urlsplit(server.address)
    largest = 0
    with closing(HTTPConnection(where.hostname or "", where.port)) as http:
        before = _busy_seconds(server)
        for _ in range(VISITS):
            http.request("GET", f"/v1/board/{bits}/{random.randrange(1 << bits)}")
            answer = http.getresponse()
            assert answer.status == 200
            largest = max(largest, len(answer.read()))
        spent = _busy_seconds(server) - before
    return 1000 * spent / VISITS, largest


@measurement
def board_visits() -> Iterator[Figure]:
    """Bytes of one visit, and the server's time for it, by the size of the board."""
    with tempfile.TemporaryDirectory(prefix="fidelio-bench-") as name, ExitStack() as stack:
        servers = {
            size: stack.enter_context(serving(_board(Path(name) / str(size), size)))
            for size in SIZES
        }
        rounds: dict[int, list[tuple[float, int]]] = {size: [] for size in SIZES}
        for _ in range(ROUNDS):
            for size, server in servers.items():
                rounds[size].append(_visit(server, bits_for(size)))
    spent = {size: statistics.median(one for one, _ in took) for size, took in rounds.items()}
    largest = max(size for _, size in rounds[SIZES[-1]])
    ratio = largest / VISIT_LIMIT_BYTES
    yield Figure("board_visit_size", largest / 1e6, "MB", ratio, 1.0, is_limit=True)
    for size in SIZES[1:]:
        ratio = statistics.median(
            one / first for (one, _), (first, _) in zip(rounds[size], rounds[SIZES[0]], strict=True)
        )
        yield Figure(f"board_visit_of_{size}", spent[size], "ms", ratio, TIME_LIMIT, is_limit=True)
