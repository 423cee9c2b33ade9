"""Gigabytes from the command line to a saved file, the line cut and the client killed on the way.

make test-long ARGS="-k gigabytes"
FIDELIO_BYTES=2000000000 make test-long ARGS="-k gigabytes -s"       by hand: some minutes
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crypto.sizes import CHUNK_SIZE
from intake.storage.kinds import Kind
from tests.means.measured import memory_kib
from tests.means.repository import REPOSITORY
from tests.means.socks_server import SocksServer, socks_server
from tests.means.stored_items import stored_items
from tests.offices.desk import Desk, passphrase_of
from tests.offices.server_process import ServerProcess
from tests.offices.source_client import Source

ONION = "gigabytesgigabytesgigabytesgigabytesgigabytesgigabytes23.onion"
MEMORY_LIMIT_KIB = 150_000
KILLS = 10
# What is noted of a message's progress may lag behind by so many chunks, and some are on their way.
CHUNKS_A_KILL = 24
PIECE = 1_000_000


@dataclass
class Way:
    """From a source to an office, with how much memory each command took, in KiB."""

    folder: Path
    desk: Desk
    server: ServerProcess
    proxy: SocksServer
    memory: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def stored(self) -> int:
        """How many chunks the server holds."""
        return len(stored_items(self.desk.data, Kind.CHUNK))

    def run(self, what: str, *arguments: object, passphrase: str | None = None) -> str:
        """Run a command that must succeed and note its memory; returns what it printed."""
        note = self.folder / "memory"
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as file:
            file.write(f"{passphrase}\n")
        line = [*map(str, arguments)]
        if passphrase:
            line += ["--passphrase-fd", str(reading)]
        began = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.means.measured", str(note), *line],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                pass_fds=(reading,),
            )
        finally:
            os.close(reading)
        assert done.returncode == 0, done.stderr
        self.note(what, int(note.read_text()))
        self.seconds[what] = time.monotonic() - began
        return done.stdout

    def note(self, what: str, kib: int) -> None:
        """Remember what a command took, if it is the most so far."""
        self.memory[what] = max(self.memory.get(what, 0), kib)


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    """An office whose server is reached by a name that a proxy alone knows."""
    desk = Desk.create(tmp_path, [f"http://{ONION}"])
    socket = tmp_path / "http"
    with (
        desk.serving("--unix", str(socket)) as server,
        socks_server(SocksServer({ONION: socket})) as proxy,
    ):
        yield Way(tmp_path, desk, server, proxy)


@pytest.mark.parametrize(
    ("size", "kills"),
    [
        pytest.param(12_000_000, 2, marks=pytest.mark.long),
        pytest.param(
            int(os.environ.get("FIDELIO_BYTES", "200000000")), KILLS, marks=pytest.mark.long
        ),
    ],
)
def test_gigabytes_arrive_identical_in_little_memory_however_often_the_client_is_killed(
    way: Way, size: int, kills: int
) -> None:
    film = way.folder / "film.mp4"
    _write_random(film, size)
    began = time.monotonic()
    _report(way, film, kills)
    way.seconds["client"] = time.monotonic() - began
    way.note("server", way.server.memory_kib())
    _fetch_in_parts(way, size)
    saved = way.folder / "saved"
    vault = way.desk.vault("investigations")
    secret = passphrase_of("investigations")
    way.run("save", "caseworker", "save", vault, 1, "--to", saved, passphrase=secret)
    way.note("server", way.server.memory_kib())
    assert _same(film, saved / "1-report" / "film.mp4")
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=saved)
    assert done.returncode == 0
    print(f"{size:,} bytes: KiB {way.memory}, seconds {way.seconds}")
    assert set(way.memory) == {"client", "server", "export", "import", "save"}
    assert all(kib < MEMORY_LIMIT_KIB for kib in way.memory.values()), way.memory


def _report(way: Way, film: Path, kills: int) -> None:
    """Send a report, the client killed on the way; it sends little twice."""
    source = Source(way.folder, f"http://{ONION}", None)
    proxy = ("--proxy", f"socks5h://127.0.0.1:{way.proxy.port}")
    text = source.file("text.txt", b"The film shows it.")
    first = (*proxy, "--fingerprint", way.desk.fingerprint, "--text-file", text, "--file", film)
    chunks = film.stat().st_size // CHUNK_SIZE
    codename: str | None = None
    for kill in range(1, kills + 1):
        arguments = first if codename is None else ("--resume", *proxy)
        with source.started("report", *arguments, codename=codename) as process:
            while way.stored() < chunks * kill // (kills + 1):
                assert process.poll() is None, process.communicate()
                time.sleep(0.005)
            way.note("client", memory_kib(process.pid))
            process.send_signal(signal.SIGKILL)
            process.wait()
        codename = source.codename()
    note = way.folder / "client"
    prelude = (
        "import atexit, pathlib, tests.means.measured\n"
        f"note = pathlib.Path({str(note)!r})\n"
        "atexit.register(lambda: note.write_text(str(tests.means.measured.memory_kib())))"
    )
    done = source.run("report", "--resume", *proxy, codename=codename, prelude=prelude)
    assert done.code == 0, done.err
    assert not source.unsent()
    way.note("client", int(note.read_text()))
    again = way.proxy.carried_up - way.stored() * CHUNK_SIZE
    assert again < (kills * CHUNKS_A_KILL + 8) * CHUNK_SIZE, again / CHUNK_SIZE


def _fetch_in_parts(way: Way, size: int) -> None:
    """Carry it to the vault in parts, in another order."""
    out = way.desk.stick / "film"
    data, recipient = way.desk.data, "investigations"
    part_size = max(size // 4, 1_000_000)
    way.run(
        "export", "intake", "export", "--data", data, "--recipient", recipient, "--out", out,
        "--part-size", part_size,
    )  # fmt: skip
    parts = sorted(way.desk.stick.glob("film.*"))
    assert len(parts) >= 4
    random.shuffle(parts)
    vault, secret = way.desk.vault(recipient), passphrase_of(recipient)
    for half in (parts[:2], parts[2:]):
        line = ("caseworker", "import", vault, *half, *way.desk.introduction(recipient))
        way.run("import", *line, passphrase=secret)
    for part in parts:
        part.unlink()


def _write_random(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size // PIECE):
            file.write(os.urandom(PIECE))
        file.write(os.urandom(size % PIECE))


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while piece := first.read(PIECE):
            if second.read(PIECE) != piece:
                return False
        return not second.read(1)
