"""The rows of the log, and the texts that it names."""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from caseworker.vault.database import Database, Row

_SALT_SIZE = 16
_FIRST_HASH = bytes(32)


@dataclass(frozen=True)
class LogRow:
    """An event as it is stored: its JSON, and the SHA-256 of that."""

    number: int
    case_number: int | None
    kind: str
    content: bytes
    hash: bytes


def last_of_log(db: Database) -> tuple[int, bytes]:
    """Return number and hash of the last event; 0 and zeros before the first."""
    row = db.row("SELECT number, hash FROM events ORDER BY number DESC LIMIT 1")
    return (row["number"], row["hash"]) if row else (0, _FIRST_HASH)


def last_row_of_log(db: Database) -> LogRow | None:
    """Return the last event, if there is one."""
    return next(_rows(db.rows("SELECT * FROM events ORDER BY number DESC LIMIT 1")), None)


def append_to_log(db: Database, row: LogRow) -> None:
    """Add an event at the end."""
    db.run(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
        row.number,
        row.case_number,
        row.kind,
        row.content,
        row.hash,
    )


def read_log(db: Database) -> Iterator[LogRow]:
    """Yield all events in their order."""
    return _rows(db.rows("SELECT * FROM events ORDER BY number"))


def read_log_of_case(db: Database, case_number: int) -> Iterator[LogRow]:
    """Yield the events of a case in their order."""
    return _rows(db.rows("SELECT * FROM events WHERE case_number = ? ORDER BY number", case_number))


def _rows(rows: Iterator[Row]) -> Iterator[LogRow]:
    return (LogRow(**row) for row in rows)


def keep_text(db: Database, text: str) -> bytes:
    """Keep a text, and return the id, 32 bytes, by which the log names it."""
    salt = secrets.token_bytes(_SALT_SIZE)
    text_id = text_hash(salt, text)
    db.run("INSERT INTO texts VALUES (?, ?, ?)", text_id, salt, text)
    return text_id


def kept_text(db: Database, text_id: bytes) -> str:
    """Return a text that the log names."""
    row = db.row("SELECT text FROM texts WHERE id = ?", text_id)
    if row is None:
        raise LookupError("a text that is kept no longer")
    return str(row["text"])


def altered_texts(db: Database) -> int:
    """Return how many texts are not the ones that their ids stand for."""
    rows = db.rows("SELECT id, salt, text FROM texts")
    return sum(text_hash(row["salt"], row["text"]) != row["id"] for row in rows)


def text_hash(salt: bytes, text: str) -> bytes:
    """Return the id of a text: its hash, salted, so that it tells nothing once the text is gone."""
    return hashlib.sha256(salt + text.encode()).digest()
