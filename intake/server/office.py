"""The directory in force, as read from the database; noticed anew when an import changed it."""

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crypto.directory import Directory, check_current, read_directory
from crypto.errors import Outdated
from crypto.names import KeyHash
from intake.storage import office
from intake.storage.view import View

_SECONDS_A_DAY: Final = 86_400

Clock = Callable[[], float]


def day_of(clock: Clock = time.time) -> int:
    """Today, as days since 1970-01-01, UTC."""
    return int(clock() // _SECONDS_A_DAY)


@dataclass(frozen=True)
class InForce:
    """A directory that is served: its bytes, as gzip has them too, and what they say."""

    document: bytes
    compressed: bytes
    directory: Directory

    def is_current(self, day: int) -> bool:
        """Whether it is valid on a day."""
        try:
            check_current(self.directory, day)
        except Outdated:
            return False
        return True


class Office:
    """What the database says about the office, kept until its edition changes."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._edition: bytes | None = None
        self._in_force: InForce | None = None

    def edition(self) -> bytes | None:
        """Return what changes when an import or retention changed what is served."""
        return self._view.look(office.edition)

    def in_force(self) -> InForce | None:
        """Return the directory in force; None before the first import."""
        edition = self.edition()
        if edition != self._edition:
            self._in_force = self._read()
            self._edition = edition
        return self._in_force

    def key(self, key_hash: KeyHash) -> bytes | None:
        """Return a public intake key by its SHA-256."""
        return self._view.look(lambda connection: office.intake_key(connection, key_hash))

    def _read(self) -> InForce | None:
        genesis_id = self._view.look(office.genesis_id)
        document = self._view.look(office.directory)
        if genesis_id is None or document is None:
            return None
        # No time within: the same bytes whenever they are made.
        compressed = gzip.compress(document, mtime=0)
        return InForce(document, compressed, read_directory(document, genesis_id))
