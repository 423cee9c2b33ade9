"""The directory in force, as read from the database; noticed anew when an import changed it."""

import gzip
from dataclasses import dataclass
from typing import Self

from crypto.directory import Directory, check_current, read_directory
from crypto.errors import Outdated
from crypto.names import Day, KeyHash
from intake.storage.reading import OfficeDocument, Reader


@dataclass(frozen=True)
class InForce:
    """A directory that is served: its bytes, as gzip has them too, and what they say."""

    document: bytes
    compressed: bytes
    directory: Directory

    @classmethod
    def read(cls, office: OfficeDocument) -> Self:
        """Return what an office's directory document says; ProtocolError where it is none."""
        # No time within: the same bytes whenever they are made.
        compressed = gzip.compress(office.directory, mtime=0)
        directory = read_directory(office.directory, office.genesis_id)
        return cls(office.directory, compressed, directory)

    def recipients(self) -> list[str]:
        """Return the ids of those who read."""
        return [one.id for one in self.directory.recipients]

    def is_current(self, day: Day) -> bool:
        """Tell whether it is valid on a day."""
        try:
            check_current(self.directory, day)
        except Outdated:
            return False
        return True


@dataclass(frozen=True)
class ServedForm:
    """The form that the directory in force names: its SHA-256, its bytes, and as gzip has them."""

    hash: bytes
    data: bytes
    compressed: bytes

    @classmethod
    def of(cls, form_hash: bytes, data: bytes) -> Self:
        """Return a form as it is given out."""
        return cls(form_hash, data, gzip.compress(data, mtime=0))


class ServedOffice:
    """What the database says about the office, read anew when its edition changes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._edition: bytes | None = None
        self._in_force: InForce | None = None
        self._form: ServedForm | None = None

    def edition(self) -> bytes | None:
        """Return what changes when an import or retention changed what is served."""
        return self._reader.edition()

    def in_force(self) -> InForce | None:
        """Return the directory in force; None before the first import."""
        edition = self.edition()
        if edition != self._edition:
            office = self._reader.office()
            self._in_force = None if office is None else InForce.read(office)
            self._form = self._read_form()
            self._edition = edition
        return self._in_force

    def form(self) -> ServedForm | None:
        """Return the form of the directory in force; None before the first import."""
        self.in_force()
        return self._form

    def key(self, key_hash: KeyHash) -> bytes | None:
        """Return a public intake key by its SHA-256."""
        return self._reader.intake_key(key_hash)

    def _read_form(self) -> ServedForm | None:
        if self._in_force is None:
            return None
        wanted = self._in_force.directory.form
        data = self._reader.form(wanted)
        return None if data is None else ServedForm.of(wanted, data)
