"""Envelopes and chunks go in whole or not at all, and the answer tells nothing else."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl

from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from tests.offices.server_process import ServerProcess, client, serving


def address_of(envelope: bytes) -> str:
    return hashlib.sha256(envelope).hexdigest()


async def test_an_envelope_is_accepted_again_and_again(shared_server: ServerProcess) -> None:
    """A retry gets the same answer as the first try: 204 and nothing else."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with client(shared_server) as http:
        for _ in range(3):
            async with http.put(f"/v1/envelopes/{address_of(envelope)}", data=envelope) as answer:
                assert answer.status == 204
                assert await answer.read() == b""


async def test_an_envelope_under_another_address_is_refused(shared_server: ServerProcess) -> None:
    """The address must be the hash of the bytes."""
    async with (
        client(shared_server) as http,
        http.put(f"/v1/envelopes/{'ab' * 32}", data=os.urandom(ENVELOPE_SIZE)) as answer,
    ):
        assert answer.status == 400
        assert await answer.json() == {"error": "wrong-hash"}


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("envelopes", 0, 400),
        ("envelopes", ENVELOPE_SIZE - 1, 400),
        ("envelopes", ENVELOPE_SIZE + 1, 413),
        ("envelopes", CHUNK_SIZE, 413),
        ("chunks", 0, 400),
        ("chunks", CHUNK_SIZE - 1, 400),
        ("chunks", CHUNK_SIZE + 1, 413),
        ("chunks", ENVELOPE_SIZE, 400),
    ],
)
async def test_another_size_is_refused(
    shared_server: ServerProcess, path: str, size: int, status: int
) -> None:
    """A body is exactly as long as it must be."""
    body = os.urandom(size)
    async with (
        client(shared_server) as http,
        http.put(f"/v1/{path}/{address_of(body)}", data=body) as answer,
    ):
        assert answer.status == status
        assert await answer.json() == {"error": "wrong-size"}


@pytest.mark.parametrize("path", ["envelopes", "chunks"])
async def test_a_body_of_unannounced_size_is_refused(
    shared_server: ServerProcess, path: str
) -> None:
    """Who does not say how much comes, is not listened to."""

    async def pieces() -> AsyncIterator[bytes]:
        yield os.urandom(ENVELOPE_SIZE)

    async with (
        client(shared_server) as http,
        http.put(f"/v1/{path}/{'00' * 32}", data=pieces()) as answer,
    ):
        assert answer.status == 411
        assert await answer.json() == {"error": "wrong-size"}


async def test_a_chunk_is_accepted_again_but_not_with_other_bytes(
    shared_server: ServerProcess,
) -> None:
    """An id belongs to the first bytes that came under it."""
    first, second, path = os.urandom(CHUNK_SIZE), os.urandom(CHUNK_SIZE), f"/v1/chunks/{'5a' * 32}"
    async with client(shared_server) as http:
        for body, status in ((first, 204), (first, 204), (second, 409), (first, 204)):
            async with http.put(path, data=body) as answer:
                assert answer.status == status
        async with http.put(path, data=second) as answer:
            assert await answer.json() == {"error": "other-bytes"}


async def test_two_simultaneous_bodies_under_one_id_leave_one(shared_server: ServerProcess) -> None:
    """One of them is stored, the other refused, whichever comes first."""
    bodies, path = [os.urandom(CHUNK_SIZE) for _ in range(8)], f"/v1/chunks/{'77' * 32}"
    async with client(shared_server) as http:

        async def put(body: bytes) -> int:
            async with http.put(path, data=body) as answer:
                return answer.status

        statuses = await asyncio.gather(*map(put, bodies))
        assert sorted(statuses) == [204] + [409] * 7
        assert await put(bodies[statuses.index(204)]) == 204


@pytest.mark.parametrize(
    "path",
    [
        "/v1/envelopes/" + "AB" * 32,
        "/v1/envelopes/" + "ab" * 31,
        "/v1/envelopes/" + "ab" * 33,
        "/v1/envelopes/" + "zz" * 32,
        "/v1/envelopes/",
        "/v1/chunks/..%2f..%2fetc%2fpasswd",
        "/v1/chunks/" + "%61b" * 32,
        "/v2/chunks/" + "ab" * 32,
    ],
)
async def test_a_path_outside_the_interface_is_not_found(
    shared_server: ServerProcess, path: str
) -> None:
    """Paths are compared as they were sent: nothing is decoded or mended."""
    url = yarl.URL(shared_server.address + path, encoded=True)
    async with client(shared_server) as http, http.put(url, data=b"x") as answer:
        assert answer.status in (404, 405)


async def test_nothing_stored_can_be_read_listed_or_deleted(shared_server: ServerProcess) -> None:
    """What went in comes out in bundles alone.

    Finding: Hush Line, no CSRF token when deleting.
    """
    envelope = os.urandom(ENVELOPE_SIZE)
    path = f"/v1/envelopes/{address_of(envelope)}"
    async with client(shared_server) as http:
        async with http.put(path, data=envelope) as answer:
            assert answer.status == 204
        for method in ("GET", "HEAD", "DELETE", "POST", "PATCH", "OPTIONS"):
            async with http.request(method, path) as answer:
                assert answer.status == 405
        async with http.get("/v1/envelopes/") as answer:
            assert answer.status == 404


async def test_two_hundred_simultaneous_reports_with_files(shared_server: ServerProcess) -> None:
    """All are accepted, whichever way they interleave.

    Finding: OnionShare, OTF-012 simultaneous uploads dropped.
    """
    async with client(shared_server, connections=200) as http:

        async def report() -> None:
            chunk, envelope = os.urandom(CHUNK_SIZE), os.urandom(ENVELOPE_SIZE)
            async with http.put(f"/v1/chunks/{os.urandom(32).hex()}", data=chunk) as answer:
                assert answer.status == 204
            path = f"/v1/envelopes/{address_of(envelope)}"
            async with http.put(path, data=envelope) as answer:
                assert answer.status == 204

        await asyncio.gather(*(report() for _ in range(200)))


async def test_an_upload_may_ask_before_it_sends(shared_server: ServerProcess) -> None:
    """`Expect: 100-continue` is answered when the body is wanted, and not before."""
    envelope = os.urandom(ENVELOPE_SIZE)
    async with client(shared_server) as http:
        path = f"/v1/envelopes/{address_of(envelope)}"
        async with http.put(path, data=envelope, expect100=True) as answer:
            assert answer.status == 204


@pytest.mark.long
async def test_a_client_that_falls_silent_is_left(data: Path) -> None:
    """The rest of a body is not waited for longer than the settings say."""
    (data / "intake.toml").write_text("idle_seconds = 1\n")
    with serving(data) as server:
        host, port = server.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"PUT /v1/envelopes/{'00' * 32} HTTP/1.1\r\nHost: x\r\nContent-Length: 32768\r\n\r\n"
        writer.write(head.encode() + b"beginning")
        answer = await asyncio.wait_for(reader.readline(), 30)
        assert answer.startswith(b"HTTP/1.1 408 ")
        writer.close()
        assert server.log() == ""
