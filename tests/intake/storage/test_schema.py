"""The database has nothing that tells when or in which order things came."""

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from ground.shell.refusals import Refusal
from intake.storage import connections as sqlite
from intake.storage.folder import DataFolder, create_folder

SCHEMA = Path(sqlite.__file__).with_name("schema.sql").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = create_folder(tmp_path / "data")
    sqlite.prepare(made)
    return made


@pytest.fixture
def connection(folder: DataFolder) -> "contextlib.closing[sqlite3.Connection]":
    return contextlib.closing(sqlite.connect(folder))


def tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return [name for (name,) in rows]


def test_no_table_has_row_numbers(connection: "contextlib.closing[sqlite3.Connection]") -> None:
    """A row number is a count of arrivals.

    Finding: Hush Line, V-003 sequential message ids.
    """
    with connection as database:
        assert len(tables(database)) == 7
        for table in tables(database):
            with pytest.raises(sqlite3.OperationalError, match="no such column"):
                database.execute(f"SELECT rowid FROM {table}")


def test_no_column_holds_a_time(connection: "contextlib.closing[sqlite3.Connection]") -> None:
    """A week is the finest there is.

    Finding: SecureDrop, times kept in microseconds.
    """
    with connection as database:
        for table in tables(database):
            for _, name, kind, _, default, _ in database.execute(f"PRAGMA table_info({table})"):
                assert not re.search("time|date|stamp|day|hour|created|order", name)
                assert kind in ("BLOB", "TEXT", "INTEGER")
                assert default is None


def test_every_column_says_what_it_reveals() -> None:
    """In a comment behind it, for whoever audits what a seized server shows."""
    for table in re.findall(r"CREATE TABLE \w+ \((.*?)\n\) WITHOUT ROWID;", SCHEMA, re.DOTALL):
        columns = [
            line
            for line in table.splitlines()
            if re.match(r"    [a-z_]+ +(BLOB|TEXT|INTEGER)", line)
        ]
        assert columns
        for column in columns:
            assert re.search(r"-- \S", column), column


def test_what_is_deleted_is_overwritten_on_every_connection(
    connection: "contextlib.closing[sqlite3.Connection]",
) -> None:
    """SQLite forgets this setting with each connection; a commit is on the disk when it returns.

    Finding: SecureDrop, secure_delete set on one connection.
    """
    with connection as database:
        assert database.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert database.execute("PRAGMA synchronous").fetchone() == (2,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA temp_store").fetchone() == (2,)


def test_every_connection_is_opened_in_one_place() -> None:
    """So that none lacks these settings."""
    for path in Path(sqlite.__file__).parent.parent.rglob("*.py"):
        if path != Path(sqlite.__file__):
            assert "sqlite3.connect(" not in path.read_text(), path


def test_sql_lies_in_storage_alone() -> None:
    """Whoever audits what is kept reads one folder."""
    statement = re.compile(r"\"(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|VACUUM|BEGIN)\b")
    for path in Path(sqlite.__file__).parent.parent.rglob("*.py"):
        if "storage" not in path.parts:
            assert not statement.search(path.read_text()), path


def test_a_database_of_a_newer_version_is_refused(folder: DataFolder) -> None:
    """An older program would not know what it must overwrite."""
    with contextlib.closing(sqlite.connect(folder)) as database:
        database.execute(f"PRAGMA user_version = {sqlite.VERSION + 1}")
    with pytest.raises(Refusal, match="newer version"):
        sqlite.prepare(folder)


def test_a_folder_of_an_earlier_version_is_refused_with_what_to_do(folder: DataFolder) -> None:
    """Its files tell an order; what lies in them goes out by the version that wrote it."""
    with contextlib.closing(sqlite.connect(folder)) as database:
        database.execute("PRAGMA user_version = 2")
    for read in (sqlite.prepare, sqlite.connect_to_read):
        with pytest.raises(Refusal, match="earlier version") as refused:
            read(folder)
        assert "export from it with that version" in str(refused.value.hint)


def test_a_database_that_was_not_made_yet_is_no_intake_yet(tmp_path: Path) -> None:
    """Somebody who was killed while making it leaves an empty file."""
    folder = create_folder(tmp_path / "new")
    folder.database.touch()
    with pytest.raises(Refusal, match="there is no intake in"):
        sqlite.connect_to_read(folder)


def test_preparing_again_changes_nothing(folder: DataFolder) -> None:
    """Every command does it."""
    with contextlib.closing(sqlite.connect(folder)) as database:
        before = database.execute("PRAGMA data_version").fetchone()
        sqlite.prepare(folder)
        assert database.execute("PRAGMA data_version").fetchone() == before


def test_a_transaction_that_fails_leaves_nothing(folder: DataFolder) -> None:
    """Whatever the reason."""
    with contextlib.closing(sqlite.connect(folder)) as database:
        with pytest.raises(ZeroDivisionError), sqlite.writing(database, folder):
            database.execute("INSERT INTO office (name, value) VALUES ('x', x'00')")
            raise ZeroDivisionError
        assert database.execute("SELECT count(*) FROM office").fetchone() == (0,)


def test_a_log_that_a_reader_keeps_from_being_emptied_is_emptied_later(folder: DataFolder) -> None:
    """SQLite calls it no error; what was deleted lies in the log still."""
    log = folder.database.with_name("intake.sqlite-wal")
    with (
        contextlib.closing(sqlite.connect(folder)) as reader,
        contextlib.closing(sqlite.connect(folder)) as writer,
    ):
        with sqlite.reading(reader):
            tables(reader)
            with sqlite.writing(writer, folder):
                writer.execute("INSERT INTO office (name, value) VALUES ('x', x'00')")
            assert not sqlite.empty_log(writer, folder)
            assert log.stat().st_size > 0
        assert sqlite.empty_log(writer, folder)
        assert log.stat().st_size == 0
