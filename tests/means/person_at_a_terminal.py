"""Somebody at a terminal: types, reads what it shows, and sees what stands where."""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.means.repository import REPOSITORY

SECONDS = 60.0
_MOST_LINES = 1000


class Person:
    """Somebody who types at a terminal and reads what it shows."""

    def __init__(self, process: int, terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.seen = ""
        self._read_up_to = 0

    def wait_for(self, text: str) -> None:
        """Read until the terminal shows a text that was not there before."""
        deadline = time.monotonic() + SECONDS
        while (found := self.seen.find(text, self._read_up_to)) < 0:
            assert time.monotonic() < deadline, self.seen
            assert self._read(), f"ended without {text!r}: {self.seen}"
        self._read_up_to = found + len(text)

    def types(self, after: str, line: str) -> None:
        """Wait for a question and answer it."""
        self.wait_for(after)
        os.write(self._terminal, line.encode() + b"\n")

    def presses_ctrl_c(self, after: str) -> None:
        """Wait for a text and stop the program."""
        self.wait_for(after)
        os.write(self._terminal, b"\x03")

    def presses_ctrl_d(self, after: str) -> None:
        """Wait for a text and end what standard input holds."""
        self.wait_for(after)
        os.write(self._terminal, b"\x04")

    def ends(self) -> int:
        """Read to the end; returns the exit code."""
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])

    def _read(self) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], SECONDS)
        assert ready, f"silent for {SECONDS} s: {self.seen}"
        try:
            data = os.read(self._terminal, 65_536)
        except OSError:
            return False
        self.seen += self._decoder.decode(data).replace("\r\n", "\n")
        return bool(data)


@contextmanager
def person(
    folder: Path, *arguments: str, columns: int = 80, **changes: str | None
) -> Iterator[Person]:
    """Somebody who runs a command of `intake` at a terminal."""
    line = ("-m", "intake.cli", *arguments)
    with at_a_terminal(folder, *line, columns=columns, **changes) as someone:
        yield someone


@contextmanager
def at_a_terminal(
    folder: Path, *arguments: str, columns: int = 80, **changes: str | None
) -> Iterator[Person]:
    """Somebody who runs Python with some arguments at a terminal so wide.

    `changes`: variables of the environment that are set, or unset where None.
    """
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.chdir(REPOSITORY)
        usual = {"TERM": "xterm", "XDG_STATE_HOME": str(folder), "LC_ALL": "C.UTF-8"}
        environment = {**os.environ, **usual, "COLUMNS": None, **changes}
        variables = {name: value for name, value in environment.items() if value is not None}
        os.execve(sys.executable, [sys.executable, *arguments], variables)
    try:
        yield Person(process, terminal)
    finally:
        try:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(terminal)


def screen_lines(shown: str, columns: int) -> list[str]:
    """The lines that a terminal so wide holds after all that was shown, however many."""
    screen = pyte.Screen(columns, _MOST_LINES)
    pyte.Stream(screen).feed(shown.replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display if line.strip()]
