"""The reply board: a volume for each week in which batches were taken, over as a whole: SPEC 9.2.

A volume is kept as it is given out, its bytes and its hash: nothing is put together when somebody
asks.
"""

import hashlib
import sqlite3
from collections.abc import Iterable

from crypto.names import Week
from crypto.sizes import RECORD_SIZE
from crypto.volumes import volume_of
from intake.storage.connections import table_of


def add(connection: sqlite3.Connection, week: Week, records: Iterable[bytes]) -> None:
    """Put records (1,024 bytes each) into the volume of a week; each lies there once."""
    table = table_of(connection, "volume")
    before = [row["records"] for row in table.rows_where("week = ?", (week,))]
    volume = volume_of([*(record for one in before for record in _cut(one)), *records])
    row = {"week": week, "hash": hashlib.sha256(volume).digest(), "records": volume}
    table.insert(row, replace=True)


def volumes(connection: sqlite3.Connection) -> list[tuple[Week, bytes, bytes]]:
    """Return all volumes, the newest first: week, SHA-256 and bytes of each."""
    rows = table_of(connection, "volume").rows_where(order_by="week DESC")
    return [(Week(row["week"]), row["hash"], row["records"]) for row in rows]


def sizes(connection: sqlite3.Connection) -> dict[Week, int]:
    """Return how many records the volume of each week has, the newest first."""
    select, order = f"week, length(records) / {RECORD_SIZE:d} AS count", "week DESC"
    rows = table_of(connection, "volume").rows_where(select=select, order_by=order)
    return {Week(row["week"]): row["count"] for row in rows}


def drop(connection: sqlite3.Connection, week: Week) -> None:
    """Take the volume of a week off the board."""
    table_of(connection, "volume").delete_where("week = ?", (week,))


def _cut(volume: bytes) -> Iterable[bytes]:
    return (volume[at : at + RECORD_SIZE] for at in range(0, len(volume), RECORD_SIZE))
