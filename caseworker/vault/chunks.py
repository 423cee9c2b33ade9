"""Which chunks arrived, whose they are, and which are confirmed. Their bytes: chunk_files.py."""

from collections.abc import Iterator

from caseworker.vault.chunk_files import chunk_file_name
from caseworker.vault.database import Database
from crypto.names import ChunkId, Day

# An id with a SHA-256, since different bytes may come under one id.
ChunkName = tuple[ChunkId, bytes]
# The number of a message, and the place of a file among its files.
FilePlace = tuple[int, int]


def knows_chunk(db: Database, name: ChunkName) -> bool:
    """Tell whether a chunk arrived before, whether or not its bytes are still kept."""
    return db.row("SELECT 1 FROM chunks WHERE id = ? AND sha256 = ?", *name) is not None


def add_chunk(db: Database, name: ChunkName, day: Day) -> None:
    """Note a chunk whose bytes are on the disk; it is whose the others under its id are."""
    db.run(
        "INSERT INTO chunks (id, sha256, arrived_day, message, kept)"
        " VALUES (?1, ?2, ?3, (SELECT max(message) FROM chunks WHERE id = ?1), 1)",
        *name,
        day,
    )


def confirm_chunk_again(db: Database, name: ChunkName, still_stand: set[int]) -> None:
    """Note that a known chunk came again: as `arrivals.confirm_again` does for envelopes."""
    row = db.row("SELECT confirmed_in FROM chunks WHERE id = ? AND sha256 = ?", *name)
    if row and row["confirmed_in"] not in (None, *still_stand):
        db.run("UPDATE chunks SET confirmed_in = NULL WHERE id = ? AND sha256 = ?", *name)


def candidates(db: Database, chunk_id: ChunkId) -> list[ChunkName]:
    """Return what is kept under an id; the one whose key opens it is the chunk."""
    rows = db.rows("SELECT id, sha256 FROM chunks WHERE id = ? AND kept = 1", chunk_id)
    return [(row["id"], row["sha256"]) for row in rows]


def claim_chunk(db: Database, chunk_id: ChunkId, message: int) -> bool:
    """Note whose file names a chunk; tell whether it has arrived."""
    return db.run("UPDATE chunks SET message = ? WHERE id = ?", message, chunk_id) > 0


def want_chunk(db: Database, chunk_id: ChunkId, place: FilePlace, piece: int) -> None:
    """Note that a piece of a file was looked for and has not arrived."""
    db.run(
        "INSERT INTO wanted_chunks VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        chunk_id,
        *place,
        piece,
    )


def claim_wanted(db: Database, chunk_id: ChunkId) -> list[tuple[FilePlace, int]]:
    """Return the pieces of files that waited for a chunk; they are looked for no longer."""
    rows = db.rows("SELECT * FROM wanted_chunks WHERE id = ?", chunk_id)
    pieces = [((row["message"], row["place"]), row["piece"]) for row in rows]
    db.run("DELETE FROM wanted_chunks WHERE id = ?", chunk_id)
    return pieces


def arrived(db: Database, chunk_id: ChunkId) -> tuple[list[ChunkName], bool]:
    """Return what is kept under an id, and whether a chunk came that held nothing and was dropped.

    Of what is kept, the one whose key opens it is the chunk.
    """
    rows = list(db.rows("SELECT id, sha256, kept FROM chunks WHERE id = ?", chunk_id))
    kept = [(row["id"], row["sha256"]) for row in rows if row["kept"]]
    return kept, len(kept) < len(rows)


def drop_chunks(db: Database, names: list[ChunkName]) -> None:
    """Note that the bytes of chunks are kept no longer; that they came is still known."""
    for name in names:
        db.run("UPDATE chunks SET kept = 0 WHERE id = ? AND sha256 = ?", *name)


def forget_chunks(db: Database, names: list[ChunkName]) -> None:
    """Forget that chunks ever came: if they come again, they are new."""
    for name in names:
        db.run("DELETE FROM chunks WHERE id = ? AND sha256 = ?", *name)


def unclaimed_since(db: Database, day: Day, near: int, set_aside_since: Day) -> list[ChunkName]:
    """Return chunks that no message has named and that arrived before a day.

    Not those that came within `near` days of an envelope that was set aside with its content key
    on the day `set_aside_since` or later.
    """
    rows = db.rows(
        "SELECT id, sha256 FROM chunks WHERE message IS NULL AND kept = 1 AND arrived_day < ?1"
        " AND NOT EXISTS (SELECT 1 FROM"
        "  (SELECT DISTINCT arrived_day AS day FROM envelopes"
        "   WHERE body IS NOT NULL AND arrived_day >= ?3)"
        "  WHERE abs(day - chunks.arrived_day) <= ?2)",
        day,
        near,
        set_aside_since,
    )
    return [(row["id"], row["sha256"]) for row in rows]


def unclaimed_count(db: Database) -> int:
    """Return how many chunks no message has named."""
    return db.number("SELECT count(*) FROM chunks WHERE message IS NULL AND kept = 1")


def unconfirmed_chunks(db: Database) -> list[ChunkName]:
    """Return the chunks that no confirmation names yet."""
    rows = db.rows("SELECT id, sha256 FROM chunks WHERE confirmed_in IS NULL ORDER BY id, sha256")
    return [(row["id"], row["sha256"]) for row in rows]


def confirm_chunks(db: Database, names: list[ChunkName], number: int) -> None:
    """Note by which confirmation chunks are named."""
    for name in names:
        db.run("UPDATE chunks SET confirmed_in = ? WHERE id = ? AND sha256 = ?", number, *name)


def kept_file_names(db: Database) -> Iterator[str]:
    """Yield the file name of every chunk whose bytes are kept."""
    for row in db.rows("SELECT id, sha256 FROM chunks WHERE kept = 1"):
        yield chunk_file_name(row["id"], row["sha256"])
