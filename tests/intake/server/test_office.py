"""What the server gives out: the directory, its keys, its form, its status."""

import gzip
import hashlib
from pathlib import Path

from crypto.days import later
from crypto.form import form_hash
from crypto.names import Day
from ground.days import today as day_of
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import PracticeOffice


async def get(server: ServerProcess, path: str, encoding: str = "identity") -> tuple[int, bytes]:
    headers = {"Accept-Encoding": encoding}
    async with client(server) as http, http.get(path, headers=headers) as answer:
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        return answer.status, await answer.read()


def take_in(data: Path, bundle: bytes) -> str:
    file = data.with_name("next.bundle")
    file.write_bytes(bundle)
    return succeed("import", "--data", data, file)


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
    newer = office.with_directory(contacts=("new",))
    take_in(server.data, newer.outbound("main", today))
    assert await get(server, "/v1/directory") == (200, newer.document())


async def test_the_form_is_there_under_its_hash(
    server: ServerProcess, office: PracticeOffice
) -> None:
    """As the office made it, also where a browser takes it compressed; and no other is."""
    path = f"/v1/forms/{form_hash(office.form).hex()}"
    assert await get(server, path) == (200, office.form)
    status, compressed = await get(server, path, "gzip")
    assert (status, gzip.decompress(compressed)) == (200, office.form)
    assert (await get(server, f"/v1/forms/{'00' * 32}"))[0] == 404


async def test_a_running_server_sees_a_new_form(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """It comes with the directory that names it, and the one before is asked no more."""
    newer = office.with_form(office.form.replace(b"Who is involved?", b"Who did it?"))
    take_in(server.data, newer.outbound("main", today))
    assert await get(server, f"/v1/forms/{form_hash(newer.form).hex()}") == (200, newer.form)
    assert (await get(server, f"/v1/forms/{form_hash(office.form).hex()}"))[0] == 404


async def test_a_unix_socket_serves_the_same(data: Path, office: PracticeOffice) -> None:
    """For a server behind an onion service or a proxy; again where a killed one left its own."""
    path = data.with_name("http.sock")
    with serving(data, "--unix", str(path)) as server:
        assert await get(server, "/v1/directory") == (200, office.document())
        server.kill()
        server.restart()
        assert await get(server, "/v1/directory") == (200, office.document())
