"""How a server is reached, and which requests of a run Tor must not carry on one line.

Tor gives each pair of SOCKS name and password circuits of its own (IsolateSOCKSAuth, its default).
Whoever sees the server's side of one circuit knows that all it carries comes from one device. So
each purpose has its own: what everybody asks of the office, the board, which says that somebody
waits for an answer, the files, and the message. And each connection of a run draws them anew: the
directory that an upload asks for again comes from elsewhere than the one before the board.
"""

import secrets
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from intake.source.reach.address import Proxy

__all__ = ["PAUSE_MAX_SECONDS", "PAUSE_MIN_SECONDS", "Isolation", "Pause", "Purpose", "Route"]

PAUSE_MIN_SECONDS: Final = 3.0
PAUSE_MAX_SECONDS: Final = 12.0
"""How long after a visit to the board the first upload begins, drawn uniformly."""


class Purpose(Enum):
    """What requests are for, as far as their lines are kept apart."""

    OFFICE = auto()
    BOARD = auto()
    FILES = auto()
    MESSAGE = auto()


@dataclass(frozen=True, repr=False)
class Isolation:
    """A name and password that mean nothing, by which Tor keeps lines apart."""

    name: str
    password: str

    @classmethod
    def drawn(cls) -> "Isolation":
        """Draw a new one."""
        return cls(secrets.token_hex(16), secrets.token_hex(16))


class Pause:
    """What is left of the pause after the board: two circuits that meet in time say as much."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        """Draw the pause anew: the board has just been loaded."""
        seconds = secrets.SystemRandom().uniform(PAUSE_MIN_SECONDS, PAUSE_MAX_SECONDS)
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds an upload has to wait yet; 0 where no board was loaded."""
        return max(0.0, self._until - time.monotonic())


@dataclass(frozen=True, repr=False)
class Route:
    """How a server is reached in one run: its origin, and a proxy where one was asked for."""

    origin: str
    proxy: Proxy | None
    pause: Pause = field(default_factory=Pause)
