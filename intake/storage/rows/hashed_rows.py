"""Tables of public things that are found by their SHA-256."""

import sqlite3
from collections.abc import Collection

from intake.storage.connections import table_of


def drop_others(connection: sqlite3.Connection, name: str, wanted: Collection[bytes]) -> None:
    """Forget every row of a table but those with these hashes."""
    table = table_of(connection, name)
    known = [row["hash"] for row in table.rows_where(select="hash")]
    for found in known:
        if found not in wanted:
            table.delete(found)
