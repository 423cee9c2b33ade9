"""When the server writes: on a grid of time, so that no file's time tells when something came.

While things come, at each quarter of a second; where many wait, at the next 1/128 of one, since
then a time is that of a crowd. Where nothing comes, at the latest after the longest pause that the
operator allows, and then random bytes are written over free slots: so the newest time of a file is
always that of a beat, and what came last is not seen behind it for longer than that.

What that costs: at each beat 32 KiB in each file of bodies and a page in each of the four of the
index, 80 KiB, and as good as nothing besides. Once a second that is 7 GB a day, every five seconds
1.4 GB, once a minute 0.12 GB.
"""

import time
from dataclasses import dataclass
from typing import Final

__all__ = ["CROWD", "CROWD_SECONDS", "LONGEST_SECONDS", "QUICK_SECONDS", "Beat"]

QUICK_SECONDS: Final = 1 / 4
"""The grid while things come or there is work."""

CROWD: Final = 32
"""So many uploads that wait make a crowd."""

CROWD_SECONDS: Final = 1 / 128
"""The grid for a crowd."""

LONGEST_SECONDS: Final = 60
"""The longest pause that can be asked for."""


@dataclass(frozen=True)
class Beat:
    """The grid of a server. `pause_seconds`: the longest time without writing."""

    pause_seconds: float

    def wait(self, waiting: int, *, has_work: bool) -> float:
        """Return the seconds until the next beat, with so many uploads waiting."""
        if waiting >= CROWD:
            step = CROWD_SECONDS
        elif waiting or has_work:
            step = min(QUICK_SECONDS, self.pause_seconds)
        else:
            step = self.pause_seconds
        # By the clock that file systems use: the grid is the same for all servers.
        return step - time.time() % step
