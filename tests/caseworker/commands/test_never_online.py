"""The caseworker tool opens no connection: it is refused one, and needs none."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.means.repository import REPOSITORY

# The real command runs first, in this very process; what follows is what a library might try.
PROGRAM = """
import asyncio, http.client, json, os, pty, socket, subprocess, sys, urllib.request
from caseworker import cli
assert cli.main(["status", "no such folder"]) == 1
port, datagrams, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
there, url = ("127.0.0.1", port), f"http://127.0.0.1:{port}/"

def by_datagram(send):
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        send(one)

def by_file():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(path)

async def by_loop():
    await asyncio.get_running_loop().create_connection(asyncio.Protocol, *there)

attempts = {
    "connect": lambda: socket.create_connection(there),
    "connect_ex": lambda: socket.socket().connect_ex(there),
    "sendto": lambda: by_datagram(lambda one: one.sendto(b"x", ("127.0.0.1", datagrams))),
    "sendmsg": lambda: by_datagram(
        lambda one: one.sendmsg([b"x"], (), 0, ("127.0.0.1", datagrams))),
    "fast open": lambda: socket.socket().sendto(b"x", 0x20000000, there),
    "a socket that is a file": by_file,
    "getaddrinfo": lambda: socket.getaddrinfo("localhost", 80),
    "gethostbyname": lambda: socket.gethostbyname("localhost"),
    "gethostbyaddr": lambda: socket.gethostbyaddr("127.0.0.1"),
    "getnameinfo": lambda: socket.getnameinfo(there, 0),
    "http": lambda: http.client.HTTPConnection(*there).request("GET", "/"),
    "urllib": lambda: urllib.request.urlopen(url),
    "asyncio": lambda: asyncio.run(by_loop()),
    "subprocess": lambda: subprocess.run(["true"]),
    "system": lambda: os.system("true"),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "spawn": lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]),
    "fork": lambda: os.fork() or os._exit(0),
    "forkpty": lambda: pty.fork()[0] or os._exit(0),
    "pty": lambda: pty.spawn(["true"]),
}
outcomes = {}
for name, attempt in attempts.items():
    try:
        attempt()
        outcomes[name] = "done"
    except PermissionError as error:
        outcomes[name] = str(error)
    except OSError as error:
        outcomes[name] = repr(error.__context__ or error.reason if name == "urllib" else error)
print(json.dumps(outcomes))
"""
# In a namespace of its own: loopback alone, which has to be put up first.
ALONE = """
import fcntl, os, socket, struct, sys
assert [name for _, name in socket.if_nameindex()] == ["lo"]
with socket.socket() as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.fixture
def listeners() -> Iterator[list[socket.socket]]:
    """Somebody who listens: to connections, to datagrams, and at a socket that is a file."""
    with ExitStack() as stack:
        stream = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        datagrams = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        datagrams.bind(("127.0.0.1", 0))
        file = stack.enter_context(socket.socket(socket.AF_UNIX))
        # The path of a socket is short, that of a test's folder may not be.
        folder = stack.enter_context(TemporaryDirectory())
        file.bind(f"{folder}/socket")
        file.listen()
        for one in (stream, datagrams, file):
            one.setblocking(False)
        yield [stream, datagrams, file]


def test_whatever_reaches_out_is_refused_in_the_process_of_a_command(
    listeners: list[socket.socket],
) -> None:
    """Finding: Dangerzone, network in the machine that opens."""
    stream, datagrams, file = listeners
    places = [stream.getsockname()[1], datagrams.getsockname()[1], file.getsockname()]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, places)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert len(outcomes) == 21
    assert {name: said for name, said in outcomes.items() if "never online" not in said} == {}
    for one in (stream, file):
        with pytest.raises(BlockingIOError):
            one.accept()
    with pytest.raises(BlockingIOError):
        datagrams.recv(1)


def may_be_alone() -> bool:
    """Whether this machine lets us have a network namespace of our own."""
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "--net", "true"]).returncode == 0


@pytest.mark.long
def test_all_that_the_caseworker_tool_does_it_does_with_loopback_alone(tmp_path: Path) -> None:
    """Every test of this room but this one, where there is no network to reach."""
    if not may_be_alone():
        pytest.skip("a network namespace of one's own is refused here")
    suite = ["-m", "pytest", "tests/caseworker", "-m", "not long and not soak", "-q", "-n", "2"]
    suite += ["--dist", "loadfile", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inner'}"]
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", ALONE, *suite],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
