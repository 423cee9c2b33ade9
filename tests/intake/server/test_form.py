"""The plain form takes sealed files by the rules of every PUT, and says plainly what came of it."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from crypto.directory_file import read_directory_file
from crypto.form import parse_form
from crypto.names import Day, GenesisId
from crypto.sealed_file import last_day_of
from crypto.sizes import CHUNK_SIZE
from crypto.volumes import parse_volumes
from intake.storage.kinds import Kind
from tests.intake.server.test_headers import assert_headers_are_ours, raw
from tests.means.clock import clock_by, set_clock
from tests.means.sealed_files import SealedFile, sealed_file
from tests.means.stored_items import stored_items
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, serving, succeed, wait_for_slots, wait_until
from tests.offices.signed_office import POLICY, PracticeOffice, batch, read_export


@dataclass(frozen=True)
class Answered:
    """How a form was answered."""

    status: int
    heading: str
    page: str


def client(server: ServerProcess) -> aiohttp.ClientSession:
    """A browser that takes pages as they are."""
    return aiohttp.ClientSession(server.address, headers={"Accept-Encoding": "identity"})


async def send(
    http: aiohttp.ClientSession, file: bytes | AsyncIterator[bytes], language: str = "en"
) -> Answered:
    """Send a form as a browser does, with a length."""
    form = aiohttp.MultipartWriter("form-data")
    part = form.append(file)
    part.set_content_disposition("form-data", name="file", filename="message.fidelio")
    async with http.post(f"/v1/form/{language}", data=form) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert_headers_are_ours(dict(answer.headers))
        page = await answer.text()
    return Answered(answer.status, page.partition("<h1>")[2].partition("</h1>")[0], page)


def exported(data: Path, folder: Path) -> tuple[set[bytes], dict[bytes, bytes]]:
    """What a recipient would get: envelopes, and chunks by their ids."""
    bundle = folder / f"export-{os.urandom(4).hex()}"
    succeed("export", "--data", data, "--recipient", "main", "--out", bundle)
    read = read_export(bundle.read_bytes())
    return set(read.envelopes), dict(read.chunks)


@pytest.mark.parametrize("chunks", [0, 1, 4])
async def test_a_form_leaves_what_puts_of_the_same_would_have_left(
    server: ServerProcess, office: PracticeOffice, tmp_path: Path, chunks: int
) -> None:
    file = sealed_file(office.genesis_id, chunks)
    async with client(server) as http:
        answered = await send(http, file.data)
    assert (answered.status, answered.heading) == (200, "Your message is stored")

    assert exported(server.data, tmp_path) == ({file.envelope}, file.chunks)


async def test_sending_a_file_again_is_the_same_as_once_and_as_puts(
    server: ServerProcess, office: PracticeOffice, tmp_path: Path
) -> None:
    file = sealed_file(office.genesis_id, 2)
    async with client(server) as http:
        [first, *_] = file.chunks
        async with http.put(f"/v1/chunks/{first.hex()}", data=file.chunks[first]) as answer:
            assert answer.status == 204
        for _ in range(2):
            assert (await send(http, file.data)).status == 200
        address = hashlib.sha256(file.envelope).hexdigest()
        async with http.put(f"/v1/envelopes/{address}", data=file.envelope) as answer:
            assert answer.status == 204
    assert exported(server.data, tmp_path) == ({file.envelope}, file.chunks)


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_the_answer_is_a_page_in_the_language_of_the_form(
    server: ServerProcess, office: PracticeOffice, language: str
) -> None:
    async with client(server) as http:
        answered = await send(http, sealed_file(office.genesis_id, 0).data, language)
    headings = {"en": "Your message is stored", "ru": "Ваше сообщение принято"}
    assert answered.heading == headings[language]
    assert f'<html lang="{language}"' in answered.page


def _damaged(file: SealedFile, at: int) -> bytes:
    return file.data[:at] + bytes([file.data[at] ^ 1]) + file.data[at + 1 :]


async def test_an_envelope_is_stored_only_once_all_before_it_was_good(
    server: ServerProcess, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    file = sealed_file(office.genesis_id, 2)
    refused = {
        "a document": (400, "This is not a sealed file", b"Plain words. " * 10_000),
        "nothing": (400, "This is not a sealed file", b""),
        "the head": (400, "This file is damaged", _damaged(file, 60)),
        "the second chunk": (400, "This file is damaged", _damaged(file, 94 + 262_216 + 5_000)),
        "the envelope": (400, "This file is damaged", _damaged(file, len(file.data) - 5_000)),
        "the end": (400, "This file is damaged", _damaged(file, len(file.data) - 1)),
        "cut": (400, "This file is damaged", file.data[:-1]),
        "more": (400, "This file is damaged", file.data + b"\0"),
        "another office": (
            400,
            "This file is for another office",
            sealed_file(GenesisId(bytes(32)), 0).data,
        ),
        "past": (
            400,
            "This file cannot be sent any more",
            sealed_file(office.genesis_id, 0, last_day=today - 1).data,
        ),
        "ahead": (
            400,
            "This file cannot be sent any more",
            sealed_file(office.genesis_id, 0, last_day=today + 17).data,
        ),
    }
    async with client(server) as http:
        for name, (status, heading, data) in refused.items():
            answered = await send(http, data)
            assert (name, answered.status, answered.heading) == (name, status, heading)
            assert "is stored" not in answered.page
    envelopes, chunks = exported(server.data, tmp_path)
    assert envelopes == set()
    # Of a chunk that was damaged on the way nothing was stored: the good one is still taken.
    assert chunks.items() <= file.chunks.items()
    async with client(server) as http:
        assert (await send(http, file.data)).status == 200
    assert exported(server.data, tmp_path) == ({file.envelope}, file.chunks)


async def test_a_file_whose_last_day_is_today_is_taken(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    async with client(server) as http:
        for last_day in (today, today + 16):
            file = sealed_file(office.genesis_id, 0, last_day=last_day)
            assert (await send(http, file.data)).status == 200


async def test_other_bytes_under_a_known_id_are_said(
    server: ServerProcess, office: PracticeOffice, tmp_path: Path
) -> None:
    file = sealed_file(office.genesis_id, 1)
    [name] = file.chunks
    other = os.urandom(CHUNK_SIZE)
    async with client(server) as http:
        async with http.put(f"/v1/chunks/{name.hex()}", data=other) as answer:
            assert answer.status == 204
        answered = await send(http, file.data)
    assert (answered.status, answered.heading) == (
        409,
        "The server holds something else in its place",
    )
    assert exported(server.data, tmp_path) == (set(), {name: other})


async def test_a_form_without_a_file_is_said(server: ServerProcess) -> None:
    async with client(server) as http:
        form = aiohttp.FormData({"text": "plain words"})
        for data in (form(), b"text=plain+words", b""):
            async with http.post("/v1/form/en", data=data) as answer:
                assert answer.status == 400
                assert "No file has come" in await answer.text()
        async with http.post("/v1/form/fr", data=b"") as answer:
            assert answer.status == 400
            assert await answer.json() == {"error": "no-file"}


async def test_a_browser_that_chose_no_file_is_told_so(server: ServerProcess) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with (
        client(server) as http,
        http.post("/v1/form/en", data=body, headers=headers) as answer,
    ):
        assert answer.status == 400
        assert "No file has come" in await answer.text()


async def test_what_is_refused_is_said_before_a_file_is_chosen(
    data: Path, office: PracticeOffice, tmp_path: Path
) -> None:
    (data / "intake.toml").write_text("envelope_quota = 1\nchunk_quota = 1\n")
    with serving(data) as server:
        async with client(server) as http:
            async with http.get("/v1/form/en") as answer:
                page = await answer.text()
                assert answer.status == 200
                assert 'action="/v1/form/en" method="post" enctype="multipart/form-data"' in page
            assert (await send(http, sealed_file(office.genesis_id, 1).data)).status == 200

            answered = await send(http, sealed_file(office.genesis_id, 2).data)
            assert (answered.status, answered.heading) == (
                503,
                "This office cannot take reports now",
            )
            assert "The message is not stored." in answered.page
            assert (await send(http, sealed_file(office.genesis_id, 0).data)).status == 503
            async with http.get("/v1/form/en") as answer:
                page = await answer.text()
                assert "The server has no room left." in page
                assert "<form" not in page
    envelopes, chunks = exported(data, tmp_path)
    assert (len(envelopes), len(chunks)) == (1, 1)


async def test_while_chunks_are_refused_a_text_alone_goes_through(
    data: Path, office: PracticeOffice
) -> None:
    (data / "intake.toml").write_text("chunk_quota = 0\n")
    with serving(data) as server:
        async with client(server) as http:
            async with http.get("/v1/form/en") as answer:
                assert "Only a sealed file that holds a text alone" in await answer.text()
            assert (await send(http, sealed_file(office.genesis_id, 1).data)).status == 503
            assert (await send(http, sealed_file(office.genesis_id, 0).data)).status == 200


@contextmanager
def _other_policy(folder: Path, today: Day, **policy: int) -> Iterator[tuple[PracticeOffice, Path]]:
    office = PracticeOffice.create(today, policy=replace(POLICY, **policy))
    yield office, first_import(office, folder / "other", today)


async def test_puzzles_and_the_size_of_a_message_hold_for_forms_too(
    tmp_path: Path, today: Day
) -> None:
    policy = {"puzzle_envelope": 8, "puzzle_chunk": 6, "max_chunks": 2}
    with _other_policy(tmp_path, today, **policy) as (office, data), serving(data) as server:
        async with client(server) as http:
            solved = sealed_file(office.genesis_id, 2, bits=8)
            assert (await send(http, solved.data)).status == 200
            lazy = sealed_file(office.genesis_id, 0)
            # One in 256 is solved by chance.
            while lazy == sealed_file(office.genesis_id, 0, bits=8, envelope=lazy.envelope):
                lazy = sealed_file(office.genesis_id, 0)
            answered = await send(http, lazy.data)
            assert (answered.status, answered.heading) == (403, "The office now asks for more")
            large = sealed_file(office.genesis_id, 4, bits=8)
            assert (await send(http, large.data)).status == 413
    envelopes, chunks = exported(data, tmp_path)
    assert (envelopes, chunks) == ({solved.envelope}, solved.chunks)


async def test_a_file_is_never_whole_in_memory(
    server: ServerProcess, office: PracticeOffice
) -> None:
    async with client(server) as http:
        assert (await send(http, sealed_file(office.genesis_id, 1).data)).status == 200
        before = server.memory_kib()
        # 64 chunks, 16 MiB.
        assert (await send(http, sealed_file(office.genesis_id, 64).data)).status == 200
    assert server.memory_kib() - before < 8 * 1024


async def test_a_form_that_breaks_off_stores_no_envelope(
    server: ServerProcess, office: PracticeOffice, tmp_path: Path
) -> None:
    file = sealed_file(office.genesis_id, 1)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = head + file.data[:-100]
    request = (
        b"POST /v1/form/en HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: %d\r\n\r\n" % (len(body) + 200)
    )
    await raw(server, request + body)
    envelopes, chunks = exported(server.data, tmp_path)
    assert envelopes == set()
    assert chunks.items() <= file.chunks.items()


async def test_nothing_of_a_form_is_kept_but_what_was_sealed(
    server: ServerProcess, office: PracticeOffice
) -> None:
    file = sealed_file(office.genesis_id, 1)
    async with client(server) as http:
        form = aiohttp.MultipartWriter("form-data")
        part = form.append(file.data, {"Content-Type": "canary/type"})
        part.set_content_disposition("form-data", name="file", filename="canary-name.fidelio")
        async with http.post("/v1/form/en", data=form) as answer:
            assert "canary" not in await answer.text()
    wait_for_slots(server)
    for path in server.data.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes()
    assert "canary" not in server.log()


async def test_the_directory_file_holds_all_keys_of_the_directory(
    server: ServerProcess, office: PracticeOffice
) -> None:
    async with client(server) as http, http.get("/v1/directory-file") as answer:
        assert answer.status == 200
        file = read_directory_file(await answer.read(), office.genesis_id)
    listed = {key.hash.hex() for one in file.directory.recipients for key in one.keys}
    assert listed == set(file.keys)
    assert file.form == parse_form(office.form)


async def test_the_whole_board_is_one_file_to_save(
    server: ServerProcess, office: PracticeOffice, today: Day
) -> None:
    """In any language, and whatever is asked besides."""
    bundle = server.data.with_name("batch.bundle")
    bundle.write_bytes(office.outbound("main", today, batch(1, 64)))
    async with client(server) as http:
        async with http.get("/v1/form/en/board") as answer:
            assert (answer.status, await answer.read()) == (200, b"")
        succeed("import", "--data", server.data, bundle)
        async with http.get("/v1/board") as answer:
            (listed,) = parse_volumes(await answer.read())
        for path in ("/v1/form/en/board", "/v1/form/ru/board?part=2"):
            async with http.get(path) as answer:
                name = 'attachment; filename="replies.board"'
                assert answer.headers["Content-Disposition"] == name
                assert hashlib.sha256(await answer.read()).digest() == listed.hash


def test_a_last_day_is_never_so_far_ahead_that_a_server_would_refuse_it(today: Day) -> None:
    assert all(0 <= last_day_of(Day(day)) - day <= 16 for day in range(today, today + 14))


async def test_a_file_whose_last_day_passes_while_it_is_sent_is_refused(
    data: Path, office: PracticeOffice, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)
    file = sealed_file(office.genesis_id, 2)

    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="m"\r\n\r\n'
    body = head + file.data + b"\r\n--b--\r\n"

    def has_stored() -> bool:
        return bool(stored_items(data, Kind.CHUNK))

    async def slowly() -> AsyncIterator[bytes]:
        yield body[: 2 * CHUNK_SIZE]
        await asyncio.to_thread(wait_until, has_stored)
        set_clock(clock, 20)
        yield body[2 * CHUNK_SIZE :]

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": f"{len(body)}"}
    with serving(data, env=clock_by(clock)) as server:
        async with (
            client(server) as http,
            http.post("/v1/form/en", data=slowly(), headers=headers) as answer,
        ):
            assert answer.status == 400
            assert "This file cannot be sent any more" in await answer.text()
    assert exported(data, tmp_path)[0] == set()
