"""The forms that directories name: what a source is asked. Public: SPEC 10.5."""

import sqlite3
from collections.abc import Collection

from intake.storage.connections import table_of
from intake.storage.rows import hashed_rows


def form(connection: sqlite3.Connection, form_hash: bytes) -> bytes | None:
    """Return a form by its SHA-256."""
    for row in table_of(connection, "form").rows_where("hash = ?", (form_hash,), select="form"):
        return bytes(row["form"])
    return None


def add(connection: sqlite3.Connection, form_hash: bytes, data: bytes) -> None:
    """Add a form. The same again changes nothing."""
    table_of(connection, "form").insert({"hash": form_hash, "form": data}, ignore=True)


def drop_others(connection: sqlite3.Connection, wanted: Collection[bytes]) -> None:
    """Forget every form but those with these hashes."""
    hashed_rows.drop_others(connection, "form", wanted)
