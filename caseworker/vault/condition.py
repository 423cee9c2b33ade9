"""What a vault remembers of itself: when it was used last, and whether it has fallen behind."""

from caseworker.vault.database import Database


def seen_day(db: Database) -> int:
    """Return the day on which the vault was used last."""
    return db.number("SELECT seen_day FROM vault")


def set_seen_day(db: Database, day: int) -> None:
    """Note the day on which the vault is used."""
    db.run("UPDATE vault SET seen_day = ?", day)


def is_behind(db: Database) -> bool:
    """Tell whether the server was seen to have something of this vault that it does not know."""
    return bool(db.number("SELECT behind FROM vault"))


def set_behind(db: Database, behind: bool) -> None:
    """Note that the vault is behind, or that its numbers were moved on."""
    db.run("UPDATE vault SET behind = ?", int(behind))
