"""What was answered 204 survives a kill at any moment, and the same command serves again."""

import asyncio
import hashlib
import os
import random
from pathlib import Path

import aiohttp
import pytest

from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from intake.storage.kinds import Kind
from tests.means.stored_items import stored_items
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import read_export

KILLS = 20
UPLOADERS = 12


class Acknowledged:
    """Hashes of everything that was answered 204."""

    def __init__(self) -> None:
        self.envelopes: set[bytes] = set()
        self.chunks: dict[bytes, bytes] = {}

    async def upload(self, http: aiohttp.ClientSession) -> None:
        """Send envelopes and chunks until the server is gone."""
        while True:
            envelope, chunk, chunk_id = (
                os.urandom(ENVELOPE_SIZE),
                os.urandom(CHUNK_SIZE),
                os.urandom(32),
            )
            address = hashlib.sha256(envelope).digest()
            try:
                async with http.put(f"/v1/envelopes/{address.hex()}", data=envelope) as answer:
                    assert answer.status == 204
                    self.envelopes.add(address)
                async with http.put(f"/v1/chunks/{chunk_id.hex()}", data=chunk) as answer:
                    assert answer.status == 204
                    self.chunks[chunk_id] = hashlib.sha256(chunk).digest()
            except aiohttp.ClientError:
                return


async def load_until_killed(server: ServerProcess, acknowledged: Acknowledged) -> None:
    """Kill the server at a random moment while many upload."""
    async with client(server) as http:
        uploads = [asyncio.create_task(acknowledged.upload(http)) for _ in range(UPLOADERS)]
        await asyncio.sleep(random.uniform(0.01, 0.3))
        server.kill()
        await asyncio.gather(*uploads)


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_by_kills(data: Path, tmp_path: Path) -> None:
    """Killed twenty times under load, with no repair step between; all is there, byte by byte.

    Finding: GlobaLeaks, attachments lost on a kill.
    """
    acknowledged = Acknowledged()
    with serving(data) as server:
        for _ in range(KILLS):
            await load_until_killed(server, acknowledged)
            server.restart()
        assert server.log() == ""
    assert len(acknowledged.envelopes) > KILLS
    succeed("export", "--data", data, "--recipient", "main", "--out", tmp_path / "all")
    export = read_export((tmp_path / "all").read_bytes())
    there = {hashlib.sha256(envelope).digest() for envelope in export.envelopes}
    assert acknowledged.envelopes <= there
    for chunk_id, digest in acknowledged.chunks.items():
        assert hashlib.sha256(export.chunks[chunk_id]).digest() == digest


async def test_what_a_killed_server_left_half_stored_is_blanked(data: Path) -> None:
    """Bytes in slots that no record names are written over when the server is back."""
    acknowledged = Acknowledged()
    with serving(data) as server:
        await load_until_killed(server, acknowledged)
        occupied = {item.slot for item in stored_items(data, Kind.ENVELOPE).values()}
        with (data / "envelopes.bin").open("r+b") as container:
            slots = container.seek(0, os.SEEK_END) // ENVELOPE_SIZE
            container.seek(min(set(range(slots)) - occupied) * ENVELOPE_SIZE)
            container.write(b"left by a killed process")
        server.restart()
        async with client(server) as http, http.get("/v1/status") as answer:
            assert answer.status == 200
        for _ in range(500):
            if b"left by a killed" not in (data / "envelopes.bin").read_bytes():
                break
            await asyncio.sleep(0.02)
        assert b"left by a killed" not in (data / "envelopes.bin").read_bytes()


def test_a_server_that_stopped_before_its_sweep_ended_goes_on_with_it(data: Path) -> None:
    """Its mark stays for the next one; a server with nothing to sweep leaves none."""
    with serving(data) as server:
        assert (data / "serving").exists()
        assert server.stop() == 0
        assert not (data / "serving").exists()
    (data / "serving").touch()
    with serving(data) as server:
        assert server.stop() == 0
    assert (data / "serving").exists()
