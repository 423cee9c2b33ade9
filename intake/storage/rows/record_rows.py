"""The reply board: batches of records, taken from bundles, served by bucket, over when expired."""

import sqlite3
from collections.abc import Iterable

from crypto.sizes import BUCKET_BITS_MAX


def add(
    connection: sqlite3.Connection,
    recipient: str,
    number: int,
    bits: int,
    records: Iterable[tuple[int, bytes, bytes]],
) -> None:
    """Put the records of a batch on the board: (value, SHA-256 of the record, record) each."""
    connection.executemany(
        "INSERT OR IGNORE INTO record (bits, value, hash, recipient, number, record)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        ((bits, value, digest, recipient, number, record) for value, digest, record in records),
    )


def refine(
    connection: sqlite3.Connection, recipient: str, bits: int, finer: Iterable[tuple[bytes, int]]
) -> None:
    """Move records of this recipient, (SHA-256 of the record, value) each, to finer buckets.

    A record that is not known, not this recipient's, already as fine, or of another bucket stays.
    """
    connection.executemany(
        "UPDATE OR IGNORE record SET bits = ?1, value = ?2 WHERE hash = ?3 AND recipient = ?4"
        " AND bits < ?1 AND value = (?2 >> (?1 - bits))",
        ((bits, value, digest, recipient) for digest, value in finer),
    )


def bucket(connection: sqlite3.Connection, bits: int, value: int) -> list[bytes]:
    """Return the records of a bucket, of coarser ones around it, and of finer ones in it.

    Finer than the directory in force are batches of a recipient that knows its successor already.
    They come in the order of their hash, each once, however many batches hold it.
    """
    found: dict[bytes, bytes] = {}
    for coarser in range(bits + 1):
        rows = connection.execute(
            "SELECT hash, record FROM record WHERE bits = ? AND value = ?",
            (coarser, value >> (bits - coarser)),
        )
        found.update(rows)
    for finer in range(bits + 1, BUCKET_BITS_MAX + 1):
        first = value << (finer - bits)
        beyond = (value + 1) << (finer - bits)
        rows = connection.execute(
            "SELECT hash, record FROM record WHERE bits = ? AND value >= ? AND value < ?",
            (finer, first, beyond),
        )
        found.update(rows)
    return [record for _, record in sorted(found.items())]


def count(connection: sqlite3.Connection) -> int:
    """Count the different records of the board."""
    return int(connection.execute("SELECT count(DISTINCT hash) FROM record").fetchone()[0])


def drop_batch(connection: sqlite3.Connection, recipient: str, number: int) -> None:
    """Take the records of a batch off the board."""
    connection.execute("DELETE FROM record WHERE recipient = ? AND number = ?", (recipient, number))
