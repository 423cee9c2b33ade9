"""What a vault remembers of itself: the clock it saw, whether it was restored."""

from caseworker.vault.database import Database
from crypto.lifetimes import CLOCK_BELIEVED_DAYS
from crypto.names import Day


def seen_day(db: Database) -> Day:
    """Return the day on which the vault was used last with a clock that was believed."""
    return Day(db.number("SELECT seen_day FROM vault"))


def believes_clock(db: Database, day: Day) -> bool:
    """Tell whether a clock stands near enough to where it was seen last."""
    return abs(day - seen_day(db)) <= CLOCK_BELIEVED_DAYS


def record_clock(db: Database, day: Day) -> None:
    """Note the day on which the vault is used, unless its clock has jumped.

    A jump stays a jump until a person says that the clock is right: else the first command after
    it would vouch for it to the second.
    """
    if believes_clock(db, day):
        set_seen_day(db, day)


def set_seen_day(db: Database, day: Day) -> None:
    """Believe that it is this day."""
    db.run("UPDATE vault SET seen_day = ?", day)


def tried_with(db: Database) -> str:
    """Return the version of this program that last tried all that was set aside."""
    row = db.row("SELECT tried_with FROM vault")
    return str(row["tried_with"]) if row else ""


def set_tried_with(db: Database, version: str) -> None:
    """Note that a version of this program has tried all that was set aside."""
    db.run("UPDATE vault SET tried_with = ?", version)


def restored_day(db: Database) -> Day | None:
    """Return the day of a restore after which kept bundles may not all be imported again."""
    return _day(db, "restored_day")


def set_restored_day(db: Database, day: Day | None) -> None:
    """Note a restore; or, with None, that all kept bundles are imported again."""
    db.run("UPDATE vault SET restored_day = ?", day)


def awaits_bundle_of(db: Database) -> Day | None:
    """Return since which day a bundle is awaited that says what the server has of this vault."""
    return _day(db, "awaits_bundle_of")


def set_awaits_bundle_of(db: Database, day: Day | None) -> None:
    """Note after a restore that such a bundle is awaited; or, with None, that it came."""
    db.run("UPDATE vault SET awaits_bundle_of = ?", day)


def backup_day(db: Database) -> Day | None:
    """Return the day of the last backup."""
    return _day(db, "backup_day")


def record_backup(db: Database, day: Day) -> None:
    """Note that a backup holds the keys of the newest own card."""
    db.run(
        "UPDATE vault SET backup_day = ?, backup_card ="
        " (SELECT max(place) FROM cards WHERE recipient = vault.recipient)",
        day,
    )


def backup_is_due(db: Database) -> bool:
    """Tell whether a card was made since the last backup."""
    newest = "(SELECT max(place) FROM cards WHERE recipient = vault.recipient)"
    query = f"SELECT coalesce({newest} > coalesce(backup_card, 0), 0) FROM vault"  # noqa: S608
    return bool(db.number(query))


def _day(db: Database, column: str) -> Day | None:
    row = db.row(f"SELECT {column} AS day FROM vault")  # noqa: S608 - our own words
    return row["day"] if row else None
