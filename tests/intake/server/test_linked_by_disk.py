"""Whoever copies the data folder, at any moment, finds no order of arrival in it, and no time.

Copies are taken under load, at rest, after a kill, after an orderly stop, and while the slots are
doubled and dealt anew. In each, every file is searched as bytes for every id, digest and body,
without any knowledge of formats, and SQLite's files page by page as well. What is found is set
against the order of arrival: Kendall's tau within chance. All that came lies in one week.

"""

import asyncio
import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from tests.means.order_on_disk import PROBE, Arrivals, copied, deviation, found_in, orders
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import PracticeOffice, confirmation, read_export

BOUND = 5.0
"""Standard deviations; honest chance passes it once in two million places that are looked at."""


# ---- The measure ---------------------------------------------------------------------------------


def test_the_measure_sees_order() -> None:
    assert deviation(range(100)) > BOUND
    assert deviation(range(100, 0, -1)) < -BOUND
    assert abs(deviation(random.sample(range(1000), 100))) < BOUND


def test_the_search_finds_a_value_at_any_place() -> None:
    values = [os.urandom(PROBE) for _ in range(30)]
    content = b"".join(bytes(random.randrange(20)) + value for value in values + values)
    assert found_in(content, values) == {
        number: (content.find(value), content.rfind(value)) for number, value in enumerate(values)
    }


# ---- The copies ----------------------------------------------------------------------------------


def tell_nothing(copy: Path, arrivals: Arrivals) -> None:
    """Fail where a copy tells what came first; the copy goes."""
    found = dict(orders(copy, arrivals))
    shutil.rmtree(copy)
    assert any("by body" in name for name in found)
    telling = {name: round(far, 1) for name, far in found.items() if abs(far) > BOUND}
    assert telling == {}


def slots_of(server: ServerProcess) -> int:
    return (server.data / "envelopes.bin").stat().st_size // ENVELOPE_SIZE


async def load(
    http: aiohttp.ClientSession, arrivals: Arrivals, count: int, uploaders: int = 6
) -> None:
    """Send so many, most of them envelopes, some at a time."""
    left = iter(range(count))

    async def upload() -> None:
        for number in left:
            kind = ("chunks", CHUNK_SIZE) if number % 5 == 0 else ("envelopes", ENVELOPE_SIZE)
            await arrivals.send(http, *kind)

    await asyncio.gather(*(upload() for _ in range(uploaders)))


@pytest.mark.long
async def test_no_copy_of_the_folder_tells_what_came_first(
    data: Path, office: PracticeOffice, today: Day
) -> None:
    """Under load, at rest, after an import, a kill, a stop, and at every stage of two doublings."""
    arrivals, number = Arrivals(), 0
    with serving(data) as server:
        async with client(server) as http:
            for _ in range(14):
                sending = asyncio.create_task(load(http, arrivals, 60))
                await asyncio.sleep(random.uniform(0.1, 2))
                copy = copied(server, f"under-load-{number}")
                number += 1
                so_far = arrivals.so_far()
                await asyncio.to_thread(tell_nothing, copy, so_far)
                await sending
            assert slots_of(server) > 512
            tell_nothing(copied(server, "just-after"), arrivals)
            await asyncio.sleep(3)
            tell_nothing(copied(server, "at-rest"), arrivals)
            out = data.with_name("out")
            succeed("export", "--data", data, "--recipient", "main", "--out", out)
            read = read_export(out.read_bytes())
            bundle = data.with_name("bundle")
            confirmed = confirmation(1, read.envelopes, read.chunks.items())
            bundle.write_bytes(office.outbound("main", today, confirmed))
            succeed("import", "--data", data, bundle)
            tell_nothing(copied(server, "confirmed"), arrivals)
            await load(http, arrivals, 60)
        server.kill()
        tell_nothing(copied(server, "killed"), arrivals)
        server.restart()
        async with client(server) as http:
            await load(http, arrivals, 60)
        assert server.stop() == 0
        tell_nothing(copied(server, "stopped"), arrivals)


async def test_a_copy_under_load_and_one_at_rest_tell_no_order(data: Path) -> None:
    """The short form of the test above."""
    arrivals = Arrivals()
    with serving(data) as server:
        async with client(server) as http:
            await load(http, arrivals, 60)
            copy = copied(server, "under-load")
            tell_nothing(copy, arrivals)
            await asyncio.sleep(1.5)
            tell_nothing(copied(server, "at-rest"), arrivals)
        assert server.stop() == 0
    tell_nothing(copied(server, "stopped"), arrivals)


def test_the_database_names_nothing_that_a_source_sent(data: Path) -> None:
    """No id of an item stands in any of its tables, columns or pages."""
    with closing(sqlite3.connect(data / "intake.sqlite")) as database:
        names = {
            column
            for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            for _, column, *_ in database.execute(f"PRAGMA table_info({table})")
        }
    assert not names & {"address", "id", "digest", "slot"}


# ---- Times ---------------------------------------------------------------------------------------


def times(data: Path) -> dict[str, tuple[int, int]]:
    """When each file was changed, in nanoseconds: its content, and what is known of it."""
    found = {}
    for path in (data, *data.iterdir()):
        if not path.is_symlink():
            status = path.stat()
            found[path.name if path != data else "."] = (status.st_mtime_ns, status.st_ctime_ns)
    return found


async def test_no_file_s_time_tells_that_something_came(server: ServerProcess) -> None:
    """What is written at each beat is written whether or not something came; nothing else is."""
    await asyncio.sleep(2.5)
    before = times(server.data)
    async with client(server) as http:
        arrivals, moved = Arrivals(), set[str]()
        for kind, size in (("envelopes", ENVELOPE_SIZE), ("chunks", CHUNK_SIZE)):
            await arrivals.send(http, kind, size)
            came = time.time_ns()
            await asyncio.sleep(2.5)
            after = times(server.data)
            assert after.keys() == before.keys()
            moved = {name for name in after if after[name] != before[name]}
            # With nothing sent since, each has a later time than what came last.
            assert all(min(after[name]) > came for name in moved), kind
            before = after
        await asyncio.sleep(2.5)
        after = times(server.data)
        assert {name for name in after if after[name] != before[name]} == moved
    beating = {
        f"{kind}.{file}"
        for kind in ("envelopes", "chunks")
        for file in ("bin", "index", "index-copy", "marks")
    }
    assert beating | {"slots.generation", "."} == moved
