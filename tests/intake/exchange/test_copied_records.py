"""A recipient that sends copies of another's records decides nothing about them.

On the way, B may see A's bundle (B's courier carries both). If B's batch with A's records came
first, A's replies must neither expire with B's batch nor go into a bucket where nobody looks.
"""

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from crypto.names import Day
from crypto.sizes import RECORD_SIZE
from intake.storage.rows import record_rows
from tests.offices.server_process import client, serving, succeed
from tests.offices.signed_office import PracticeOffice, batch, refinement


def take_in(data: Path, bundle: bytes) -> None:
    file = data.with_name(os.urandom(4).hex())
    file.write_bytes(bundle)
    succeed("import", "--data", data, file)


def in_bucket(data: Path, bits: int, value: int) -> list[bytes]:
    with contextlib.closing(sqlite3.connect(data / "intake.sqlite")) as database:
        return record_rows.bucket(database, bits, value)


@pytest.fixture
def records() -> list[bytes]:
    """What A sends, and B copies."""
    return [os.urandom(RECORD_SIZE) for _ in range(64)]


@pytest.mark.parametrize("first", ["main", "board"])
def test_a_batch_that_is_over_takes_no_records_of_others_along(
    data: Path, office: PracticeOffice, today: Day, records: list[bytes], first: str
) -> None:
    """They stay until the last batch that holds them is over."""
    for sender in (first, "main", "board"):
        take_in(data, office.outbound(sender, today, batch(1, records)))
    with contextlib.closing(sqlite3.connect(data / "intake.sqlite")) as database, database:
        record_rows.drop_batch(database, "board", 1)
    assert sorted(in_bucket(data, 0, 0)) == sorted(records)


def test_a_copy_can_be_sent_elsewhere_and_the_record_stays(
    data: Path, office: PracticeOffice, today: Day, records: list[bytes]
) -> None:
    """B refines its copies into the wrong bucket; A's records go where A says."""
    for sender in ("board", "main"):
        take_in(data, office.outbound(sender, today, batch(1, records)))
    away, home = dict.fromkeys(records, 1), dict.fromkeys(records, 0)
    take_in(data, office.outbound("board", today, refinement(1, 1, away)))
    assert set(records) <= set(in_bucket(data, 1, 0))
    take_in(data, office.outbound("main", today, refinement(1, 1, home)))
    assert set(records) <= set(in_bucket(data, 1, 0))


async def test_a_record_in_two_batches_is_served_once(
    data: Path, office: PracticeOffice, today: Day, records: list[bytes]
) -> None:
    """Else a visitor would load more, and see which were copied."""
    for sender in ("board", "main"):
        take_in(data, office.outbound(sender, today, batch(1, records)))
    with serving(data) as server:
        async with client(server) as http, http.get("/v1/board/0/0") as answer:
            served = await answer.read()
    assert len(served) == 64 * RECORD_SIZE
    assert "64 records" in succeed("status", "--data", data)
