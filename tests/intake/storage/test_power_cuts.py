"""What a power cut leaves: the disk as it is at one moment, without what is still in memory.

A kill cannot show a missing fsync, since the kernel writes later what a killed process has left. So
the data folder lies in an ext4 image. At a random moment after an answer of 204, or after a command
has ended, the image file is copied as it is: what the file system has not submitted by then, for
nobody asked it to, is not in the copy. The copy is mounted, and the same commands go on with it.

The server stands still (SIGSTOP) while its image is copied, for a copy takes longer than a power
cut. A journal that commits every 1,000 seconds helps nobody who did not ask for it.
"""

import asyncio
import hashlib
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from crypto.directory import fingerprint
from crypto.names import Day
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE, RECORD_SIZE
from tests.means.file_systems import MIB, make_image, mounted
from tests.means.quick_source import load_board
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import PracticeOffice, batch, confirmation, read_export

IMAGE_BYTES = 160 * MIB
HOSTILE = "commit=1000"
SETTINGS = "disk_floor = 0\n"
WHEN = (asyncio.FIRST_COMPLETED, asyncio.ALL_COMPLETED)
# What a kernel does that was told nothing: the calls return, and nothing is on the disk.
FORGETFUL = """
import os
sync = os.fdatasync
def forgetting(descriptor):
    if "{file}" not in os.readlink(f"/proc/self/fd/{{descriptor}}"):
        sync(descriptor)
os.fdatasync = forgetting
"""
FORGOTTEN = {
    "bodies": ".bin",
    "index": ".index",
}


@dataclass
class Disk:
    """A data folder in an image, and copies of the image."""

    image: Path
    data: Path
    stored: dict[str, set[bytes]] = field(
        default_factory=lambda: {"envelopes": set(), "chunks": set()}
    )

    @contextmanager
    def after_a_power_cut(self) -> Iterator[Path]:
        """Mount the image as it is right now; yields the data folder in it."""
        copy, folder = self.image.with_name("copy.img"), self.image.with_name("copy")
        command = ["cp", "--reflink=never", "--sparse=always", str(self.image), str(copy)]
        subprocess.run(command, check=True)
        try:
            with mounted(copy, folder):
                yield folder / "data"
        finally:
            copy.unlink()


@pytest.fixture
def disk(tmp_path: Path, imported: Path) -> Iterator[Disk]:
    """An image that holds the data folder after the office's first import."""
    image = tmp_path / "disk.img"
    make_image(image, IMAGE_BYTES)
    with mounted(image, tmp_path / "mounted", HOSTILE) as folder:
        shutil.copytree(imported, folder / "data", symlinks=True)
        (folder / "data" / "intake.toml").write_text(SETTINGS)
        os.sync()
        yield Disk(image, folder / "data")


@contextmanager
def standing_still(server: ServerProcess) -> Iterator[None]:
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


async def put(http: aiohttp.ClientSession, disk: Disk, kind: str) -> None:
    """Store one item; what is answered 204 is stored from then on."""
    body = os.urandom(ENVELOPE_SIZE if kind == "envelopes" else CHUNK_SIZE)
    digest = hashlib.sha256(body).digest()
    async with http.put(f"/v1/{kind}/{digest.hex()}", data=body) as answer:
        assert answer.status == 204
        disk.stored[kind].add(digest)


def lost(data: Path, stored: dict[str, set[bytes]], out: Path) -> int:
    """Serve a data folder, export from it; returns how many of the stored items are not there."""
    with serving(data) as server:
        succeed("export", "--data", data, "--recipient", "main", "--out", out)
        assert server.log() == ""
    read = read_export(out.read_bytes())
    out.unlink()
    envelopes = {hashlib.sha256(one).digest() for one in read.envelopes}
    chunks = {hashlib.sha256(one).digest() for one in read.chunks.values()}
    return len(stored["envelopes"] - envelopes) + len(stored["chunks"] - chunks)


