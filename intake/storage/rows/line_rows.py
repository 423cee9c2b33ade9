"""Which batches, confirmations and refinements the server has taken: their signed lines."""

import sqlite3
from typing import Final

from crypto.statements import StatementKind, TakenLine
from intake.storage.connections import table_of

_KEY: Final = "code = ? AND recipient = ? AND number = ?"


def content_hash(
    connection: sqlite3.Connection, kind: StatementKind, recipient: str, number: int
) -> bytes | None:
    """Return the SHA-256 of the content taken under a number; None where none is known."""
    key = (int(kind), recipient, number)
    for row in table_of(connection, "taken").rows_where(_KEY, key, select="hash"):
        return bytes(row["hash"])
    return None


def is_spent(
    connection: sqlite3.Connection, kind: StatementKind, recipient: str, number: int
) -> bool:
    """Whether something was taken under a number once and is over."""
    return table_of(connection, "spent").count_where(_KEY, (int(kind), recipient, number)) > 0


def add(connection: sqlite3.Connection, line: TakenLine) -> None:
    """Remember the line of what has been taken."""
    row = {
        "code": int(line.kind),
        "recipient": line.recipient_id,
        "number": line.number,
        "count": line.count,
        "week": line.week,
        "hash": line.content_hash,
        "signing_key": line.signing_key,
        "signature": line.signature,
    }
    table_of(connection, "taken").insert(row)


def lines(connection: sqlite3.Connection) -> list[TakenLine]:
    """All that are kept, of every recipient."""
    return [
        TakenLine(
            kind=StatementKind(row["code"]),
            recipient_id=row["recipient"],
            number=row["number"],
            count=row["count"],
            week=row["week"],
            content_hash=row["hash"],
            signing_key=row["signing_key"],
            signature=row["signature"],
        )
        for row in table_of(connection, "taken").rows
    ]


def spend(connection: sqlite3.Connection, line: TakenLine) -> None:
    """Forget a line that is over, but for its number, so that it never comes back."""
    key = (int(line.kind), line.recipient_id, line.number)
    row = dict(zip(("code", "recipient", "number"), key, strict=True))
    table_of(connection, "spent").insert(row, ignore=True)
    table_of(connection, "taken").delete_where(_KEY, key)
