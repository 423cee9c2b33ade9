"""A flood of junk beyond every quota, and twenty people who have something to say.

The junk comes over many connections and never lets up: chunks first, until files are refused, then
envelopes as well, until nothing is accepted at all. Nobody can tell junk from reports before it is
opened. So what helps is what the office does anyway: fetch. Each time both recipients have
confirmed what they fetched, junk and reports alike, there is room again, of which the flood takes
most at once. People look at the status first, as page and command line do, and write when texts
are taken, again where it was full before their words came.

That a flood of files alone shuts out no text needs no fetching at all: half of the reports are
written, at the first try, while the server takes no files.
"""

import asyncio
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from crypto.errors import ProtocolError
from crypto.names import Week
from crypto.office.envelope import IntakeSecret, open_envelope
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from tests.means.quick_source import KnownOffice, find_office, new_source, send
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import PracticeOffice, ReadExport, confirmation, read_export
from tests.offices.source_client import today

ENVELOPE_QUOTA, CHUNK_QUOTA = 1_000, 200
MEMORY_LIMIT_MIB = 120
# Slots are doubled when a quarter is free: at most 8/3 of what lies in them; and the database.
DISK_LIMIT = (ENVELOPE_QUOTA * ENVELOPE_SIZE + CHUNK_QUOTA * CHUNK_SIZE) * 8 / 3 + 16 * 1024 * 1024
FLOODERS = 16
REPORTS = 20


@dataclass
class Flood:
    """How much junk is still to come, and what became of what came."""

    chunks: int
    envelopes: int
    refused: int = 0
    full: asyncio.Event = field(default_factory=asyncio.Event)

    async def pour(self, http: aiohttp.ClientSession) -> None:
        """Offer junk until there is no more of it."""
        while self.chunks or self.envelopes:
            if self.chunks:
                self.chunks -= 1
                await self._offer(http, "chunks", CHUNK_SIZE)
            else:
                self.envelopes -= 1
                await self._offer(http, "envelopes", ENVELOPE_SIZE)

    async def _offer(self, http: aiohttp.ClientSession, kind: str, size: int) -> None:
        body = os.urandom(size)
        path = f"/v1/{kind}/{hashlib.sha256(body).hexdigest()}"
        try:
            async with http.put(path, data=body) as answer:
                assert answer.status in (204, 503)
                accepted = answer.status == 204
        except aiohttp.ClientError:
            accepted = False
        self.refused += not accepted
        if not accepted and kind == "envelopes":
            self.full.set()
            # So that the flood lasts while the office fetches.
            await asyncio.sleep(0.02)


@dataclass
class Fetching:
    """The office's part: it fetches everything, reads it, and confirms everything."""

    office: PracticeOffice
    server: ServerProcess
    folder: Path
    number: int = 0

    async def once(self) -> set[str]:
        """Let both recipients fetch and confirm; returns the texts that one of them could read."""
        self.number += 1
        read: dict[str, ReadExport] = {}
        for recipient in ("main", "board"):
            out = self.folder / f"{self.number}-{recipient}"
            command = ("export", "--data", self.server.data, "--recipient", recipient, "--out", out)
            await asyncio.to_thread(succeed, *command)
            read[recipient] = read_export(out.read_bytes())
            out.unlink()
        for recipient, export in read.items():
            bundle = self.folder / "bundle"
            confirmed = confirmation(self.number, export.envelopes, export.chunks.items())
            bundle.write_bytes(self.office.outbound(recipient, today(), confirmed))
            await asyncio.to_thread(succeed, "import", "--data", self.server.data, bundle)
        return set(filter(None, map(self._text, read["main"].envelopes)))

    def _text(self, envelope: bytes) -> str | None:
        recipient = self.office.recipient("main")
        secrets = [
            IntakeSecret(Week(week), recipient.intake_secret(Week(week)))
            for week in (today() // 7 - 1, today() // 7)
        ]
        try:
            opened = open_envelope(envelope, self.office.genesis_id, "main", secrets)
        except ProtocolError:
            return None
        return opened.payload.text


async def report(http: aiohttp.ClientSession, known: KnownOffice, text: str) -> int:
    """Write as soon as texts are taken, as often as it takes; returns how often it was tried."""
    source, tries = new_source(known), 0
    while True:
        async with http.get("/v1/status") as answer:
            state = await answer.json()
        if state["envelopes"]["open"]:
            tries += 1
            try:
                await send(http, known, source, text)
            except AssertionError:
                # Full again before it came.
                pass
            else:
                return tries
        await asyncio.sleep(0.2)


async def flood(
    data: Path, office: PracticeOffice, folder: Path, chunks: int, envelopes: int
) -> None:
    (data / "intake.toml").write_text(
        f"envelope_quota = {ENVELOPE_QUOTA}\nchunk_quota = {CHUNK_QUOTA}\ndisk_floor = 0\n"
    )
    texts = {f"true report {number} " + "о важном " * 900 for number in range(REPORTS)}
    with serving(data) as server:
        office_work = Fetching(office, server, folder)
        async with client(server) as http, client(server, FLOODERS) as line:
            known = await find_office(http, office.genesis_id)
            junk = Flood(chunks, 0)
            await asyncio.gather(*(junk.pour(line) for _ in range(FLOODERS)))
            assert junk.refused == chunks - CHUNK_QUOTA
            async with http.get("/v1/status") as answer:
                assert not (await answer.json())["chunks"]["open"]
            early, late = sorted(texts)[: REPORTS // 2], sorted(texts)[REPORTS // 2 :]
            assert [await report(http, known, text) for text in early] == [1] * len(early)
            junk.envelopes = envelopes
            pouring = [asyncio.create_task(junk.pour(line)) for _ in range(FLOODERS)]
            await asyncio.wait_for(junk.full.wait(), 600)
            waiting = [asyncio.create_task(report(http, known, text)) for text in late]
            read = set()
            while not all(one.done() for one in (*waiting, *pouring)):
                read |= await office_work.once()
            await asyncio.gather(*waiting, *pouring)
            read |= await office_work.once()
        assert read == texts
        assert junk.refused > chunks - CHUNK_QUOTA
        assert server.memory_kib() / 1024 < MEMORY_LIMIT_MIB
        assert server.log() == ""
    assert used_bytes(data) < DISK_LIMIT


def used_bytes(folder: Path) -> int:
    """What a folder takes of the disk."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


@pytest.mark.long
async def test_twenty_reports_come_through_ten_thousand_pieces_of_junk(
    data: Path, office: PracticeOffice, tmp_path: Path
) -> None:
    await flood(data, office, tmp_path, 3_000, 7_000)
