"""Which batches, confirmations and refinements the server has taken: their signed lines.

Every function works in the transaction its caller has begun.
"""

import sqlite3

from crypto.statements import StatementKind, TakenLine


def content_hash(
    connection: sqlite3.Connection, kind: StatementKind, recipient: str, number: int
) -> bytes | None:
    """Return the SHA-256 of the content taken under a number; None where none is known."""
    found = connection.execute(
        "SELECT hash FROM taken WHERE code = ? AND recipient = ? AND number = ?",
        (int(kind), recipient, number),
    ).fetchone()
    return None if found is None else bytes(found[0])


def is_spent(
    connection: sqlite3.Connection, kind: StatementKind, recipient: str, number: int
) -> bool:
    """Whether something was taken under a number once and is over."""
    found = connection.execute(
        "SELECT 1 FROM spent WHERE code = ? AND recipient = ? AND number = ?",
        (int(kind), recipient, number),
    )
    return found.fetchone() is not None


def add(connection: sqlite3.Connection, line: TakenLine) -> None:
    """Keep the line of what has been taken."""
    connection.execute(
        "INSERT INTO taken (code, recipient, number, count, week, hash, signing_key, signature)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            int(line.kind),
            line.recipient_id,
            line.number,
            line.count,
            line.week,
            line.content_hash,
            line.signing_key,
            line.signature,
        ),
    )


def lines(connection: sqlite3.Connection) -> list[TakenLine]:
    """All that are kept, of every recipient."""
    rows = connection.execute(
        "SELECT code, recipient, number, count, week, hash, signing_key, signature FROM taken"
    )
    return [
        TakenLine(
            kind=StatementKind(code),
            recipient_id=recipient,
            number=number,
            count=count,
            week=week,
            content_hash=content_hash,
            signing_key=signing_key,
            signature=signature,
        )
        for code, recipient, number, count, week, content_hash, signing_key, signature in rows
    ]


def spend(connection: sqlite3.Connection, line: TakenLine) -> None:
    """Return forget a line that is over, but for its number, so that it never comes back."""
    key = (int(line.kind), line.recipient_id, line.number)
    connection.execute(
        "INSERT OR IGNORE INTO spent (code, recipient, number) VALUES (?, ?, ?)", key
    )
    connection.execute("DELETE FROM taken WHERE code = ? AND recipient = ? AND number = ?", key)
