"""The number of the newest export, which only grows: SPEC 14."""

import sqlite3

from intake.storage.connections import table_of


def newest(connection: sqlite3.Connection) -> int:
    """Return the number of the newest export; 0 before the first."""
    return max((row["number"] for row in table_of(connection, "export_number").rows), default=0)


def set_newest(connection: sqlite3.Connection, number: int) -> None:
    """Remember the number of the newest export, instead of the one before it."""
    table = table_of(connection, "export_number")
    table.delete_where("number < ?", (number,))
    table.insert({"number": number})
