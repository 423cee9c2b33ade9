"""What the server gives out: the directory, its keys, its status, the board."""

import gzip
import hashlib
from pathlib import Path

import pytest

from crypto.days import later
from crypto.names import Day
from crypto.sizes import RECORD_SIZE
from ground.days import today as day_of
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import PracticeOffice, batch, refinement


async def get(server: ServerProcess, path: str, encoding: str = "identity") -> tuple[int, bytes]:
    headers = {"Accept-Encoding": encoding}
    async with client(server) as http, http.get(path, headers=headers) as answer:
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        return answer.status, await answer.read()


def take_in(data: Path, bundle: bytes) -> str:
    file = data.with_name("next.bundle")
    file.write_bytes(bundle)
    return succeed("import", "--data", data, file)


def records_of(body: bytes) -> list[bytes]:
    return [body[at : at + RECORD_SIZE] for at in range(0, len(body), RECORD_SIZE)]


async def test_the_directory_comes_as_it_was_signed(
    server: ServerProcess, office: PracticeOffice
) -> None:
    """Byte by byte, also where a browser takes it compressed."""
    assert await get(server, "/v1/directory") == (200, office.document())
    status, compressed = await get(server, "/v1/directory", "gzip")
    assert (status, gzip.decompress(compressed)) == (200, office.document())
    assert len(compressed) < len(office.document())


async def test_every_listed_key_is_there_under_its_hash(
    server: ServerProcess, office: PracticeOffice
) -> None:
    """A page loads one key a recipient, by its hash."""
    for key in office.directory_keys():
        assert await get(server, f"/v1/keys/{hashlib.sha256(key).hexdigest()}") == (200, key)
    status, _ = await get(server, f"/v1/keys/{'00' * 32}")
    assert status == 404


async def test_the_status_says_the_day_and_that_all_is_open(server: ServerProcess) -> None:
    """Nothing else: no counts, no time."""
    async with client(server) as http, http.get("/v1/status") as answer:
        assert await answer.json() == {
            "day": day_of(),
            "envelopes": {"open": True},
            "chunks": {"open": True},
        }


async def test_without_an_office_everything_is_closed(tmp_path: Path) -> None:
    """The server says so before anyone types, and refuses uploads with the reason."""
    closed = {"open": False, "reason": "no-directory"}
    with serving(tmp_path / "new") as server:
        async with client(server) as http:
            async with http.get("/v1/status") as answer:
                status = await answer.json()
                assert (status["envelopes"], status["chunks"]) == (closed, closed)
            async with http.put(f"/v1/envelopes/{'00' * 32}", data=bytes(32_768)) as answer:
                assert answer.status == 503
                assert await answer.json() == {"error": "no-directory"}
            async with http.get("/v1/directory") as answer:
                assert answer.status == 404
                assert await answer.json() == {"error": "no-directory"}


async def test_an_expired_directory_closes_the_server_but_is_shown(
    tmp_path: Path, today: Day
) -> None:
    """Its contacts are signed, so they are still to be had."""
    office = PracticeOffice.create(later(today, -30))
    with serving(first_import(office, tmp_path / "data", today - 30)) as server:
        assert await get(server, "/v1/directory") == (200, office.document())
        async with client(server) as http:
            async with http.get("/v1/status") as answer:
                reason = (await answer.json())["envelopes"]["reason"]
                assert reason == "directory-expired"
            async with http.put(f"/v1/chunks/{'00' * 32}", data=bytes(262_144)) as answer:
                assert await answer.json() == {"error": "directory-expired"}


async def test_a_running_server_sees_a_new_directory(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """An import needs no restart."""
    newer = office.with_directory(bucket_bits=2)
    take_in(server.data, newer.outbound("main", today))
    assert await get(server, "/v1/directory") == (200, newer.document())
    assert (await get(server, "/v1/board/2/3"))[0] == 200
    assert (await get(server, "/v1/board/0/0"))[0] == 404


async def test_the_board_is_one_bucket_at_no_bits(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """All live records, of all recipients, one after another."""
    assert await get(server, "/v1/board/0/0") == (200, b"")
    one, two = ([bytes([n, m]) * 2048 for m in range(64)] for n in (1, 2))
    take_in(server.data, office.outbound("main", today, batch(1, one)))
    take_in(server.data, office.outbound("board", today, batch(1, two)))
    status, body = await get(server, "/v1/board/0/0")
    assert status == 200
    assert sorted(records_of(body)) == sorted(one + two)
    assert records_of(body) != one + two


@pytest.mark.parametrize(
    "path", ["0/1", "1/0", "1/2", "21/0", "00/0", "0/00", "-1/0", "0/0/0", "0", "a/b"]
)
async def test_only_current_buckets_are_served(server: ServerProcess, path: str) -> None:
    """Any other is not found, and the client loads the directory again.

    Finding: Signal, an address to poll for each user.
    """
    assert (await get(server, f"/v1/board/{path}"))[0] == 404


async def test_buckets_hold_their_records_and_coarser_ones(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """A record of fewer bits is served in every bucket under its own, a finer one in its own."""
    finer = office.with_directory(bucket_bits=2)
    whole, half, own, far = (bytes([n]) * RECORD_SIZE for n in (1, 2, 3, 4))
    take_in(
        server.data,
        finer.outbound(
            "main",
            today,
            batch(1, [whole], bits=0, value=0),
            batch(2, [half], bits=1, value=1),
            batch(3, [own], bits=2, value=2),
            batch(4, [far], bits=4, value=0b1011),
        ),
    )
    expected = {0: [whole], 1: [whole], 2: [whole, half, own, far], 3: [whole, half]}
    for value, records in expected.items():
        _, body = await get(server, f"/v1/board/2/{value}")
        assert sorted(records_of(body)) == sorted(records)


async def test_a_refinement_moves_only_own_records_and_only_within_their_bucket(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """Nobody can hide another's record, nor take one out of where its reader looks."""
    finer = office.with_directory(bucket_bits=1)
    mine, stray, theirs = (bytes([n]) * RECORD_SIZE for n in (1, 2, 3))
    take_in(server.data, finer.outbound("board", today, batch(1, [theirs])))
    take_in(
        server.data,
        finer.outbound(
            "main",
            today,
            batch(1, [mine]),
            batch(2, [stray], bits=1, value=0),
            refinement(1, 1, {mine: 1, theirs: 1}),
            refinement(2, 2, {stray: 3}),
        ),
    )
    _, zero = await get(server, "/v1/board/1/0")
    _, one = await get(server, "/v1/board/1/1")
    assert sorted(records_of(zero)) == sorted([theirs, stray])
    assert sorted(records_of(one)) == sorted([mine, theirs])


async def test_a_unix_socket_serves_the_same(data: Path, office: PracticeOffice) -> None:
    """For a server behind an onion service or a proxy; again where a killed one left its own."""
    path = data.with_name("http.sock")
    with serving(data, "--unix", str(path)) as server:
        assert await get(server, "/v1/directory") == (200, office.document())
        server.kill()
        server.restart()
        assert await get(server, "/v1/directory") == (200, office.document())
