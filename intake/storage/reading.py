"""What the server and the site's builder ask, in the product's words.

Readers wait for nobody and nobody waits for them.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeVar

from crypto.names import Day, KeyHash, Week
from crypto.sizes import RECORD_SIZE
from crypto.volumes import Volume
from intake.storage import retention
from intake.storage.board import StoredVolume
from intake.storage.connections import connect, prepare, reading
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.rows import form_rows, office_rows, volume_rows
from intake.storage.rows.office_rows import OfficeDocument
from intake.storage.slots.survey import survey

__all__ = ["Load", "OfficeDocument", "Reader", "form_of", "office_of"]

_THREADS: Final = 2

T = TypeVar("T")


@dataclass(frozen=True)
class Load:
    """How much lies on the server, and the week of the oldest envelope that somebody has not."""

    counts: dict[Kind, int]
    oldest_week: Week | None

    def oldest_age(self, day: Day) -> int | None:
        """Return the age of that envelope on a day; None where there is none."""
        return None if self.oldest_week is None else retention.age(self.oldest_week, day)


class Reader:
    """Reading connections to a data folder's database. `close` ends it.

    What takes microseconds is answered on the spot, in the event loop's thread; what takes longer
    is a coroutine, and answered beside it. Each answer is one consistent view.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._connection = connect(folder)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")

    def edition(self) -> bytes | None:
        """Return random bytes that change when what is served does; None before the first."""
        return office_rows.edition(self._connection)

    def office(self) -> OfficeDocument | None:
        """Return whose intake this is; None before the first import."""
        with reading(self._connection):
            return office_rows.office(self._connection)

    def intake_key(self, key_hash: KeyHash) -> bytes | None:
        """Return a public intake key (1,216 bytes) by its SHA-256."""
        return office_rows.intake_key(self._connection, key_hash)

    def form(self, form_hash: bytes) -> bytes | None:
        """Return a form by its SHA-256."""
        return form_rows.form(self._connection, form_hash)

    async def volumes(self) -> list[StoredVolume]:
        """Return all volumes of the board, the newest first."""
        return await self._beside(_volumes)

    async def load(self, recipients: Sequence[str]) -> Load:
        """Return the load; the oldest envelope is that which one of these recipients has not."""
        ask = asyncio.get_running_loop().run_in_executor
        return await ask(self._pool, _load, self._folder, recipients)

    async def _beside(self, question: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, question)

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._folder)
            self._opened.append(connection)
        with reading(connection):
            return question(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._pool.shutdown()
        for connection in (*self._opened, self._connection):
            connection.close()


def office_of(folder: DataFolder) -> OfficeDocument | None:
    """Return whose intake a data folder is, its database made if need be; None before the first."""
    prepare(folder)
    with closing(connect(folder)) as connection, reading(connection):
        return office_rows.office(connection)


def form_of(folder: DataFolder, form_hash: bytes) -> bytes | None:
    """Return a form of a data folder by its SHA-256, its database made if need be."""
    prepare(folder)
    with closing(connect(folder)) as connection, reading(connection):
        return form_rows.form(connection, form_hash)


def _volumes(connection: sqlite3.Connection) -> list[StoredVolume]:
    return [
        StoredVolume(Volume(week, len(content) // RECORD_SIZE, digest), content)
        for week, digest, content in volume_rows.volumes(connection)
    ]


def _load(folder: DataFolder, recipients: Sequence[str]) -> Load:
    found = {kind: survey(folder, kind) for kind in Kind}
    envelopes = found[Kind.ENVELOPE]
    weeks = [week for recipient in recipients for week in list(envelopes.waiting(recipient))[:1]]
    counts = {kind: len(one.items) for kind, one in found.items()}
    return Load(counts, min(weeks, default=None))
