"""What a visit to the whole board costs, of a small office and of one that should be split."""

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from crypto.days import week_of
from crypto.names import Week
from crypto.sizes import RECORD_SIZE
from crypto.volumes import parse_volumes
from intake.storage.connections import connect, writing
from intake.storage.folder import DataFolder
from intake.storage.rows import office_rows, volume_rows
from tests.bench.figures import Figure, measurement
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, serving
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import today

WEEKS = 26
SMALL, LARGE = 2 * 32, 1_800
"""Records a week: a batch of 32 from each of two recipients; and 48 MB in half a year."""
VISITS, ROUNDS = 20, 5
VISIT_LIMIT_BYTES = 1.8e6
TIME_LIMIT = 1.3


def _board(folder: Path, records_a_week: int) -> Path:
    """A data folder whose board is that of half a year."""
    day = today()
    folder.mkdir()
    data = first_import(PracticeOffice.create(day), folder / "data", day)
    where = DataFolder(data)
    with closing(connect(where)) as database, writing(database, where):
        for back in range(WEEKS):
            records = (os.urandom(RECORD_SIZE) for _ in range(records_a_week))
            volume_rows.add(database, Week(week_of(day) - back), records)
        office_rows.new_edition(database)
    return data


def _busy_seconds(server: ServerProcess) -> float:
    """How long the server's threads have had a processor, in all."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _visit(server: ServerProcess) -> tuple[float, int]:
    """Load the whole board again and again; returns the server's milliseconds a MB, and its bytes.

    All that was loaded counts: the list, and every volume.
    """
    where = urlsplit(server.address)
    size = 0
    with closing(HTTPConnection(where.hostname or "", where.port)) as http:
        before = _busy_seconds(server)
        for _ in range(VISITS):
            listed = _get(http, "/v1/board")
            volumes = parse_volumes(listed)
            size = len(listed)
            size += sum(len(_get(http, f"/v1/board/{one.hash.hex()}")) for one in volumes)
        spent = _busy_seconds(server) - before
    return 1e9 * spent / VISITS / size, size


def _get(http: HTTPConnection, path: str) -> bytes:
    http.request("GET", path)
    answer = http.getresponse()
    assert answer.status == 200
    return answer.read()


@measurement
def board_visits() -> Iterator[Figure]:
    """Bytes of one visit, and the server's time for a MB of it, by the size of the board."""
    with tempfile.TemporaryDirectory(prefix="fidelio-bench-") as name, ExitStack() as stack:
        servers = {
            size: stack.enter_context(serving(_board(Path(name) / str(size), size)))
            for size in (SMALL, LARGE)
        }
        rounds: dict[int, list[tuple[float, int]]] = {size: [] for size in servers}
        for _ in range(ROUNDS):
            for size, server in servers.items():
                rounds[size].append(_visit(server))
    spent = {size: statistics.median(one for one, _ in took) for size, took in rounds.items()}
    visit = rounds[SMALL][0][1]
    ratio = visit / VISIT_LIMIT_BYTES
    yield Figure("board_visit_size", visit / 1e6, "MB", ratio, 1.0, is_limit=True)
    ratio = statistics.median(
        one / first for (one, _), (first, _) in zip(rounds[LARGE], rounds[SMALL], strict=True)
    )
    yield Figure("board_visit_of_48_mb", spent[LARGE], "ms/MB", ratio, TIME_LIMIT, is_limit=True)
