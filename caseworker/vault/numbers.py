"""Numbers that a vault gives out, and never gives out twice."""

from caseworker.vault.database import Database

NUMBERS_SKIPPED = 1000
"""So many of a kind are passed over where a vault may have given out more than it knows."""


def give_out_number(db: Database, kind: str) -> int:
    """Return the next number of a kind, from 1 on."""
    db.run("INSERT INTO numbers VALUES (?, 1) ON CONFLICT DO NOTHING", kind)
    number = highest_number(db, kind) + 1
    db.run("UPDATE numbers SET next = next + 1 WHERE kind = ?", kind)
    return number


def raise_number(db: Database, kind: str, highest: int) -> None:
    """See to it that no number up to `highest` is given out any more."""
    db.run(
        "INSERT INTO numbers VALUES (?1, ?2) ON CONFLICT DO UPDATE SET next = max(next, ?2)",
        kind,
        highest + 1,
    )


def restart_numbers(db: Database, kind: str) -> None:
    """Begin a kind of numbers at 1 again, where something else tells the old and the new apart."""
    db.run("DELETE FROM numbers WHERE kind = ?", kind)


def highest_number(db: Database, kind: str) -> int:
    """Return the highest number of a kind that was given out, 0 where none was."""
    return db.number("SELECT coalesce(max(next), 1) - 1 FROM numbers WHERE kind = ?", kind)
