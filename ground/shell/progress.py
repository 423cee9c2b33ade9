"""One line that says how far something long has come: on stderr, only where that is a terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TextIO

from ground.languages import gettext as _
from ground.shell.columns import columns_of, cut, terminal_columns
from ground.shell.figures import size_text, time_text
from ground.shell.foreign import safe_line

__all__ = ["SECONDS_BETWEEN", "SECONDS_MEASURED", "Progress", "ProgressLine", "progress_figures"]

SECONDS_BETWEEN = 0.2
"""How often the line is written anew at most."""

SECONDS_MEASURED = 2.0
"""How long something goes on before its speed says anything of the time that is left."""

_CLEAR_LINE = "\r\x1b[K"


class ProgressLine:
    """A line that is written over, and cleared before anything else is said."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self.is_seen = self._stream.isatty()
        self._written = 0.0
        self._is_there = False

    def show(self, text: str, figures: str = "", *, now: bool = False) -> None:
        """Show a text and figures; of the text, so much as leaves room for the figures.

        Too soon after the last time nothing is written, unless it has to be `now`.
        """
        moment = time.monotonic()
        if not self.is_seen or (not now and moment - self._written < SECONDS_BETWEEN):
            return
        self._written = moment
        # A line that the terminal breaks could not be written over.
        room = terminal_columns() - 1
        line = cut(safe_line(text), max(room - columns_of(figures), 0)) + figures
        self._write(_CLEAR_LINE + cut(line, room))
        self._is_there = True

    def clear(self) -> None:
        """Leave the line to what comes next."""
        if self._is_there:
            self._is_there = False
            self._write(_CLEAR_LINE)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # Whoever looked is gone; what is being done goes on.
            self.is_seen = False


class Progress:
    """Counts bytes up to a total and shows size, speed and time left. To be used as a context."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = max(total, 1)
        self._done = self._before = 0
        self._began = time.monotonic()
        self._line = ProgressLine()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._line.clear()

    def add(self, size: int) -> None:
        """Count `size` bytes more as done."""
        self._done += size
        if self._line.is_seen:
            figures = progress_figures(self._done, self._total, self._began, self._before)
            self._line.show(self._what, f": {figures}")

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Leave the line to a person who is asked within; the time they take says nothing."""
        self._line.clear()
        yield
        self._began, self._before = time.monotonic(), self._done


def progress_figures(done: int, total: int, began: float, before: int = 0) -> str:
    """Return the size of what began at a monotonic time, in bytes; later its speed and time left.

    `before`: so many of them were done already when it began; they say nothing of the speed.
    """
    measured = time.monotonic() - began
    if done <= before or measured < SECONDS_MEASURED:
        return _("{size} of {total}").format(size=size_text(done), total=size_text(total))
    speed = max((done - before) / measured, 1.0)
    return _("{size} of {total}, {speed}/s, {time} left").format(
        size=size_text(done),
        total=size_text(total),
        speed=size_text(round(speed)),
        time=time_text(max(total - done, 0) / speed),
    )
