"""What a connection brought is gone from the server's memory once it is over."""

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.sizes import ENVELOPE_SIZE
from intake.server.memory_overwritten import overwrites_freed_memory, shows_what_was_there
from tests.means.canaries import Canaries, memory_of, socket_address
from tests.means.repository import REPOSITORY
from tests.offices.server_process import ServerProcess, serving, wait_until

CONNECTIONS = 24
MARK = secrets.token_hex(12)
"""Stands in everything that visitors tell about themselves, so that one search finds all of it."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with an address that is like no other's."""

    connection: socket.socket
    addresses: dict[str, str | bytes]

    def ask(self, request: str, body: bytes = b"") -> bytes:
        """Send a request with all that a browser tells about itself; returns what is answered."""
        headers = "".join(f"{name}: {MARK}\r\n" for name in ("Host", "User-Agent", "Cookie", "X"))
        self.connection.sendall(f"{request}\r\n{headers}\r\n".encode("latin-1") + body)
        return self.connection.recv(65_536)


def visitor(server: ServerProcess, number: int) -> Visitor:
    """Connect from an address of this machine that nobody else uses."""
    host, port = server.address.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.bind((f"127.{100 + number}.{secrets.randbelow(100) + 100}.213", 0))
    connection.connect((host, int(port)))
    mine, my_port = connection.getsockname()
    addresses = {f"address {number}": mine, f"socket {number}": socket_address(mine, my_port)}
    return Visitor(connection, addresses)


def visit(server: ServerProcess, number: int) -> dict[str, str | bytes]:
    """Do all that can be done on one connection; returns where it came from."""
    one = visitor(server, number)
    envelope = os.urandom(ENVELOPE_SIZE)
    put = f"PUT /v1/envelopes/{hashlib.sha256(envelope).hexdigest()} HTTP/1.1"
    stored = one.ask(f"{put}\r\nContent-Length: {ENVELOPE_SIZE}", envelope)
    assert stored.startswith(b"HTTP/1.1 204")
    assert b" 404 " in one.ask(f"GET /{MARK}?{MARK} HTTP/1.1")
    if number % 3 == 0:
        one.ask(f"GARBAGE {MARK}")
    elif number % 3 == 1:
        one.connection.sendall(f"PUT /{MARK} HTTP/1.1\r\nHost: {MARK}\r\nContent-Len".encode())
    one.connection.close()
    return one.addresses


def memory(server: ServerProcess, folder: Path) -> bytes:
    """All that the server has in memory now."""
    try:
        memory_of(server.process.pid, folder / "memory")
    except PermissionError:
        pytest.skip("another process's memory can only be read by root here")
    return (folder / "memory").read_bytes()


def left_in_memory(canaries: Canaries, server: ServerProcess, folder: Path) -> list[str]:
    """What of them is in the server's memory once it has had the time to forget.

    It does so within two seconds, where nothing else keeps the machine busy.
    """
    deadline = time.monotonic() + 60
    while (left := canaries.in_bytes(memory(server, folder))) and time.monotonic() < deadline:
        time.sleep(0.5)
    return left


def test_no_address_and_no_header_outlives_its_connection(
    server: ServerProcess, tmp_path: Path
) -> None:
    """In no form, after uploads, pages, malformed requests and requests broken off.

    Finding: CoverDrop, user agents counted at the door.
    """
    addresses: dict[str, str | bytes] = {}
    for number in range(CONNECTIONS):
        addresses |= visit(server, number)
    canaries = Canaries({"what a browser tells": MARK} | addresses)
    assert left_in_memory(canaries, server, tmp_path) == []


def test_what_is_connected_is_in_memory_until_it_is_not(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Else the test above would prove nothing."""
    one = visitor(server, 0)
    one.ask("GET / HTTP/1.1")
    assert MARK.encode() in memory(server, tmp_path)
    one.connection.close()
    assert left_in_memory(Canaries({"what a browser tells": MARK}), server, tmp_path) == []


def test_a_process_that_was_not_told_to_overwrites_nothing() -> None:
    """This one, as Python starts without being told: so the trial can fail."""
    trial = "from intake.server.memory_overwritten import *; print(overwrites_freed_memory())"
    environment = {**os.environ, "PYTHONMALLOC": "pymalloc", "GLIBC_TUNABLES": ""}
    for tunables in ("", "glibc.malloc.perturb=165"):
        for malloc in ("pymalloc", "malloc"):
            environment |= {"PYTHONMALLOC": malloc, "GLIBC_TUNABLES": tunables}
            ran = subprocess.run(
                [sys.executable, "-c", trial], cwd=REPOSITORY, env=environment, capture_output=True
            )
            assert ran.stdout == b"False\n", environment
    assert callable(overwrites_freed_memory)


def test_the_server_starts_itself_again_as_the_same_process(data: Path) -> None:
    """With all that it was given, and what it was told about memory added to it."""
    given = {"GLIBC_TUNABLES": "glibc.malloc.arena_max=4", "KEPT": "kept"}
    with serving(data, env=given) as server:
        shown = Path(f"/proc/{server.process.pid}/environ").read_bytes()
        for setting in (b"KEPT=kept", b"PYTHONMALLOC=malloc", b"glibc.malloc.arena_max=4"):
            assert setting in shown
        assert server.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_a_signal_as_before(data: Path, number: int) -> None:
    """A service manager knows one process id and two signals."""
    with serving(data, "--unix", str(data.parent / "socket")) as server:
        server.process.send_signal(number)
        wait_until(lambda: server.process.poll() is not None)
        assert server.process.returncode == 0


def test_a_python_that_cannot_be_told_is_refused_with_a_hint(data: Path) -> None:
    """`-I` and `-E` make Python ignore its environment."""
    listen = ("--listen", "127.0.0.1:0")
    ran = subprocess.run(
        [sys.executable, "-I", "-m", "intake.cli", "serve", "--data", str(data), *listen],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "does not overwrite the memory" in ran.stderr
    assert "hint: run it with a Python that uses the GNU C library" in ran.stderr


def test_a_byte_of_an_address_is_not_taken_for_memory_that_was_left() -> None:
    """Else one start in a hundred would be refused, by chance."""
    assert not shows_what_was_there(bytes.fromhex("4033339e59550000"))
    assert not shows_what_was_there(b"\xa5" * 200)
    assert shows_what_was_there(b"3" * 8)
    assert shows_what_was_there(b"\xa5" * 40 + b"3" * 100)
