"""Things go when their time is over, not a week earlier, and not because a clock slipped."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.days import later
from crypto.directory import Directory, Policy, read_directory
from crypto.names import Day, Week
from crypto.sizes import RECORD_SIZE
from crypto.statements import StatementKind, TakenLine
from intake.storage import retention
from intake.storage.connections import connect, prepare
from intake.storage.folder import create_folder
from intake.storage.kinds import Kind
from intake.storage.rows import item_rows, line_rows, volume_rows
from tests.offices.signed_office import POLICY, PracticeOffice

FIRST_DAY = Day(7 * 2970)
"""The first day of the week in which everything here came."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    folder = create_folder(tmp_path / "data")
    prepare(folder)
    with contextlib.closing(connect(folder)) as connection:
        yield connection


def directory_on(day: int, policy: Policy = POLICY) -> Directory:
    office = PracticeOffice.create(Day(day), policy=policy)
    return read_directory(office.document(), office.genesis_id)


def last_day_kept(database: sqlite3.Connection, remains: str) -> int:
    """The last day of age on which something is still there, counted from its week's last day."""
    for age in range(4000):
        day = 7 * 2970 + 6 + age
        retention.retire(database, directory_on(day), Day(day))
        if database.execute(remains).fetchone() == (0,):
            return age - 1
    raise AssertionError


def test_an_envelope_stays_for_45_days_after_its_week(database: sqlite3.Connection) -> None:
    """Shorter than the 60 days after which its key may be destroyed."""
    item_rows.add_envelopes(database, [(os.urandom(32), 2970, 0)])
    assert last_day_kept(database, "SELECT count(*) FROM envelope") == 44
    assert item_rows.to_wipe(database, 9) == [(Kind.ENVELOPE, 0)]


def test_a_chunk_stays_for_60_days_after_its_week(database: sqlite3.Connection) -> None:
    """Longer than its envelope."""
    item_rows.add_chunks(database, [(os.urandom(32), os.urandom(32), 2970, 5)])
    assert last_day_kept(database, "SELECT count(*) FROM chunk") == 59
    assert item_rows.to_wipe(database, 9) == [(Kind.CHUNK, 5)]


def add_line(database: sqlite3.Connection, kind: StatementKind) -> None:
    filler = os.urandom(32)
    line = TakenLine(
        kind=kind,
        recipient_id="main",
        number=1,
        count=1,
        week=Week(2970),
        content_hash=filler,
        signing_key=filler,
        signature=os.urandom(64),
    )
    line_rows.add(database, line)


def test_records_stay_for_the_policy_s_days_after_the_week(database: sqlite3.Connection) -> None:
    """By volume, as the directory in force says."""
    add_line(database, StatementKind.BATCH)
    volume_rows.add(database, Week(2970), [os.urandom(RECORD_SIZE)])
    volume_rows.add(database, Week(2000), [os.urandom(RECORD_SIZE)])
    remains = "SELECT count(*) - 1 FROM volume"
    assert last_day_kept(database, remains) == POLICY.reply_days - 1
    assert line_rows.lines(database) == []
    assert line_rows.is_spent(database, StatementKind.BATCH, "main", 1)


def test_the_line_of_a_confirmation_is_passed_on_for_90_days(database: sqlite3.Connection) -> None:
    """And never taken again under its number."""
    add_line(database, StatementKind.CONFIRMATION)
    assert last_day_kept(database, "SELECT count(*) FROM taken") == 89
    assert line_rows.is_spent(database, StatementKind.CONFIRMATION, "main", 1)


def test_a_shorter_policy_holds_at_once(database: sqlite3.Connection) -> None:
    """It is the directory in force that counts."""
    add_line(database, StatementKind.BATCH)
    day = 7 * 2970 + 6 + 100
    short = directory_on(day, replace(POLICY, reply_days=100))
    retention.retire(database, short, Day(day))
    assert line_rows.lines(database) == []


def test_a_clock_that_jumped_deletes_nothing(database: sqlite3.Connection) -> None:
    """Unless the directory in force agrees with it."""
    directory, day = directory_on(FIRST_DAY), FIRST_DAY
    item_rows.add_envelopes(database, [(os.urandom(32), 2970, 0)])
    retention.retire(database, directory, day)
    for jump in (366, 367):
        assert not retention.retire(database, directory, later(day, jump))
    assert item_rows.count(database, Kind.ENVELOPE) == 1
    renewed = directory_on(day + 366)
    assert retention.retire(database, renewed, later(day, 367)).envelopes == 1


def test_a_clock_that_runs_on_deletes_also_without_a_new_directory(
    database: sqlite3.Connection,
) -> None:
    """An office that has ended leaves nothing behind."""
    directory = directory_on(FIRST_DAY)
    item_rows.add_envelopes(database, [(os.urandom(32), 2970, 0)])
    for day in range(FIRST_DAY, FIRST_DAY + 60):
        retention.retire(database, directory, Day(day))
    assert item_rows.count(database, Kind.ENVELOPE) == 0
