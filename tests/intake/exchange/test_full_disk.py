"""A disk that is full, at every stage of a server's life, on a small file system of its own.

What is refused is refused in words and changes nothing, what is stored stays, reading goes on, and
the same works as soon as there is room.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from crypto.directory import fingerprint
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from intake.storage.connections import connect
from intake.storage.folder import DataFolder
from tests.means.file_systems import MIB, filled, free_bytes, make_image, mounted
from tests.offices.server_process import ServerProcess, client, intake, serving, succeed
from tests.offices.signed_office import PracticeOffice, batch, confirmation, read_export

DISK_BYTES = 128 * MIB
# From none at all to what nearly suffices for all that these commands write.
LEAVING = (
    0,
    pytest.param(65_536, marks=pytest.mark.long),
    262_144,
    pytest.param(MIB, marks=pytest.mark.long),
)
AT_ONCE = 32
FULL = (503, {"error": "disk"})


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """An empty small file system."""
    image = tmp_path / "disk.img"
    make_image(image, DISK_BYTES)
    with mounted(image, tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def data(small: Path, imported: Path) -> Path:
    """A data folder in it, after the first import."""
    copy = small / "data"
    shutil.copytree(imported, copy, symlinks=True)
    (copy / "intake.toml").write_text("disk_floor = 0\n")
    return copy


async def put(http: aiohttp.ClientSession, kind: str, body: bytes) -> tuple[int, object]:
    path = f"/v1/{kind}/{hashlib.sha256(body).hexdigest()}"
    async with http.put(path, data=body) as answer:
        return answer.status, None if answer.status == 204 else await answer.json()


async def refused_before_its_body(http: aiohttp.ClientSession, kind: str, size: int) -> bool:
    """Announce a body and send none of it; returns whether the refusal comes all the same."""
    request = f"PUT /v1/{kind}/{os.urandom(32).hex()} HTTP/1.1\r\nHost: it\r\n"
    request += f"Content-Length: {size}\r\n\r\n"
    url = http._base_url
    assert url is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request.encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
    writer.close()
    return head.startswith(b"HTTP/1.1 503 ")


async def accepts_again(http: aiohttp.ClientSession, kind: str, size: int) -> bytes:
    """Wait until something is taken in again; returns it."""
    body = os.urandom(size)
    for _ in range(200):
        if (await put(http, kind, body))[0] == 204:
            return body
        await asyncio.sleep(0.1)
    raise AssertionError("nothing is accepted though there is room")


async def reading_goes_on(http: aiohttp.ClientSession) -> None:
    for path in ("/v1/directory", "/v1/board", "/v1/status", "/en/"):
        async with http.get(path) as answer:
            assert answer.status == 200, path
            await answer.read()


def exported(data: Path, out: Path) -> set[bytes]:
    """The hashes of everything that is stored, read from an export onto another disk."""
    succeed("export", "--data", data, "--recipient", "main", "--out", out)
    read = read_export(out.read_bytes())
    out.unlink()
    return {hashlib.sha256(one).digest() for one in (*read.envelopes, *read.chunks.values())}


def dump(data: Path) -> list[str]:
    with closing(connect(DataFolder(data))) as database:
        return list(database.iterdump())


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("chunks", CHUNK_SIZE),
        pytest.param("envelopes", ENVELOPE_SIZE, marks=pytest.mark.long),
    ],
)
async def test_uploads_that_fill_the_disk_are_refused_and_lose_nothing(
    data: Path, tmp_path: Path, kind: str, size: int
) -> None:
    """There come more slots until the disk takes no more of them; then there is room again."""
    ballast = data.parent / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 40 * MIB)
    stored = set()
    with serving(data) as server:
        async with client(server) as http:
            answered: list[tuple[int, object]] = []
            while FULL not in answered:
                bodies = [os.urandom(size) for _ in range(AT_ONCE)]
                answered = await asyncio.gather(*(put(http, kind, body) for body in bodies))
                stored |= {
                    hashlib.sha256(body).digest()
                    for body, (status, _) in zip(bodies, answered, strict=True)
                    if status == 204
                }
                assert all(one in ((204, None), FULL) for one in answered)
            assert await refused_before_its_body(http, kind, size)
            async with http.get("/v1/status") as answer:
                assert (await answer.json())[kind] == {"open": False, "reason": "disk"}
            await reading_goes_on(http)
            # The server judges once more soon after its start, and closes what has little room left
            # before it has none: with less to begin with, it closed after the first chunk.
            assert len(stored) >= AT_ONCE
            assert exported(data, tmp_path / "full") == stored
            ballast.unlink()
            stored.add(hashlib.sha256(await accepts_again(http, kind, size)).digest())
            assert exported(data, tmp_path / "again") == stored
        assert server.log() == ""


async def test_a_disk_that_others_fill_takes_what_its_slots_hold(
    data: Path, tmp_path: Path
) -> None:
    """All of them were written before: nothing that comes needs more room than it has."""
    with serving(data) as server:
        async with client(server) as http:
            before = [await accepts_again(http, "envelopes", ENVELOPE_SIZE) for _ in range(3)]
            with filled(data.parent, leaving=0):
                for kind, size in (("envelopes", ENVELOPE_SIZE), ("chunks", CHUNK_SIZE)):
                    body = os.urandom(size)
                    assert await put(http, kind, body) == (204, None)
                    before.append(body)
                await reading_goes_on(http)
                assert exported(data, tmp_path / "full") == {
                    hashlib.sha256(one).digest() for one in before
                }
            before.append(await accepts_again(http, "envelopes", ENVELOPE_SIZE))
        assert server.log() == ""
    assert exported(data, tmp_path / "out") == {hashlib.sha256(one).digest() for one in before}


async def test_a_disk_that_fills_up_while_many_upload_keeps_what_was_acknowledged(
    data: Path, tmp_path: Path
) -> None:
    """Where there can be no more slots in the middle of a group, the rest of it is refused."""
    bodies = [os.urandom(ENVELOPE_SIZE) for _ in range(120)]
    with serving(data) as server:
        async with client(server) as http:
            await accepts_again(http, "envelopes", ENVELOPE_SIZE)
            uploads = [asyncio.create_task(put(http, "envelopes", body)) for body in bodies]
            await asyncio.wait(uploads, return_when=asyncio.FIRST_COMPLETED)
            with filled(data.parent, leaving=0):
                answers = await asyncio.gather(*uploads)
            await accepts_again(http, "envelopes", ENVELOPE_SIZE)
    assert {answer for answer, _ in answers} <= {204, 503}
    acknowledged = {
        hashlib.sha256(body).digest()
        for body, (status, _) in zip(bodies, answers, strict=True)
        if status == 204
    }
    stored = exported(data, tmp_path / "out")
    assert acknowledged <= stored
    refused = {hashlib.sha256(body).digest() for body in bodies} - acknowledged
    assert not refused & stored


@pytest.mark.parametrize("leaving", LEAVING)
def test_an_import_to_a_full_disk_is_taken_in_whole_or_changes_nothing(
    data: Path, office: PracticeOffice, today: Day, tmp_path: Path, leaving: int
) -> None:
    bundle = tmp_path / "bundle"
    changed = office.with_directory(contacts=("By post: 2 Practice Street",))
    statements = batch(1, 64), confirmation(1, [b"an envelope"])
    bundle.write_bytes(changed.outbound("main", today, *statements))
    before = dump(data)
    with filled(data.parent, leaving):
        done = intake("import", "--data", data, bundle)
        assert "Traceback" not in done.stderr
        if done.returncode:
            assert "is full" in done.stderr
            assert "hint: make room" in done.stderr
    if "nothing was changed" in done.stderr:
        assert dump(data) == before
    succeed("import", "--data", data, bundle)
    after = dump(data)
    assert after != before
    assert "taken in before" in succeed("import", "--data", data, bundle)
    assert dump(data) == after
    page = (data / "site" / "en" / "index.html").read_text()
    assert "2 Practice Street" in page


@pytest.mark.parametrize("leaving", LEAVING)
def test_a_first_import_to_a_full_disk_goes_on_when_there_is_room(
    small: Path, office: PracticeOffice, today: Day, tmp_path: Path, leaving: int
) -> None:
    bundle = tmp_path / "bundle"
    bundle.write_bytes(office.outbound("main", today))
    command = ("import", "--data", small / "data", bundle)
    digits = ("--fingerprint", fingerprint(office.genesis_id))
    with filled(small, leaving):
        done = intake(*command, *digits)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0 or "hint:" in done.stderr
    succeed(*command, *digits)
    assert (small / "data" / "site" / "en" / "index.html").exists()
    assert "taken in before" in succeed(*command)


@pytest.mark.parametrize(
    "leaving", [0, *(pytest.param(one, marks=pytest.mark.long) for one in (65_536, MIB))]
)
async def test_an_export_from_or_to_a_full_disk_leaves_nothing_half_written(
    data: Path, tmp_path: Path, leaving: int
) -> None:
    """The running server keeps its disk readable: onto another disk everything can be exported."""
    with serving(data) as server:
        async with client(server) as http:
            for _ in range(40):
                await accepts_again(http, "envelopes", ENVELOPE_SIZE)
        with filled(data.parent, leaving):
            full = intake(
                "export", "--data", data, "--recipient", "main", "--out", data.parent / "out"
            )
            assert full.returncode == 1
            assert "has no room for" in full.stderr
            left = [path.name for path in data.parent.iterdir() if "out" in path.name]
            assert left == []
            assert len(exported(data, tmp_path / "out")) == 40
            assert intake("status", "--data", data).returncode == 0
    succeed("export", "--data", data, "--recipient", "main", "--out", data.parent / "out")


@pytest.mark.parametrize("leaving", [0, pytest.param(8_192, marks=pytest.mark.long), 65_536])
def test_a_server_that_cannot_start_on_a_full_disk_says_so(data: Path, leaving: int) -> None:
    """It breaks nothing: neither its settings nor anything else, and starts when there is room."""
    (data / "intake.toml").unlink()
    before = dump(data)
    with filled(data.parent, leaving):
        server = _try_to_start(data)
        if server is None:
            done = intake("serve", "--data", data, "--listen", "127.0.0.1:0")
            assert done.returncode == 1
            assert "is full" in done.stderr
            assert "hint: make room" in done.stderr
            assert "Traceback" not in done.stderr
        else:
            assert server.stop() == 0
    with serving(data):
        assert "# envelope_quota = " in (data / "intake.toml").read_text()
    assert dump(data) == before


def _try_to_start(data: Path) -> ServerProcess | None:
    try:
        return ServerProcess(data)
    except AssertionError:
        return None


def test_a_killed_server_starts_on_a_disk_that_filled_up(data: Path, tmp_path: Path) -> None:
    """What it needs to read lies there from before."""
    with serving(data) as server:
        server.kill()
        with filled(data.parent, leaving=0):
            server.restart()
            assert exported(data, tmp_path / "out") == set()
            assert free_bytes(data.parent) < MIB
