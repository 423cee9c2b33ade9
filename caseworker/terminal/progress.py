"""How far something long has come: on standard error, and only where that is a terminal."""

import shutil
import sys
import time
from types import TracebackType
from typing import Self

from caseworker.terminal.layout import size_text, time_text

_SECONDS_BETWEEN = 0.2
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Counts bytes up to a total and shows size, speed and time left; silent elsewhere."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = max(total, 1)
        self._done = 0
        self._started = self._shown = time.monotonic()
        self._seen = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._seen:
            print(_CLEAR_LINE, end="", file=sys.stderr, flush=True)

    def add(self, size: int) -> None:
        """Count `size` bytes more as done."""
        self._done += size
        now = time.monotonic()
        if self._seen and now - self._shown >= _SECONDS_BETWEEN:
            self._shown = now
            print(_CLEAR_LINE + self._line(now), end="", file=sys.stderr, flush=True)

    def _line(self, now: float) -> str:
        speed = max(self._done / max(now - self._started, 0.001), 1.0)
        left = round(max(self._total - self._done, 0) / speed)
        figures = (
            f": {size_text(self._done)} of {size_text(self._total)}, "
            f"{size_text(round(speed))}/s, {time_text(left)} left"
        )
        # A line that the terminal breaks could not be written over.
        room = shutil.get_terminal_size().columns - 1 - len(figures)
        what = self._what if len(self._what) <= room else f"{self._what[: max(room - 1, 0)]}…"
        return what + figures
