"""What a reader can find wrong, by what its caller does next: SPEC 2.2.

Messages never hold data from what was refused: they may be shown and logged.
"""
# Both implementations name their errors alike, as the specification does.
# ruff: noqa: N818

from typing import Literal

__all__ = [
    "Contradictory",
    "Foreign",
    "Malformed",
    "NotACodename",
    "Outdated",
    "ProtocolError",
    "TooLarge",
    "Unauthentic",
]


class ProtocolError(Exception):
    """Something was refused."""


class Malformed(ProtocolError):
    """These bytes are not of this format: wrong size, version, grammar or padding."""


class Unauthentic(ProtocolError):
    """A key, a MAC, a signature or a commitment does not fit: not for this reader, or altered."""


class Contradictory(ProtocolError):
    """All is authentic, but two things in it exclude each other."""


class Outdated(ProtocolError):
    """Authentic, but past its dates, before them, or older than what was seen."""


class Foreign(ProtocolError):
    """Authentic, but of another office, address or recipient."""


class TooLarge(ProtocolError):
    """What was to be sealed does not fit; nothing was made."""


class NotACodename(ProtocolError):
    """The typed words are not a codename.

    `reason` is `count` (not eight words), `word` (the one at `position` is not in the list and
    near none, or near two) or `check` (all are words, yet one of them is wrong).
    """

    def __init__(
        self, reason: Literal["count", "word", "check"], position: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
