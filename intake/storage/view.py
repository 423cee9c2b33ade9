"""What the server reads while it serves. Readers wait for nobody and nobody waits for them."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from intake.storage.folder import DataFolder
from intake.storage.sqlite import connect, reading

_THREADS: Final = 2

T = TypeVar("T")


class View:
    """Reading connections to a data folder's database. `close` ends it."""

    def __init__(
        self,
        folder: DataFolder,
        connecting: Callable[[DataFolder], sqlite3.Connection] = connect,
    ) -> None:
        self._connecting = connecting
        self._folder = folder
        self._connection = connecting(folder)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")

    def look(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask something that takes microseconds, on the spot. From the event loop's thread only."""
        return question(self._connection)

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask something longer, beside the event loop, in one consistent view."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, question)

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connecting(self._folder)
            self._opened.append(connection)
        with reading(connection):
            return question(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._pool.shutdown()
        for connection in (*self._opened, self._connection):
            connection.close()
