"""The encrypted database of a vault: SQLCipher under a random key, migrated by numbered steps."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from ground.disk.migrations import statements, steps_in
from ground.disk.replaced_files import overwrite_file
from ground.shell.refusals import Refusal

# What a journal begins with as long as it is needed: sqlite.org/fileformat.html, section 3
_JOURNAL_NEEDED = bytes.fromhex("d9d505f920a163d7")

Row = dict[str, Any]
Value = None | int | str | bytes

_SETTINGS = (
    # What is deleted is overwritten.
    "PRAGMA secure_delete = ON",
    # A commit is on the disk. The journal, which holds what a transaction replaced, keeps its place
    # there, so that it can be overwritten: removed, it would stay in free blocks.
    "PRAGMA journal_mode = PERSIST",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
)


class Database:
    """A connection whose every change happens inside a transaction."""

    def __init__(self, connection: Any, journal: Path) -> None:
        self._connection = connection
        self._journal = journal

    def run(self, sql: str, *values: Value) -> int:
        """Change rows, and return how many."""
        if not self.in_transaction:
            raise RuntimeError("a change outside of a transaction")
        count: int = self._connection.execute(sql, values).rowcount
        return count

    def row(self, sql: str, *values: Value) -> Row | None:
        """Return the first row that fits."""
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def rows(self, sql: str, *values: Value) -> Iterator[Row]:
        """Return the rows that fit, read at once: none is asked for when the file is closed."""
        return iter(self._connection.execute(sql, values).fetchall())

    def number(self, sql: str, *values: Value) -> int:
        """Return the one number that a query answers with."""
        row = self.row(sql, *values)
        if row is None:
            raise LookupError("a query without an answer")
        (number,) = row.values()
        return int(number)

    @property
    def in_transaction(self) -> bool:
        """Whether changes are being made."""
        return bool(self._connection.in_transaction)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all changes made inside, durably, or none; what they replaced is overwritten."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except dbapi2.OperationalError as error:
            self._roll_back()
            if "full" in str(error):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
            raise
        except BaseException:
            self._roll_back()
            raise
        self.wipe_journal()

    def wipe_journal(self) -> None:
        """Overwrite what the journal of the last transaction holds, unless it is still needed."""
        if not self._journal.exists():
            return
        with self._journal.open("rb") as journal:
            # SQLite ends a transaction by zeros in front; else the next one to open rolls it back.
            is_needed = journal.read(len(_JOURNAL_NEEDED)) == _JOURNAL_NEEDED
        if not is_needed:
            overwrite_file(self._journal)
            os.truncate(self._journal, 0)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _roll_back(self) -> None:
        # A full disk may have ended the transaction already.
        if self.in_transaction:
            self._connection.execute("ROLLBACK")
        self.wipe_journal()


def open_database(path: Path, key: bytes) -> Database:
    """Open or make the database at `path` under a key of 32 bytes, and bring it up to date."""
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        connection.row_factory = _as_dict
        # Raw: the key is random already.
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in _SETTINGS:
            connection.execute(setting)
        database = Database(connection, path.with_name(f"{path.name}-journal"))
        _migrate(connection, database)
        # After the steps, which make tables anew that others refer to.
        connection.execute("PRAGMA foreign_keys = ON")
        # What a kill left, once reading has rolled it back.
        database.wipe_journal()
    except dbapi2.DatabaseError:
        connection.close()
        raise Refusal(
            "the vault's database is damaged, or is not the one of this vault",
            "nothing was changed: take the whole folder from your last backup",
        ) from None
    return database


def _migrate(connection: Any, database: Database) -> None:
    steps = steps_in("caseworker.vault", "schema")
    done = database.number("PRAGMA user_version")
    if done > len(steps):
        raise Refusal(
            "this vault was used with a newer version of this program",
            "use that version, or a newer one",
        )
    for number, step in enumerate(steps[done:], done + 1):
        with database.transaction():
            for statement in statements(step):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _as_dict(cursor: Any, values: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
