"""How far something long has come, for whoever watches a terminal."""

import sys


class Progress:
    """Shows a share of `total` bytes on stderr, if that is a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._shown = -1
        self._visible = sys.stderr.isatty()

    def add(self, size: int) -> None:
        """Note that so many bytes more are done."""
        self._done += size
        percent = 100 * self._done // self._total
        if self._visible and percent != self._shown:
            self._shown = percent
            print(f"\rWriting… {percent} %", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line to what comes next."""
        if self._visible and self._shown >= 0:
            print("\r" + " " * 20 + "\r", end="", file=sys.stderr, flush=True)
