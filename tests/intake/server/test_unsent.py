"""Uploads that never come: what was only announced takes no room from what is sent."""

import asyncio
import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from tests.offices.server_process import ServerProcess, client, serving

QUOTA = 3


async def announce(server: ServerProcess, kind: str, size: int) -> None:
    """Begin an upload, and leave before its body."""
    address = urlsplit(server.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"PUT /v1/{kind}/{os.urandom(32).hex()} HTTP/1.1\r\nHost: x\r\n"
    writer.write(f"{head}Content-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode())
    await reader.readline()
    writer.close()
    await writer.wait_closed()


async def accepted(http: aiohttp.ClientSession, kind: str, body: bytes) -> bool:
    """Send a body until it is accepted: the server notices in its own time who has left."""
    path = f"/v1/{kind}/{hashlib.sha256(body).hexdigest()}"
    for _ in range(100):
        async with http.put(path, data=body) as answer:
            if answer.status == 204:
                return True
        await asyncio.sleep(0.05)
    return False


async def test_uploads_that_were_only_announced_shut_nobody_out(data: Path) -> None:
    """Else a few thousand requests without a body would close a server for an hour."""
    (data / "intake.toml").write_text(f"envelope_quota = {QUOTA}\nchunk_quota = {QUOTA}\n")
    with serving(data) as server:
        async with client(server) as http:
            for kind, size in (("envelopes", ENVELOPE_SIZE), ("chunks", CHUNK_SIZE)):
                for _ in range(2 * QUOTA):
                    await announce(server, kind, size)
                for _ in range(QUOTA):
                    assert await accepted(http, kind, os.urandom(size))


async def test_bodies_of_another_hash_shut_nobody_out(data: Path) -> None:
    """They are refused once they are read, and leave nothing behind."""
    (data / "intake.toml").write_text(f"envelope_quota = {QUOTA}\n")
    with serving(data) as server:
        async with client(server) as http:
            for _ in range(2 * QUOTA):
                path = f"/v1/envelopes/{os.urandom(32).hex()}"
                async with http.put(path, data=bytes(ENVELOPE_SIZE)) as answer:
                    assert answer.status == 400
            assert await accepted(http, "envelopes", os.urandom(ENVELOPE_SIZE))
