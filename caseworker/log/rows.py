"""The rows of the log, as they are stored."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from caseworker.vault.database import Database, Row
from ground.shell.refusals import Refusal

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


def hash_in_log(db: Database, number: int) -> bytes | None:
    """Return the hash of the event of a number, zeros for 0; None where there is no such event."""
    if number == 0:
        return _FIRST_HASH
    row = db.row("SELECT hash FROM events WHERE number = ?", number)
    return row["hash"] if row else None


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


def cases_in_log_after(db: Database, number: int) -> list[int]:
    """Return the numbers of the cases to which something happened after an event."""
    rows = db.rows(
        "SELECT DISTINCT case_number FROM events WHERE number > ? AND case_number IS NOT NULL"
        " ORDER BY case_number",
        number,
    )
    return [row["case_number"] for row in rows]


def rows_that_name(db: Database, kind: str, digest: bytes) -> Iterator[LogRow]:
    """Yield the events of a kind in whose JSON a hash or an id stands."""
    return _rows(
        db.rows(
            "SELECT * FROM events WHERE kind = ? AND instr(content, ?) ORDER BY number",
            kind,
            digest.hex().encode(),
        )
    )


def _rows(rows: Iterator[Row]) -> Iterator[LogRow]:
    return (_unaltered(LogRow(**row)) for row in rows)


def _unaltered(row: LogRow) -> LogRow:
    """Return an event whose bytes are those that were hashed; what was altered says nothing."""
    if hashlib.sha256(row.content).digest() != row.hash:
        raise Refusal(
            f"the log was altered at event {row.number}",
            "what follows cannot be trusted: compare with your last backup",
        )
    return row
