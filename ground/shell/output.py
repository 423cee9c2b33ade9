"""What a program prints, and what becomes of it where nobody can read it.

Whatever was done stays done when its answer cannot be written: nothing here raises. `finish` tells
the frame, which says so on stderr.
"""

import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from ground.shell.columns import terminal_columns, wrapped
from ground.shell.foreign import safe_line

__all__ = ["Output", "complain", "open_standard_streams"]

_STREAMS = ("stdin", "stdout", "stderr")


def open_standard_streams() -> bool:
    """Give the process the standard streams that it was started without; tell if stdout is there.

    Otherwise the next file that is opened, a database say, would get the number of one of them,
    and be printed into.
    """
    has_output = True
    for number, name in enumerate(_STREAMS):
        try:
            os.fstat(number)
            is_open = getattr(sys, name) is not None
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
            is_open = False
        if not is_open:
            has_output = has_output and name != "stdout"
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for the life of the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without a letter shows its code.
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        # Half a character, as a terminal with another encoding gives it, must not stop anybody.
        sys.stdin.reconfigure(errors="replace")
    return has_output


class Output:
    """Standard output. `fault` is why something could not be written, None where all was."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.fault = None if is_there else "standard output is closed"
        self.reader_left = False

    def say(self, text: str = "") -> None:
        """Write a text, each of its lines safe, and a line end."""
        self._write("\n".join(map(safe_line, text.split("\n"))) + "\n")

    def say_data(self, json: str) -> None:
        """Write JSON in ASCII, which no terminal acts on."""
        self._write(json + "\n")

    def _write(self, text: str) -> None:
        if self.fault is not None or self.reader_left:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read along has seen enough.
            self.reader_left = True
            _discard(sys.stdout)
        except (OSError, ValueError) as error:
            self.fault = getattr(error, "strerror", None) or "standard output is closed"
            _discard(sys.stdout)


def complain(*lines: str) -> None:
    """Write lines to stderr, each safe; where that is gone, nobody is told."""
    try:
        sys.stderr.write("".join(f"{piece}\n" for line in lines for piece in _fitted(line)))
        sys.stderr.flush()
    except (OSError, ValueError):
        _discard(sys.stderr)


def _fitted(line: str) -> Iterator[str]:
    """Yield a line as it fits where somebody looks: what goes on would stand where we speak.

    A hint stays one line, since a command in it may be copied.
    """
    safe = safe_line(line)
    if line.startswith("hint:") or not sys.stderr.isatty():
        return iter((safe,))
    return wrapped(safe, terminal_columns(), rest="  ")


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere, so that Python has nothing to say at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        return
    finally:
        os.close(nowhere)
