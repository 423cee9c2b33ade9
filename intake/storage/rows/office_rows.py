"""Whose intake this is: identity, directory, public keys, cards. All of it public and signed."""

import secrets
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from crypto.names import GenesisId, KeyHash, Week
from intake.storage.connections import table_of
from intake.storage.rows import hashed_rows

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
    table_of(connection, "office").insert({"name": "genesis_id", "value": value})


def directory(connection: sqlite3.Connection) -> bytes | None:
    """Return the directory document in force; None before the first import."""
    return _fact(connection, "directory")


def set_directory(connection: sqlite3.Connection, document: bytes) -> None:
    """Serve this directory document from now on."""
    _set_fact(connection, "directory", document)


def edition(connection: sqlite3.Connection) -> bytes | None:
    """Random bytes that stay the same until what is served changes; None before the first."""
    # Asked for at every request, and so of SQLite itself, which takes a tenth of the time.
    found = connection.execute("SELECT value FROM office WHERE name = 'edition'").fetchone()
    return None if found is None else bytes(found[0])


def new_edition(connection: sqlite3.Connection) -> None:
    """Draw a new edition: whoever has a copy of what is served reads it anew."""
    _set_fact(connection, "edition", secrets.token_bytes(EDITION_SIZE))


def last_week(connection: sqlite3.Connection) -> Week | None:
    """Return the week in which retention last ran; None if it never did."""
    value = _fact(connection, "week")
    return None if value is None else Week(int.from_bytes(value, "big"))


def set_last_week(connection: sqlite3.Connection, week: Week) -> None:
    """Retention has run in this week."""
    _set_fact(connection, "week", week.to_bytes(4, "big"))


def server_key(connection: sqlite3.Connection) -> bytes | None:
    """Return this server's public signing key (32 bytes); None before the first import."""
    return _fact(connection, "server_key")


def set_server_key(connection: sqlite3.Connection, public_key: bytes) -> None:
    """Show this key (32 bytes) as that under which this server signs."""
    _set_fact(connection, "server_key", public_key)


def _fact(connection: sqlite3.Connection, name: str) -> bytes | None:
    return _value(connection, "office", "name", name, "value")


def _set_fact(connection: sqlite3.Connection, name: str, value: bytes) -> None:
    table_of(connection, "office").insert({"name": name, "value": value}, replace=True)


def _value(
    connection: sqlite3.Connection, table: str, key: str, wanted: str | bytes, column: str
) -> bytes | None:
    found = table_of(connection, table).rows_where(f"{key} = ?", (wanted,), select=column)
    return next((bytes(row[column]) for row in found), None)


def intake_key(connection: sqlite3.Connection, key_hash: KeyHash) -> bytes | None:
    """Return a public intake key (1,216 bytes) by its SHA-256."""
    return _value(connection, "intake_key", "hash", key_hash, "public_key")


def add_intake_key(connection: sqlite3.Connection, key_hash: KeyHash, public_key: bytes) -> None:
    """Add a public intake key. The same again changes nothing."""
    row = {"hash": key_hash, "public_key": public_key}
    table_of(connection, "intake_key").insert(row, ignore=True)


def drop_other_intake_keys(connection: sqlite3.Connection, wanted: Collection[bytes]) -> None:
    """Forget every public intake key but those with these hashes."""
    hashed_rows.drop_others(connection, "intake_key", wanted)


def cards(connection: sqlite3.Connection) -> list[StoredCard]:
    """Return the newest card of each recipient for each of its signing keys."""
    return [StoredCard(**row) for row in table_of(connection, "card").rows]


def set_card(connection: sqlite3.Connection, card: StoredCard) -> None:
    """Store this card instead of the one before it by the same signing key."""
    table_of(connection, "card").insert(asdict(card), replace=True)


def drop_cards(connection: sqlite3.Connection, cards_: Iterable[StoredCard]) -> None:
    """Forget these cards."""
    for card in cards_:
        table_of(connection, "card").delete((card.recipient, card.signing_key))
