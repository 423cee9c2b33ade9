"""Batches and confirmations that a vault signed."""

from dataclasses import dataclass

from caseworker.vault.database import Database
from crypto.names import Day, Week
from crypto.statements import Statement, StatementKind


@dataclass(frozen=True)
class OutgoingRow:
    """Something signed. `content_hash` is the SHA-256 of its content, which may be gone by now."""

    kind: StatementKind
    number: int
    count: int
    content_hash: bytes
    made_day: Day
    week_taken: Week | None
    kept: bool


def add_outgoing(db: Database, statement: Statement, content_hash: bytes, day: Day) -> None:
    """Keep something that was signed."""
    db.run(
        "INSERT INTO outgoing VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
        statement.kind,
        statement.number,
        statement.count,
        statement.content,
        content_hash,
        statement.signature,
        day,
    )


def outgoing_rows(db: Database) -> list[OutgoingRow]:
    """Return all that was ever signed, without its content."""
    rows = db.rows(
        "SELECT kind, number, count, content_hash, made_day, week_taken,"
        " content IS NOT NULL AS kept FROM outgoing ORDER BY kind, number"
    )
    return [
        OutgoingRow(**{**row, "kind": StatementKind(row["kind"]), "kept": bool(row["kept"])})
        for row in rows
    ]


def outgoing_statement(db: Database, row: OutgoingRow) -> Statement:
    """Return something signed, byte for byte."""
    found = db.row(
        "SELECT content, signature FROM outgoing WHERE kind = ? AND number = ?",
        row.kind,
        row.number,
    )
    if found is None or found["content"] is None:
        raise LookupError("its content is kept no longer")
    return Statement(
        kind=row.kind,
        number=row.number,
        count=row.count,
        signature=found["signature"],
        content=found["content"],
    )


def replace_signature(db: Database, row: OutgoingRow, signature: bytes) -> None:
    """Keep another signature of something that was signed before."""
    db.run(
        "UPDATE outgoing SET signature = ? WHERE kind = ? AND number = ?",
        signature,
        row.kind,
        row.number,
    )


def set_week_taken(db: Database, row: OutgoingRow, week: Week) -> None:
    """Note in which week the server took something; its lifetime counts from there."""
    db.run(
        "UPDATE outgoing SET week_taken = ? WHERE kind = ? AND number = ?",
        week,
        row.kind,
        row.number,
    )


def drop_content(db: Database, row: OutgoingRow) -> None:
    """Drop the content of something whose time is over; its number and hash stay."""
    db.run("UPDATE outgoing SET content = NULL WHERE kind = ? AND number = ?", row.kind, row.number)


def forget_confirmation(db: Database, number: int) -> None:
    """Note that what a confirmation named is not confirmed: it will never count."""
    db.run("UPDATE envelopes SET confirmed_in = NULL WHERE confirmed_in = ?", number)
    db.run("UPDATE chunks SET confirmed_in = NULL WHERE confirmed_in = ?", number)


def last_batch_day(db: Database) -> Day | None:
    """Return the day on which the newest batch was made."""
    row = db.row("SELECT max(made_day) AS day FROM outgoing WHERE kind = ?", StatementKind.BATCH)
    return row["day"] if row else None
