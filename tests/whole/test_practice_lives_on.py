"""The practice office of `make run`, whose people never do a thing: it lives on by itself."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.means.clock import clock_ahead, clock_by, set_clock
from tests.means.repository import REPOSITORY
from tests.offices.server_process import succeed
from tests.offices.source_client import Source

# Those of a practice office that nobody else tries out: the first, and the last.
PORTS = (8082, 8081)
BEGIN_WITHIN_SECONDS = 600
RENEW_WITHIN_SECONDS = 600


@dataclass
class Practice:
    """A practice office in a folder like the project's, and somebody who reports to it."""

    folder: Path
    port: int

    @property
    def clock(self) -> Path:
        """The file that says how far ahead the clock is."""
        return self.folder / "clock"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it as `make run` does, until Ctrl-C."""
        command = [
            sys.executable,
            str(self.folder / "deploy/practice.py"),
            "--port",
            str(self.port),
        ]
        with subprocess.Popen(
            command, env=_environment(self.clock), stdout=subprocess.DEVNULL
        ) as office:
            try:
                self._wait(office)
                yield
            finally:
                office.send_signal(signal.SIGTERM)

    def _wait(self, office: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + BEGIN_WITHIN_SECONDS
        while not _listens(self.port):
            assert office.poll() is None, "the practice office ended"
            assert time.monotonic() < deadline, "the practice office did not begin"
            time.sleep(0.2)

    def status(self, days: int) -> dict[str, Any]:
        """What `intake status` says on a day."""
        data = self.folder / "practice/data"
        said: dict[str, Any] = json.loads(
            succeed("status", "--data", data, "--json", env=clock_ahead(days))
        )
        return said

    def wait_until_renewed(self, days: int) -> None:
        """Wait until nothing is warned of, and the server, which looks now and then, knows it."""
        deadline = time.monotonic() + RENEW_WITHIN_SECONDS
        while self.status(days)["warnings"] or not self._is_open():
            assert time.monotonic() < deadline, "it was not renewed while it ran"
            time.sleep(2)

    def _is_open(self) -> bool:
        # Not through a proxy that this machine may have.
        direct = build_opener(ProxyHandler({}))
        with direct.open(f"http://127.0.0.1:{self.port}/v1/status", timeout=60) as answer:
            return bool(json.load(answer)["envelopes"]["open"])

    def report(self, days: int) -> None:
        """Report on a day, as somebody who was never here."""
        sheet = (self.folder / "practice/office/fingerprint.txt").read_text()
        digits = "".join(letter for letter in sheet if letter.isdigit())[:80]
        folder = self.folder / f"source-{days}"
        folder.mkdir()
        source = Source(folder, f"http://127.0.0.1:{self.port}", None)
        text = source.file("text.txt", b"It happened.")
        line = ["--fingerprint", digits, "--text-file", text]
        done = source.run("report", *line, environment=clock_ahead(days))
        assert done.code == 0, done.err

    def check(self, days: int) -> None:
        """Nothing shows it expired, or soon to be, and a report is taken."""
        status = self.status(days)
        assert status["warnings"] == []
        assert status["accepted"] == {"envelopes": "open", "chunks": "open"}
        self.report(days)


def _environment(clock: Path) -> dict[str, str]:
    return {**os.environ, **clock_by(clock)}


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A folder like the project's, where nobody practised yet."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(REPOSITORY / "deploy" / "practice.py", tmp_path / "deploy" / "practice.py")
    port = next((one for one in PORTS if not _listens(one)), None)
    if port is None:
        pytest.skip("all ports of a practice office are in use on this machine")
    practice = Practice(tmp_path, port)
    set_clock(practice.clock, 0)
    return practice


@pytest.mark.long
def test_it_takes_a_report_whenever_it_is_started_and_while_weeks_go_by(practice: Practice) -> None:
    with practice.running():
        practice.check(0)
    set_clock(practice.clock, 25)
    with practice.running():
        practice.check(25)
        set_clock(practice.clock, 125)
        practice.wait_until_renewed(125)
        practice.check(125)


@pytest.mark.long
def test_it_takes_a_report_at_every_start_over_a_year(practice: Practice) -> None:
    for days in (0, 8, 20, 25, 60, 100, 400):
        set_clock(practice.clock, days)
        with practice.running():
            practice.check(days)


@pytest.mark.soak
def test_it_takes_a_report_every_week_while_it_runs_for_half_a_year(practice: Practice) -> None:
    with practice.running():
        for days in range(0, 182, 7):
            set_clock(practice.clock, days)
            practice.wait_until_renewed(days)
            practice.check(days)