async def cut_power_often(disk: Disk, server: ServerProcess, cuts: int, out: Path) -> int:
    """Cut the power at random moments under load; returns how many stored items were lost."""
    missing = 0
    async with client(server) as http:
        for _ in range(cuts):
            uploads = [
                asyncio.create_task(put(http, disk, random.choice(("envelopes", "chunks"))))
                for _ in range(random.randint(1, 6))
            ]
            await asyncio.wait(uploads, return_when=random.choice(WHEN))
            with standing_still(server):
                stored = {kind: set(names) for kind, names in disk.stored.items()}
                with disk.after_a_power_cut() as data:
                    missing += lost(data, stored, out)
            await asyncio.gather(*uploads)
    return missing


async def test_what_was_answered_204_is_there_after_a_power_cut(disk: Disk, tmp_path: Path) -> None:
    with serving(disk.data) as server:
        assert await cut_power_often(disk, server, 3, tmp_path / "out") == 0


@pytest.mark.long
async def test_nothing_is_lost_by_forty_power_cuts(disk: Disk, tmp_path: Path) -> None:
    with serving(disk.data) as server:
        assert await cut_power_often(disk, server, 40, tmp_path / "out") == 0


@pytest.mark.parametrize("forgotten", FORGOTTEN)
async def test_a_sync_that_is_left_out_would_be_seen(
    disk: Disk, tmp_path: Path, forgotten: str
) -> None:
    """The proof that the tests above can fail: with a sync made void, items are lost."""
    (tmp_path / "sitecustomize.py").write_text(FORGETFUL.format(file=FORGOTTEN[forgotten]))
    with serving(disk.data, env={"PYTHONPATH": str(tmp_path)}) as server:
        async with client(server) as http:
            await put(http, disk, "chunks")
        with standing_still(server), disk.after_a_power_cut() as data:
            assert lost(data, disk.stored, tmp_path / "out") == 1


async def test_an_import_that_has_ended_survives_a_power_cut(
    disk: Disk, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """Replies, confirmations and what they delete: no byte of that is left in its slot."""
    bodies = [os.urandom(ENVELOPE_SIZE) for _ in range(3)]
    with serving(disk.data) as server:
        async with client(server) as http:
            for body in bodies:
                name = hashlib.sha256(body).hexdigest()
                async with http.put(f"/v1/envelopes/{name}", data=body) as answer:
                    assert answer.status == 204
        assert server.stop() == 0
    for recipient in ("board", "main"):
        bundle = tmp_path / recipient
        statements = batch(1, 64), confirmation(1, bodies)
        bundle.write_bytes(office.outbound(recipient, today, *statements))
        succeed("import", "--data", disk.data, bundle)
    with disk.after_a_power_cut() as data:
        held = (data / "envelopes.bin").read_bytes()
        assert not any(body in held for body in bodies)
        with serving(data) as server:
            async with client(server) as http:
                assert len(b"".join(await load_board(http))) == 128 * RECORD_SIZE
            said = succeed("import", "--data", data, tmp_path / "main")
            assert "taken in before" in said


def test_a_first_import_that_has_ended_survives_a_power_cut(
    disk: Disk, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """The data folder's own name, the database, and every page of the site."""
    shutil.rmtree(disk.data)
    os.sync()
    bundle = tmp_path / "first"
    bundle.write_bytes(office.outbound("main", today))
    digits = fingerprint(office.genesis_id)
    succeed("import", "--data", disk.data, bundle, "--fingerprint", digits)
    pages = {
        path.relative_to(disk.data): path.read_bytes()
        for path in (disk.data / "site").resolve().rglob("*")
        if path.is_file()
    }
    with disk.after_a_power_cut() as data:
        assert {page: (data / page).read_bytes() for page in pages} == pages
        assert (data / "site").resolve().parent == data
        assert "taken in before" in succeed("import", "--data", data, bundle)


def test_an_export_that_has_ended_survives_a_power_cut(disk: Disk) -> None:
    """A stick may be pulled out as soon as the command has ended."""
    out = disk.data.parent / "out"
    succeed("export", "--data", disk.data, "--recipient", "main", "--out", out, "--part-size", "1M")
    with disk.after_a_power_cut() as data:
        part = data.parent / "out.001"
        assert part.read_bytes() == (disk.data.parent / "out.001").read_bytes()
