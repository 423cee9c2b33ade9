"""Things go when their time is over, not a week earlier, and not because a clock slipped."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.days import later
from crypto.directory import Directory, Policy, read_directory
from crypto.names import Day, Week
from crypto.sizes import ENVELOPE_SIZE, RECORD_SIZE
from crypto.statements import StatementKind, TakenLine
from intake.storage import retention
from intake.storage.connections import connect, prepare
from intake.storage.folder import DataFolder, create_folder
from intake.storage.kinds import SIZES, Kind
from intake.storage.rows import line_rows, volume_rows
from intake.storage.slots.store import Store
from tests.means.stored_items import no_damage, store_items
from tests.offices.signed_office import POLICY, PracticeOffice

FIRST_DAY = Day(7 * 2970)
"""The first day of the week in which everything here came."""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = create_folder(tmp_path / "data")
    prepare(made)
    return made


@pytest.fixture
def database(folder: DataFolder) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect(folder)) as connection:
        yield connection


@pytest.fixture
def store(folder: DataFolder) -> Iterator[Store]:
    with contextlib.closing(Store(folder, no_damage)) as opened:
        yield opened


def retire(
    database: sqlite3.Connection, store: Store, directory: Directory, day: Day
) -> retention.Dropped:
    with store.changing():
        return retention.retire(database, store, directory, day)


def count(store: Store, kind: Kind) -> int:
    return len(store.shelves[kind].items)


def directory_on(day: int, policy: Policy = POLICY) -> Directory:
    office = PracticeOffice.create(Day(day), policy=policy)
    return read_directory(office.document(), office.genesis_id)


def last_day_kept(database: sqlite3.Connection, store: Store, remains: Callable[[], int]) -> int:
    """The last day of age on which something is still there, counted from its week's last day."""
    for age in range(4000):
        day = 7 * 2970 + 6 + age
        retire(database, store, directory_on(day), Day(day))
        if not remains():
            return age - 1
    raise AssertionError


def rows(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize(("kind", "days"), [(Kind.ENVELOPE, 45), (Kind.CHUNK, 60)])
def test_an_item_stays_for_so_many_days_after_its_week(
    folder: DataFolder, database: sqlite3.Connection, store: Store, kind: Kind, days: int
) -> None:
    """An envelope shorter than the 60 after which its key may be destroyed; a chunk longer."""
    body = os.urandom(SIZES[kind])
    store_items(folder.path, kind, [body], 2970)
    assert last_day_kept(database, store, lambda: count(store, kind)) == days - 1
    assert store.wipe_all()
    assert body not in folder.bodies(kind).read_bytes()


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


def test_records_stay_for_the_policy_s_days_after_the_week(
    database: sqlite3.Connection, store: Store
) -> None:
    """By volume, as the directory in force says."""
    add_line(database, StatementKind.BATCH)
    volume_rows.add(database, Week(2970), [os.urandom(RECORD_SIZE)])
    volume_rows.add(database, Week(2000), [os.urandom(RECORD_SIZE)])
    last = last_day_kept(database, store, lambda: rows(database, "volume") - 1)
    assert last == POLICY.reply_days - 1
    assert line_rows.lines(database) == []
    assert line_rows.is_spent(database, StatementKind.BATCH, "main", 1)


def test_the_line_of_a_confirmation_is_passed_on_for_90_days(
    database: sqlite3.Connection, store: Store
) -> None:
    """And never taken again under its number."""
    add_line(database, StatementKind.CONFIRMATION)
    assert last_day_kept(database, store, lambda: rows(database, "taken")) == 89
    assert line_rows.is_spent(database, StatementKind.CONFIRMATION, "main", 1)


def test_a_shorter_policy_holds_at_once(database: sqlite3.Connection, store: Store) -> None:
    """It is the directory in force that counts."""
    add_line(database, StatementKind.BATCH)
    day = 7 * 2970 + 6 + 100
    short = directory_on(day, replace(POLICY, reply_days=100))
    retire(database, store, short, Day(day))
    assert line_rows.lines(database) == []


def test_a_clock_that_jumped_deletes_nothing(
    folder: DataFolder, database: sqlite3.Connection, store: Store
) -> None:
    """Unless the directory in force agrees with it."""
    directory, day = directory_on(FIRST_DAY), FIRST_DAY
    store_items(folder.path, Kind.ENVELOPE, [os.urandom(ENVELOPE_SIZE)], 2970)
    retire(database, store, directory, day)
    for jump in (366, 367):
        assert not retire(database, store, directory, later(day, jump))
    assert count(store, Kind.ENVELOPE) == 1
    renewed = directory_on(day + 366)
    assert retire(database, store, renewed, later(day, 367)).envelopes == 1


def test_a_clock_that_runs_on_deletes_also_without_a_new_directory(
    folder: DataFolder, database: sqlite3.Connection, store: Store
) -> None:
    """An office that has ended leaves nothing behind."""
    directory = directory_on(FIRST_DAY)
    store_items(folder.path, Kind.ENVELOPE, [os.urandom(ENVELOPE_SIZE)], 2970)
    for day in range(FIRST_DAY, FIRST_DAY + 60):
        retire(database, store, directory, Day(day))
    assert count(store, Kind.ENVELOPE) == 0
