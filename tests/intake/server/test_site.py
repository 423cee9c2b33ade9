"""The static site comes from memory, as it was built, and nothing else of the disk does."""

import asyncio
import gzip
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from crypto.names import Day
from intake.server.site import ANSWERS, Site, read_site
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import PracticeOffice

NASTY = [
    "/../intake.sqlite",
    "/..%2fintake.sqlite",
    "/%2e%2e/intake.sqlite",
    "/en/../../intake.toml",
    "//etc/passwd",
    "/etc/passwd",
    "/index.html.gz",
    "/en/index.html",
    "/en",
    "/%00",
    "/en/?/../x/y",
]


@pytest.mark.parametrize("path", NASTY)
async def test_no_path_reaches_the_disk(shared_server: ServerProcess, path: str) -> None:
    """Whatever is not in the site is not there."""
    host, port = shared_server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    wanted = b"HTTP/1.1 200 " if path.startswith("/en/?") else b"HTTP/1.1 404 "
    assert answer.startswith(wanted)
    assert b"SQLite format" not in answer
    assert b"root:" not in answer


async def test_every_file_is_served_with_its_type(shared_server: ServerProcess) -> None:
    """As it was built, plain and compressed."""
    pages = read_site((shared_server.data / "site").resolve())
    assert {"/", "/en/", "/ru/", "/404.html"} <= set(pages)
    seen = {path: page for path, page in pages.items() if not path.startswith(ANSWERS)}
    async with client(shared_server) as http:
        for path, page in seen.items():
            async with http.get(path, headers={"Accept-Encoding": "identity"}) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Type"] == page.content_type
                assert "Content-Encoding" not in answer.headers
                assert await answer.read() == page.plain
            if page.compressed is not None:
                async with http.get(path, headers={"Accept-Encoding": "br, gzip"}) as answer:
                    assert answer.headers["Content-Encoding"] == "gzip"
                    assert answer.headers["Vary"] == "Accept-Encoding"
                    assert gzip.decompress(await answer.read()) == page.plain
        async with http.head("/en/") as answer:
            assert int(answer.headers["Content-Length"]) > 0
            assert await answer.read() == b""


async def test_the_answers_of_the_form_are_shown_to_nobody_else(
    shared_server: ServerProcess,
) -> None:
    """Nobody can be sent a link to a page that says "stored"."""
    pages = read_site((shared_server.data / "site").resolve())
    answers = [path for path in pages if path.startswith(ANSWERS)]
    assert "/answers/en/stored.html" in answers
    async with client(shared_server) as http:
        for path in answers:
            async with http.get(path) as answer:
                assert answer.status == 404
                assert b"is stored" not in await answer.read()


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip; q=0.0", "br", "", "x-gzip", "identity"])
async def test_who_takes_no_gzip_gets_none(shared_server: ServerProcess, accepted: str) -> None:
    """An http onion offers only gzip and deflate, some clients nothing."""
    async with (
        client(shared_server) as http,
        http.get("/en/", headers={"Accept-Encoding": accepted}) as answer,
    ):
        assert "Content-Encoding" not in answer.headers


async def test_a_running_server_turns_to_a_new_build(
    server: ServerProcess, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """At once and whole; older builds but one are gone."""

    async def front() -> bytes:
        plain = {"Accept-Encoding": "identity"}
        async with client(server) as http, http.get("/", headers=plain) as answer:
            return await answer.read()

    before = await front()
    for n in range(3):
        renamed = office.with_directory(sequence=2 + n, names={"und": f"Renamed Office {n}"})
        (tmp_path / "b").write_bytes(renamed.outbound("main", today))
        succeed("import", "--data", server.data, tmp_path / "b")
        assert b"Renamed Office %d" % n in await front()
    assert b"Renamed" not in before
    assert len([p for p in server.data.glob("site-*") if p.is_dir()]) == 2


def test_a_build_that_was_broken_off_is_made_up_for(
    data: Path, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """By importing the same bundle again, or by the command for it."""
    (data / "site").unlink()
    (tmp_path / "b").write_bytes(office.outbound("main", today))
    assert "taken in before" in succeed("import", "--data", data, tmp_path / "b")
    assert (data / "site" / "index.html").is_file()
    (data / "site").unlink()
    succeed("site", "build", "--data", data)
    assert (data / "site" / "index.html").is_file()


def test_links_in_a_site_are_not_followed(tmp_path: Path) -> None:
    """Only plain files are part of it.

    Finding: OnionShare, symlink traversal.
    """
    site = tmp_path / "built"
    site.mkdir()
    (tmp_path / "secret").write_text("secret")
    (site / "index.html").write_text("page")
    (site / "leak.html").symlink_to(tmp_path / "secret")
    (site / "folder").symlink_to("/etc")
    assert set(read_site(site)) == {"/"}


async def test_without_a_site_there_is_an_error_and_no_crash(tmp_path: Path) -> None:
    """Before the first import."""
    with serving(tmp_path / "new") as server:
        async with client(server) as http, http.get("/") as answer:
            assert answer.status == 404
            assert await answer.json() == {"error": "not-found"}


async def test_many_visitors_during_a_turn_all_get_a_page(tmp_path: Path) -> None:
    """The map is read once, beside the event loop."""
    link = tmp_path / "site"
    for n in range(2):
        (tmp_path / f"site-{n}").mkdir()
        (tmp_path / f"site-{n}" / "index.html").write_text(f"build {n}")
    link.symlink_to("site-0")
    site = Site(link)

    async def visit() -> object:
        return (await site.get(make_mocked_request("GET", "/"), "/")).body

    assert set(await asyncio.gather(*(visit() for _ in range(20)))) == {b"build 0"}
    link.unlink()
    link.symlink_to("site-1")
    assert set(await asyncio.gather(*(visit() for _ in range(20)))) == {b"build 1"}
