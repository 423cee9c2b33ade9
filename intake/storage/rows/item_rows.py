"""The index of envelopes and chunks: which there are, who has confirmed them, which are over.

Slots of what is deleted go into the table `wipe`; `wiping` overwrites them.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.names import Address, Week
from crypto.sizes import RECIPIENTS_MAX
from intake.storage.kinds import Kind

_OCCUPIED: Final = {
    Kind.ENVELOPE: "SELECT slot FROM envelope UNION ALL SELECT slot FROM wipe WHERE container = 1",
    Kind.CHUNK: "SELECT slot FROM chunk UNION ALL SELECT slot FROM wipe WHERE container = 2",
}
_COUNT: Final = {
    Kind.ENVELOPE: "SELECT count(*) FROM envelope",
    Kind.CHUNK: "SELECT count(*) FROM chunk",
}
_UNCONFIRMED: Final = {
    Kind.ENVELOPE: "SELECT address, address, slot, week FROM envelope WHERE NOT EXISTS (SELECT 1"
    " FROM envelope_mark m WHERE m.address = envelope.address AND m.recipient = ?)",
    Kind.CHUNK: "SELECT id, digest, slot, week FROM chunk WHERE NOT EXISTS (SELECT 1"
    " FROM chunk_mark m WHERE m.id = chunk.id AND m.recipient = ?)",
}
_DROP_CONFIRMED: Final = {
    Kind.ENVELOPE: "DELETE FROM envelope WHERE ? = (SELECT count(*) FROM envelope_mark m"
    " WHERE m.address = envelope.address AND m.recipient IN (?, ?, ?, ?)) RETURNING slot",
    Kind.CHUNK: "DELETE FROM chunk WHERE ? = (SELECT count(*) FROM chunk_mark m"
    " WHERE m.id = chunk.id AND m.recipient IN (?, ?, ?, ?)) RETURNING slot",
}
_DROP_OLD: Final = {
    Kind.ENVELOPE: "DELETE FROM envelope WHERE week <= ? RETURNING slot",
    Kind.CHUNK: "DELETE FROM chunk WHERE week <= ? RETURNING slot",
}
_WAITING: Final = {
    Kind.ENVELOPE: "SELECT week, count(*) FROM envelope WHERE NOT EXISTS (SELECT 1"
    " FROM envelope_mark m WHERE m.address = envelope.address AND m.recipient = ?)"
    " GROUP BY week ORDER BY week",
    Kind.CHUNK: "SELECT week, count(*) FROM chunk WHERE NOT EXISTS (SELECT 1"
    " FROM chunk_mark m WHERE m.id = chunk.id AND m.recipient = ?)"
    " GROUP BY week ORDER BY week",
}


@dataclass(frozen=True)
class Item:
    """An item to be read: its address or id (32 bytes), the SHA-256 of its bytes, its slot.

    `week` is that of its arrival.
    """

    kind: Kind
    key: bytes
    digest: bytes
    slot: int
    week: Week


def has_envelope(connection: sqlite3.Connection, address: bytes) -> bool:
    """Tell whether an envelope of this address is there."""
    found = connection.execute("SELECT 1 FROM envelope WHERE address = ?", (address,))
    return found.fetchone() is not None


def chunk_digest(connection: sqlite3.Connection, chunk_id: bytes) -> bytes | None:
    """Return the SHA-256 of the chunk stored under an id; None where there is none."""
    found = connection.execute("SELECT digest FROM chunk WHERE id = ?", (chunk_id,)).fetchone()
    return None if found is None else bytes(found[0])


def add_envelopes(connection: sqlite3.Connection, rows: Iterable[tuple[bytes, int, int]]) -> None:
    """Name new envelopes: (address, week, slot) each."""
    connection.executemany("INSERT INTO envelope (address, week, slot) VALUES (?, ?, ?)", rows)


def add_chunks(
    connection: sqlite3.Connection, rows: Iterable[tuple[bytes, bytes, int, int]]
) -> None:
    """Name new chunks: (id, digest, week, slot) each."""
    connection.executemany("INSERT INTO chunk (id, digest, week, slot) VALUES (?, ?, ?, ?)", rows)


def renew_chunks(connection: sqlite3.Connection, rows: Iterable[tuple[int, bytes]]) -> None:
    """Chunks that were sent again, (week, id) each, live from this week on."""
    connection.executemany(
        "UPDATE chunk SET week = ?1 WHERE id = ?2 AND week < ?1",
        rows,
    )


def occupied(connection: sqlite3.Connection, kind: Kind) -> list[int]:
    """Return the slots that may not be given out: of items, and still to be overwritten."""
    return [row[0] for row in connection.execute(_OCCUPIED[kind])]


def count(connection: sqlite3.Connection, kind: Kind) -> int:
    """Count the items of a kind."""
    return int(connection.execute(_COUNT[kind]).fetchone()[0])


def unconfirmed(connection: sqlite3.Connection, kind: Kind, recipient: str) -> list[Item]:
    """Every item that this recipient has not confirmed."""
    return [Item(kind, *row) for row in connection.execute(_UNCONFIRMED[kind], (recipient,))]


def waiting(connection: sqlite3.Connection, kind: Kind, recipient: str) -> dict[Week, int]:
    """How many items this recipient has not confirmed, by week of arrival, oldest first."""
    return dict(connection.execute(_WAITING[kind], (recipient,)).fetchall())


def mark_envelopes(
    connection: sqlite3.Connection, addresses: Iterable[Address], recipient: str
) -> None:
    """Mark these envelopes as what a recipient has. Unknown addresses are passed over."""
    connection.executemany(
        "INSERT OR IGNORE INTO envelope_mark (address, recipient)"
        " SELECT address, ?2 FROM envelope WHERE address = ?1",
        ((address, recipient) for address in addresses),
    )


def mark_chunks(
    connection: sqlite3.Connection, chunks: Iterable[tuple[bytes, bytes]], recipient: str
) -> None:
    """Mark these chunks, (id, digest) each, as what a recipient has, not others of the id."""
    connection.executemany(
        "INSERT OR IGNORE INTO chunk_mark (id, recipient)"
        " SELECT id, ?3 FROM chunk WHERE id = ?1 AND digest = ?2",
        ((chunk_id, digest, recipient) for chunk_id, digest in chunks),
    )


def drop_confirmed(connection: sqlite3.Connection, kind: Kind, recipients: Sequence[str]) -> int:
    """Delete what every one of these recipients (1 to 4) has confirmed; returns how many."""
    padded = [*recipients, *[None] * (RECIPIENTS_MAX - len(recipients))]
    rows = connection.execute(_DROP_CONFIRMED[kind], (len(recipients), *padded)).fetchall()
    return _to_be_wiped(connection, kind, rows)


def drop_old(connection: sqlite3.Connection, kind: Kind, week: Week) -> int:
    """Delete what came in this week or before; returns how many."""
    rows = connection.execute(_DROP_OLD[kind], (week,)).fetchall()
    return _to_be_wiped(connection, kind, rows)


def _to_be_wiped(connection: sqlite3.Connection, kind: Kind, rows: Sequence[tuple[int]]) -> int:
    connection.executemany(
        "INSERT INTO wipe (container, slot) VALUES (?, ?)",
        ((int(kind), slot) for (slot,) in rows),
    )
    return len(rows)


def to_wipe(connection: sqlite3.Connection, limit: int) -> list[tuple[Kind, int]]:
    """Up to `limit` slots that are to be overwritten."""
    rows = connection.execute("SELECT container, slot FROM wipe LIMIT ?", (limit,))
    return [(Kind(kind), slot) for kind, slot in rows]


def wiped(connection: sqlite3.Connection, slots: Iterable[tuple[Kind, int]]) -> None:
    """Set slots free that have been overwritten, durably."""
    connection.executemany(
        "DELETE FROM wipe WHERE container = ? AND slot = ?",
        ((int(kind), slot) for kind, slot in slots),
    )
