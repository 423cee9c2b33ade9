"""Kills at random moments under mixed load: of the server, of `intake export`, of `intake import`.

While people upload envelopes and chunks without a pause, and somebody looks at the status, a
courier goes to and fro: exports what a recipient has not confirmed, imports its confirmations with
a batch of replies. Items grow old as well, and are deleted for it. Each round something is killed,
from its very beginning until beyond its end, and the same command goes on. What must hold:

- what was answered 204 is in every later export, byte by byte, until it was confirmed or is old;
- what an import that ended has confirmed comes in no later export, nor does what has grown old;
- replies are on the board whole, once;
- when all is over, no byte of what was deleted lies in a container.

The seed is printed; KILL_SEED takes it again.
"""

import asyncio
import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE, RECORD_SIZE
from tests.means.quick_source import load_board
from tests.means.repository import REPOSITORY
from tests.means.stored_items import date_back
from tests.offices.server_process import ServerProcess, client, intake, serving
from tests.offices.signed_office import PracticeOffice, ReadExport, batch, confirmation, read_export

UPLOADERS = 4
PAUSE_SECONDS = 0.1
OLD_DAYS = 70
RECIPIENTS = ("board", "main")
# The same command with its modules loaded before, so that kills do not land in Python's own start.
CHILD = """
import sys
import intake.exchange.exporting, intake.exchange.importing
import intake.site.publishing, intake.site.build
from intake.cli import main
print("ready", flush=True)
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Truth:
    """What must be there, what may be, and what must be gone. Hashes of whole items by their id."""

    stored: dict[bytes, bytes] = field(default_factory=dict)
    offered: dict[bytes, bytes] = field(default_factory=dict)
    confirmed: dict[str, set[bytes]] = field(
        default_factory=lambda: {name: set() for name in RECIPIENTS}
    )
    old: set[bytes] = field(default_factory=set)
    records: set[bytes] = field(default_factory=set)

    def must_have(self, recipient: str) -> set[bytes]:
        """Return the ids that an export that begins now has to bring."""
        return self.stored.keys() - self.confirmed[recipient] - self.old

    def must_not_have(self, recipient: str) -> set[bytes]:
        """Return the ids that no export that begins now may bring."""
        return self.confirmed[recipient] | self.old

    def gone(self) -> set[bytes]:
        """Return the ids of which no byte may be left."""
        everyone = set.intersection(*self.confirmed.values())
        return everyone | self.old


async def upload(http: aiohttp.ClientSession, truth: Truth) -> None:
    """Send envelopes and chunks, some of them twice, until the server is gone."""
    while True:
        for kind, size in (("envelopes", ENVELOPE_SIZE), ("chunks", CHUNK_SIZE)):
            body = os.urandom(size)
            digest = hashlib.sha256(body).digest()
            truth.offered[digest] = digest
            for _ in range(random.choice((1, 1, 1, 2))):
                try:
                    async with http.put(f"/v1/{kind}/{digest.hex()}", data=body) as answer:
                        if answer.status == 204:
                            truth.stored[digest] = digest
                        else:
                            # What is too old is still there for a moment after a start.
                            assert (answer.status, await answer.json()) == (
                                503,
                                {"error": "not-fetched"},
                            )
                except aiohttp.ClientError:
                    return
            await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def load(server: ServerProcess, truth: Truth) -> AsyncIterator[None]:
    """Many upload meanwhile."""
    async with client(server) as http:
        tasks = [asyncio.create_task(upload(http, truth)) for _ in range(UPLOADERS)]
        try:
            yield
        finally:
            ended = server.process.poll() is not None
            for task in tasks:
                if not ended:
                    task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            wrong = [one for one in results if isinstance(one, Exception)]
            if wrong:
                raise wrong[0]


def start(*arguments: object) -> "subprocess.Popen[str]":
    """Start a command."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Courier:
    """Runs exports and imports, and kills them."""

    def __init__(self, data: Path, office: PracticeOffice, day: int, folder: Path) -> None:
        self.data, self.office, self.day, self.folder = data, office, day, folder
        self.truth = Truth()
        self.has: dict[str, ReadExport] = {}
        self.number = 0
        self.seconds = {"export": 0.4, "import": 0.4}

    async def run(self, kill_after: float | None, *arguments: object) -> bool:
        """Run a command; returns whether it came to its end."""
        child = start(*arguments)
        assert child.stdout is not None
        assert await asyncio.to_thread(child.stdout.readline) == "ready\n"
        started = time.monotonic()
        if kill_after is not None:
            await asyncio.sleep(kill_after)
            child.kill()
        _, said = await asyncio.to_thread(child.communicate)
        if kill_after is not None and child.returncode < 0:
            return False
        assert child.returncode == 0, said
        self.seconds[str(arguments[0])] = time.monotonic() - started
        return True

    def _moment(self, command: str) -> float:
        """Some moment from the beginning of a command until beyond its end."""
        return random.uniform(0.0, 1.2 * self.seconds[command])

    async def export(self, recipient: str, *, killed: bool) -> None:
        """Fetch what a recipient has not confirmed, if need be with the same command again."""
        self.number += 1
        out = self.folder / f"{self.number}-to-{recipient}"
        command = ("export", "--data", self.data, "--recipient", recipient, "--out", out)
        must, must_not = self.truth.must_have(recipient), self.truth.must_not_have(recipient)
        ended = killed and await self.run(self._moment("export"), *command)
        # In its last milliseconds its file is there already, whole: then there is nothing to do.
        named = out.exists() and not list(self.folder.glob(".*.writing"))
        if not ended and not named:
            await self.run(None, *command)
        assert list(self.folder.glob(".*.writing")) == []
        read = read_export(out.read_bytes())
        out.unlink()
        there = {hashlib.sha256(envelope).digest() for envelope in read.envelopes}
        there |= set(read.chunks)
        for chunk_id, chunk in read.chunks.items():
            assert self.truth.offered[chunk_id] == hashlib.sha256(chunk).digest()
        assert there <= self.truth.offered.keys()
        assert must <= there
        assert not must_not & there
        self.has[recipient] = read

    async def confirm(self, recipient: str, *, killed: bool) -> None:
        """Bring the server what a recipient confirms, with a batch of replies."""
        self.number += 1
        bundle = self.folder / f"{self.number}-from-{recipient}"
        has = self.has[recipient]
        records = [os.urandom(RECORD_SIZE) for _ in range(64)]
        statements = (
            batch(self.number, records),
            confirmation(self.number, has.envelopes, has.chunks.items()),
        )
        bundle.write_bytes(self.office.outbound(recipient, Day(self.day), *statements))
        command = ("import", "--data", self.data, bundle)
        if not (killed and await self.run(self._moment("import"), *command)):
            await self.run(None, *command)
        bundle.unlink()
        self.truth.records.update(records)
        confirmed = {hashlib.sha256(envelope).digest() for envelope in has.envelopes}
        self.truth.confirmed[recipient] |= confirmed | has.chunks.keys()

    def let_some_grow_old(self) -> None:
        """Date items back, so that whatever comes next deletes them."""
        known = sorted(self.truth.stored.keys() - self.truth.old)
        some = random.sample(known, min(10, len(known)))
        date_back(self.data, some, (self.day - OLD_DAYS) // 7)
        self.truth.old.update(some)

    async def look_at_board(self, server: ServerProcess) -> None:
        """All replies that were taken in are there, whole, once; no others."""
        async with client(server) as http:
            body = b"".join(await load_board(http))
        records = [body[at : at + RECORD_SIZE] for at in range(0, len(body), RECORD_SIZE)]
        assert len(set(records)) == len(records)
        assert self.truth.records == set(records)


async def one_round(courier: Courier, server: ServerProcess, victim: str) -> None:
    """Let the courier go once with everybody uploading, and kill something meanwhile."""
    recipient = random.choice(RECIPIENTS)
    async with load(server, courier.truth):
        if victim == "server":
            trips = random.random() < 0.5
            trip = asyncio.create_task(courier.export(recipient, killed=False)) if trips else None
            await asyncio.sleep(random.uniform(0.01, 0.4))
            server.kill()
            if trip is not None:
                await trip
        elif victim == "export":
            await courier.export(recipient, killed=True)
        else:
            if recipient not in courier.has:
                await courier.export(recipient, killed=False)
            await courier.confirm(recipient, killed=True)
    if victim == "server":
        server.restart()


async def kill_often(
    data: Path, office: PracticeOffice, today: Day, folder: Path, kills: int
) -> None:
    seed = int(os.environ.get("KILL_SEED", random.randrange(1 << 32)))
    print(f"KILL_SEED={seed}")
    random.seed(seed)
    courier = Courier(data, office, today, folder)
    with serving(data) as server:
        for number in range(kills):
            await one_round(courier, server, ("server", "export", "import")[number % 3])
            if number % 8 == 7:
                courier.let_some_grow_old()
                assert intake("status", "--data", data).returncode == 0
        await courier.look_at_board(server)
        for recipient in RECIPIENTS:
            await courier.export(recipient, killed=False)
            await courier.confirm(recipient, killed=False)
        assert server.log() == ""
        assert server.stop() == 0
    await everything_is_wiped(data, courier.truth)


async def everything_is_wiped(data: Path, truth: Truth) -> None:
    """A server that runs for a moment leaves nothing of what was deleted."""
    gone = truth.gone()
    assert truth.stored.keys() <= gone
    with serving(data) as server:
        for _ in range(600):
            if not remains(data, gone):
                break
            await asyncio.sleep(0.1)
        assert server.stop() == 0
    assert remains(data, gone) == set()


def remains(data: Path, gone: set[bytes]) -> set[bytes]:
    """Return which of these items' bytes still lie in a slot."""
    found = set()
    for name, size in (("envelopes.bin", ENVELOPE_SIZE), ("chunks.bin", CHUNK_SIZE)):
        with (data / name).open("rb") as container:
            while slot := container.read(size):
                found.add(hashlib.sha256(slot).digest())
    return found & gone


@pytest.mark.long
async def test_two_hundred_kills_of_server_export_and_import_lose_nothing(
    data: Path, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    await kill_often(data, office, today, tmp_path, 200)
