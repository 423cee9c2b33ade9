"""Whose intake this is: identity, directory, public keys, cards. All of it public and signed."""

import secrets
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crypto.names import GenesisId, KeyHash, Week

EDITION_SIZE = 16
"""Bytes of an edition."""


@dataclass(frozen=True)
class OfficeDocument:
    """Whose intake this is: the office's identity (32 bytes), and its directory as it came."""

    genesis_id: GenesisId
    directory: bytes


@dataclass(frozen=True)
class StoredCard:
    """A recipient card as it came, with what it is found by."""

    recipient: str
    signing_key: bytes
    number: int
    card: bytes


def office(connection: sqlite3.Connection) -> OfficeDocument | None:
    """Return whose intake this is; None before the first import."""
    pinned, document = genesis_id(connection), directory(connection)
    if pinned is None or document is None:
        return None
    return OfficeDocument(pinned, document)


def genesis_id(connection: sqlite3.Connection) -> GenesisId | None:
    """Return the office this server serves (32 bytes); None before the first import."""
    value = _fact(connection, "genesis_id")
    return None if value is None else GenesisId(value)


def pin_genesis_id(connection: sqlite3.Connection, value: bytes) -> None:
    """Serve this office and no other, for good."""
    connection.execute("INSERT INTO office (name, value) VALUES ('genesis_id', ?)", (value,))


def directory(connection: sqlite3.Connection) -> bytes | None:
    """Return the directory document in force; None before the first import."""
    return _fact(connection, "directory")


def set_directory(connection: sqlite3.Connection, document: bytes) -> None:
    """Serve this directory document from now on."""
    connection.execute(
        "INSERT OR REPLACE INTO office (name, value) VALUES ('directory', ?)", (document,)
    )


def edition(connection: sqlite3.Connection) -> bytes | None:
    """Random bytes that stay the same until what is served changes; None before the first."""
    return _fact(connection, "edition")


def new_edition(connection: sqlite3.Connection) -> None:
    """Draw a new edition: whoever has a copy of what is served reads it anew."""
    connection.execute(
        "INSERT OR REPLACE INTO office (name, value) VALUES ('edition', ?)",
        (secrets.token_bytes(EDITION_SIZE),),
    )


def last_week(connection: sqlite3.Connection) -> Week | None:
    """Return the week in which retention last ran; None if it never did."""
    value = _fact(connection, "week")
    return None if value is None else Week(int.from_bytes(value, "big"))


def set_last_week(connection: sqlite3.Connection, week: Week) -> None:
    """Retention has run in this week."""
    connection.execute(
        "INSERT OR REPLACE INTO office (name, value) VALUES ('week', ?)",
        (week.to_bytes(4, "big"),),
    )


def _fact(connection: sqlite3.Connection, name: str) -> bytes | None:
    found = connection.execute("SELECT value FROM office WHERE name = ?", (name,)).fetchone()
    return None if found is None else bytes(found[0])


def intake_key(connection: sqlite3.Connection, key_hash: KeyHash) -> bytes | None:
    """Return a public intake key (1,216 bytes) by its SHA-256."""
    found = connection.execute(
        "SELECT public_key FROM intake_key WHERE hash = ?", (key_hash,)
    ).fetchone()
    return None if found is None else bytes(found[0])


def add_intake_key(connection: sqlite3.Connection, key_hash: KeyHash, public_key: bytes) -> None:
    """Add a public intake key. The same again changes nothing."""
    connection.execute(
        "INSERT OR IGNORE INTO intake_key (hash, public_key) VALUES (?, ?)", (key_hash, public_key)
    )


def drop_other_intake_keys(connection: sqlite3.Connection, wanted: Collection[bytes]) -> None:
    """Forget every public intake key but those with these hashes."""
    known = [row[0] for row in connection.execute("SELECT hash FROM intake_key")]
    connection.executemany(
        "DELETE FROM intake_key WHERE hash = ?",
        ((key_hash,) for key_hash in known if key_hash not in wanted),
    )


def cards(connection: sqlite3.Connection) -> list[StoredCard]:
    """Return the newest card of each recipient for each of its signing keys."""
    rows = connection.execute("SELECT recipient, signing_key, number, card FROM card")
    return [StoredCard(*row) for row in rows]


def set_card(connection: sqlite3.Connection, card: StoredCard) -> None:
    """Store this card instead of the one before it by the same signing key."""
    connection.execute(
        "INSERT OR REPLACE INTO card (recipient, signing_key, number, card) VALUES (?, ?, ?, ?)",
        (card.recipient, card.signing_key, card.number, card.card),
    )


def drop_cards(connection: sqlite3.Connection, cards_: Iterable[StoredCard]) -> None:
    """Forget these cards."""
    connection.executemany(
        "DELETE FROM card WHERE recipient = ? AND signing_key = ?",
        ((card.recipient, card.signing_key) for card in cards_),
    )
