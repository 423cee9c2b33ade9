"""Numbers that a vault gives out, and never gives out twice."""

from caseworker.vault.database import Database


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


def give_out_reply_indexes(db: Database, thread_secret: bytes, count: int) -> int:
    """Return the first of `count` reply indexes of a thread that are given out now."""
    first = next_reply_index(db, thread_secret)
    db.run(
        "INSERT INTO reply_indexes VALUES (?1, ?2) ON CONFLICT DO UPDATE SET next = ?2",
        thread_secret,
        first + count,
    )
    return first


def move_reply_indexes(db: Database, count: int) -> None:
    """Skip `count` reply indexes of every thread that ever got a reply, or may have got one."""
    db.run(
        "INSERT INTO reply_indexes SELECT DISTINCT thread_secret, 0 FROM messages WHERE true"
        " ON CONFLICT DO NOTHING"
    )
    db.run("UPDATE reply_indexes SET next = next + ?", count)


def next_reply_index(db: Database, thread_secret: bytes) -> int:
    """Return the lowest reply index of a thread that was never given out."""
    row = db.row("SELECT next FROM reply_indexes WHERE thread_secret = ?", thread_secret)
    return int(row["next"]) if row else 0
