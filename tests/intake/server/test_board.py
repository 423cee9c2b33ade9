"""The board: whole, in volumes, the same for everybody, and none knows who has been there."""

import contextlib
import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from crypto.days import later, week_of
from crypto.names import Day, Week
from crypto.sizes import RECORD_SIZE
from crypto.volumes import Volume, check_volume, parse_volumes, volume_of
from tests.means.clock import clock_at
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import POLICY, PracticeOffice, batch


async def get(server: ServerProcess, path: str) -> tuple[int, bytes]:
    async with client(server) as http, http.get(path) as answer:
        return answer.status, await answer.read()


async def listed(server: ServerProcess) -> list[Volume]:
    status, body = await get(server, "/v1/board")
    assert status == 200
    return parse_volumes(body)


async def loaded(server: ServerProcess) -> dict[Week, list[bytes]]:
    """The whole board as a client loads it: the records of each week."""
    found = {}
    for volume in await listed(server):
        status, body = await get(server, f"/v1/board/{volume.hash.hex()}")
        assert status == 200
        check_volume(body, volume)
        found[volume.week] = records_of(body)
    return found


def records_of(body: bytes) -> list[bytes]:
    return [body[at : at + RECORD_SIZE] for at in range(0, len(body), RECORD_SIZE)]


def some_records(count: int = 64) -> list[bytes]:
    return [os.urandom(RECORD_SIZE) for _ in range(count)]


def take_in(data: Path, bundle: bytes, env: dict[str, str] | None = None) -> str:
    file = data.with_name(os.urandom(4).hex())
    file.write_bytes(bundle)
    return succeed("import", "--data", data, file, env=env)


async def test_a_board_without_batches_is_an_empty_list(server: ServerProcess) -> None:
    """A volume has one record or more."""
    assert await get(server, "/v1/board") == (200, b'{"volumes":[]}')


async def test_all_batches_of_a_week_are_one_volume(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """Sorted by hash, so that nothing tells whose records came first or in which batch."""
    mine, theirs = some_records(), some_records()
    take_in(server.data, office.outbound("main", today, batch(1, mine)))
    assert await loaded(server) == {week_of(today): records_of(volume_of(mine))}
    take_in(server.data, office.outbound("board", today, batch(1, theirs)))
    assert await loaded(server) == {week_of(today): records_of(volume_of(mine + theirs))}


async def test_a_volume_of_before_is_not_found_and_the_new_list_has_the_new_one(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """So a client that meets an import loads one volume twice, and nothing of it is missing."""
    take_in(server.data, office.outbound("main", today, batch(1, 16)))
    (before,) = await listed(server)
    take_in(server.data, office.outbound("main", today, batch(2, 16)))
    assert (await get(server, f"/v1/board/{before.hash.hex()}"))[0] == 404
    (after,) = await listed(server)
    assert after.records == 32


@pytest.mark.parametrize("first", ["main", "board"])
async def test_a_record_in_two_batches_is_there_once(
    server: ServerProcess, office: PracticeOffice, today: Day, first: str
) -> None:
    """Whoever copies another's records decides nothing about them, and nobody loads more."""
    records = some_records()
    for sender in (first, "main", "board"):
        take_in(server.data, office.outbound(sender, today, batch(1, records)))
    assert await loaded(server) == {week_of(today): records_of(volume_of(records))}
    assert "64 records" in succeed("status", "--data", server.data)


@pytest.mark.parametrize(
    "path", ["/", "/0/0", "/" + "00" * 32, "/" + "AB" * 32, "/" + "ab" * 31, "/a?b"]
)
async def test_nothing_else_of_the_board_is_found(server: ServerProcess, path: str) -> None:
    """No request can name what a visitor looks for.

    Finding: Signal, an address to poll for each user.
    """
    assert (await get(server, f"/v1/board{path}"))[0] == 404


async def test_a_head_has_the_length_and_no_body(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """As of anything else that is given out; and no cache keeps it."""
    take_in(server.data, office.outbound("main", today, batch(1, 64)))
    (volume,) = await listed(server)
    async with client(server) as http:
        for path, length in (("", None), (f"/{volume.hash.hex()}", 64 * RECORD_SIZE)):
            async with http.head(f"/v1/board{path}") as answer:
                assert answer.status == 200
                assert answer.headers["Cache-Control"] == "no-store"
                assert length in (None, int(answer.headers["Content-Length"]))
                assert await answer.read() == b""


async def test_volumes_are_by_week_and_gone_when_their_age_is_that_of_the_policy(
    tmp_path: Path, today: Day
) -> None:
    """An older week's volume never changes; one that is over is neither listed nor given out."""
    begin = later(today, -8)
    office = PracticeOffice.create(begin, policy=POLICY, batch_size=16)
    data = first_import(office, tmp_path / "data", begin, env=clock_at(begin))
    old, new = some_records(16), some_records(16)
    take_in(data, office.outbound("main", begin, batch(1, old)), env=clock_at(begin))
    take_in(data, office.outbound("main", today, batch(2, new)), env=clock_at(today))
    both = {week_of(today): records_of(volume_of(new)), week_of(begin): records_of(volume_of(old))}
    with serving(data, env=clock_at(today)) as server:
        assert await loaded(server) == both
    # Age counts from the last day of the week.
    last = later(Day(7 * week_of(begin) + 6), POLICY.reply_days)
    with serving(data, env=clock_at(last - 1)) as server:
        assert list(await loaded(server)) == [week_of(today), week_of(begin)]
    with serving(data, env=clock_at(last)) as server:
        assert list(await loaded(server)) == [week_of(today)]


async def test_a_visit_to_the_board_reads_no_disk(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """So none is faster because another was here before, and no file tells when one was.

    What the server gave out would be gone, if it looked for it when it is asked.
    """
    take_in(server.data, office.outbound("main", today, batch(1, 256)))
    (volume,) = await listed(server)
    with contextlib.closing(sqlite3.connect(server.data / "intake.sqlite")) as database, database:
        database.execute("DELETE FROM volume")
    status, body = await get(server, f"/v1/board/{volume.hash.hex()}")
    assert (status, hashlib.sha256(body).digest()) == (200, volume.hash)
    assert await listed(server) == [volume]
