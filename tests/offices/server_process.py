"""Real `intake` processes for tests: the server and the commands beside it.

Every test of the server starts it here; its data folder comes from `first_import` or `desk`.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from tests.means.repository import REPOSITORY

START_SECONDS = 60.0


def intake(
    *arguments: object, stdin: str | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run an `intake` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "intake.cli", *map(str, arguments)],
        cwd=REPOSITORY,
        input=stdin if stdin is not None else "",
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=300,
        # Whoever runs the tests at a terminal is not asked.
        start_new_session=True,
    )


def succeed(*arguments: object, env: Mapping[str, str] | None = None) -> str:
    """Run an `intake` command that must succeed; returns what it printed."""
    done = intake(*arguments, env=env)
    assert done.returncode == 0, f"intake {shlex.join(map(str, arguments))}: {done.stderr}"
    return done.stdout


class ServerProcess:
    """A running `intake serve`. `address` is its origin, `log` what it wrote to stderr."""

    def __init__(self, data: Path, *listen: str, env: Mapping[str, str] | None = None) -> None:
        self.data = data
        self._listen = listen or ("--listen", "127.0.0.1:0")
        self._env = env
        self._log = data.with_name(data.name + ".log")
        self.process = self._start()
        self.address = self._wait()

    def _start(self) -> "subprocess.Popen[str]":
        with self._log.open("a") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "intake.cli",
                    "serve",
                    "--data",
                    str(self.data),
                    *self._listen,
                ],
                cwd=REPOSITORY,
                env={**os.environ, **(self._env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def _wait(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Serving on "), self.log()
        return line.removeprefix("Serving on ").strip().rstrip("/")

    def log(self) -> str:
        """Everything that it has written to stderr, over all its lives."""
        return self._log.read_text()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._close()

    def stop(self) -> int:
        """Ask it to end, and wait; returns its exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self._close()
        return code

    def restart(self) -> None:
        """Start the same command again."""
        self.process = self._start()
        self.address = self._wait()

    def memory_kib(self) -> int:
        """Its resident memory at its highest, in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1])

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def serving(
    data: Path, *listen: str, env: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """A server for the time of a test."""
    server = ServerProcess(data, *listen, env=env)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def wait_for_slots(server: ServerProcess) -> None:
    """Wait until no slots are on their way.

    The first ones are there before it serves; the file that says so goes at a later beat.
    """
    folder = DataFolder(server.data)
    wait_until(
        lambda: all(
            folder.bodies(kind).stat().st_size > 0 and not folder.growth(kind).exists()
            for kind in Kind
        )
    )


def client(server: ServerProcess, connections: int = 100) -> aiohttp.ClientSession:
    """An HTTP client for a server on a port or on a Unix socket, which takes bytes as they are."""
    plain = {"Accept-Encoding": "identity"}
    if server.address.startswith("unix:"):
        path = server.address.removeprefix("unix:")
        connector: aiohttp.BaseConnector = aiohttp.UnixConnector(path, limit=connections)
        return aiohttp.ClientSession("http://intake", connector=connector, headers=plain)
    connector = aiohttp.TCPConnector(limit=connections)
    return aiohttp.ClientSession(
        server.address, connector=connector, headers=plain, auto_decompress=False
    )


def wait_until(condition: "object", seconds: float = START_SECONDS) -> None:
    """Wait until a condition (a function of nothing) holds."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
