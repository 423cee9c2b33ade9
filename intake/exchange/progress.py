"""How far something long has come, for whoever watches a terminal."""

import shutil
import sys
import time
from types import TracebackType
from typing import Final, Self

_EVERY_SECONDS: Final = 0.2
_CLEAR: Final = "\r\x1b[K"
_UNITS: Final = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


class Progress:
    """Shows on stderr, if that is a terminal, how much of `total` bytes is done and how it goes on.

    As a context, it leaves the line to what comes next.
    """

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._began = self._shown = time.monotonic()
        self._visible = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._visible:
            print(_CLEAR, end="", file=sys.stderr, flush=True)

    def add(self, size: int) -> None:
        """Note that so many bytes more are done."""
        self._done += size
        now = time.monotonic()
        if self._visible and now - self._shown >= _EVERY_SECONDS:
            self._shown = now
            line = self._line(max(now - self._began, 0.001))
            # A line that the terminal breaks could not be written over.
            room = shutil.get_terminal_size().columns - 1
            print(_CLEAR + line[:room], end="", file=sys.stderr, flush=True)

    def _line(self, seconds: float) -> str:
        speed = self._done / seconds
        left = round((self._total - self._done) / max(speed, 1.0))
        return (
            f"{self._what}: {_size(self._done)} of {_size(self._total)}, "
            f"{_size(speed)}/s, {_time(max(left, 0))} left"
        )


def _size(size: float) -> str:
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size:.0f} bytes"


def _time(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
