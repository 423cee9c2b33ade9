"""Opening the database: what every connection has in common, and its version."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from types import TracebackType
from typing import Final, Literal

from sqlite_utils.db import Database, Table

from ground.disk.durable import PRIVATE_FILE, sync_folder
from ground.disk.locks import locked
from ground.disk.migrations import statements
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.storage.folder import DataFolder

VERSION: Final = 3
"""The version of `schema.sql`. Those before it are refused: `intake/decisions/0015` says why."""

_ROOM: Final = "intake.storage"

PATIENCE_SECONDS: Final = 120.0
"""How long a connection waits for another writer before it gives up."""

_LOG_TRY_MILLISECONDS: Final = 250

_PRAGMAS: Final = (
    "PRAGMA secure_delete = ON",  # per connection: what is deleted is overwritten
    "PRAGMA synchronous = FULL",  # per connection: a commit is on the disk when it returns
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",  # nothing spills into /tmp
    "PRAGMA trusted_schema = OFF",
)


class _Connection(sqlite3.Connection):
    """A connection on which transactions are begun and ended by name, and in no other way.

    What stands in a `with` of it, as sqlite-utils does it around each change, ends none.
    """

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> Literal[False]:
        return False


def table_of(connection: sqlite3.Connection, name: str) -> Table:
    """Return a table, as sqlite-utils has it, without anybody's plugins."""
    return Table(Database(connection, recursive_triggers=False, execute_plugins=False), name)


def connect(folder: DataFolder) -> sqlite3.Connection:
    """Return a connection in autocommit mode; transactions are begun and ended by name.

    It may be used by one thread at a time, and must be closed by the caller.
    """
    connection = sqlite3.connect(
        folder.database,
        timeout=PATIENCE_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=_Connection,
    )
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def connect_to_read(folder: DataFolder) -> sqlite3.Connection:
    """Return a connection that can change nothing, and that keeps nobody else from it.

    `Refusal` where there is no database yet, or one of another version.
    """
    if not folder.database.exists():
        raise _no_intake(folder)
    connection = sqlite3.connect(
        f"{folder.database.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=PATIENCE_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        connection.close()
        # 0: somebody is making it right now, or was killed while doing so.
        raise _no_intake(folder) if version == 0 else _other_version(folder, version)
    return connection


def _no_intake(folder: DataFolder) -> Refusal:
    return Refusal(
        f"there is no intake in {foreign_path(folder.path)} yet",
        "`intake serve --data DIR` and the first `intake import --data DIR` make one",
    )


def _other_version(folder: DataFolder, version: int) -> Refusal:
    path = foreign_path(folder.path)
    if version > VERSION:
        return Refusal(
            f"the database in {path} was made by a newer version of this program",
            "install that version again, or a later one",
        )
    return Refusal(
        f"the data folder {path} was made by an earlier version, whose files tell an order",
        "export from it with that version, then begin with a new folder: intake import --data DIR",
    )


def prepare(folder: DataFolder) -> None:
    """Make the database, unless it is there. `Refusal` where it is of another version."""
    folder.database.touch(mode=PRIVATE_FILE)
    connection = connect(folder)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return
        connection.execute("PRAGMA journal_mode = WAL")
        with writing(connection, folder):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise _other_version(folder, version)
            if version == 0:
                for statement in statements(files(_ROOM).joinpath("schema.sql").read_text("utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION:d}")
        sync_folder(folder.path)
    finally:
        connection.close()


@contextmanager
def writing(connection: sqlite3.Connection, folder: DataFolder) -> Iterator[None]:
    """One durable transaction that sees what all others have written; undone on any exception."""
    with locked(folder.turn_lock):
        connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    try:
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """One consistent view of the database, however many statements."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def empty_log(connection: sqlite3.Connection, folder: DataFolder) -> bool:
    """Bring the log into the database and empty it; False where somebody is reading.

    Before that, what was deleted is still there as it was. Tried once, shortly, since nobody can
    write while SQLite waits for readers.
    """
    with locked(folder.turn_lock):
        connection.execute(f"PRAGMA busy_timeout = {_LOG_TRY_MILLISECONDS:d}")
        try:
            # The first column says whether somebody stood in the way; it is no error to SQLite.
            busy = int(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(PATIENCE_SECONDS * 1000):d}")
    return busy == 0
