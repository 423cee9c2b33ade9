"""What a vault remembers of itself: the clock it saw, whether it fell behind or was restored."""

from caseworker.vault.database import Database

# protocol: a clock that moved further since it was last seen is not believed without a person.
CLOCK_DAYS = 30


def seen_day(db: Database) -> int:
    """Return the day on which the vault was used last with a clock that was believed."""
    return db.number("SELECT seen_day FROM vault")


def believes_clock(db: Database, day: int) -> bool:
    """Tell whether a clock stands near enough to where it was seen last."""
    return abs(day - seen_day(db)) <= CLOCK_DAYS


def note_clock(db: Database, day: int) -> None:
    """Note the day on which the vault is used, unless its clock has jumped.

    A jump stays a jump until a person says that the clock is right: else the first command after
    it would vouch for it to the second.
    """
    if believes_clock(db, day):
        set_seen_day(db, day)


def set_seen_day(db: Database, day: int) -> None:
    """Believe that it is this day."""
    db.run("UPDATE vault SET seen_day = ?", day)


def is_behind(db: Database) -> bool:
    """Tell whether the server was seen to have something of this vault that it does not know."""
    return bool(db.number("SELECT behind FROM vault"))


def set_behind(db: Database, behind: bool) -> None:
    """Note that the vault is behind, or that its numbers were moved on."""
    db.run("UPDATE vault SET behind = ?", int(behind))


def restored_day(db: Database) -> int | None:
    """Return the day of a restore after which kept bundles may not all be imported again."""
    return _day(db, "restored_day")


def set_restored_day(db: Database, day: int | None) -> None:
    """Note a restore; or, with None, that all kept bundles are imported again."""
    db.run("UPDATE vault SET restored_day = ?", day)


def _day(db: Database, column: str) -> int | None:
    row = db.row(f"SELECT {column} AS day FROM vault")  # noqa: S608 - our own words
    return row["day"] if row else None
