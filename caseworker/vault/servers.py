"""The servers whose signing key a person compared, in the vault that signs the directory."""

from caseworker.vault.database import Database
from crypto.names import Day


def pin_server(db: Database, public_key: bytes, day: Day) -> None:
    """Keep a server's public key (32 bytes), which a person compared."""
    db.run(
        "INSERT INTO pinned_servers (public_key, since_day) VALUES (?, ?) ON CONFLICT DO NOTHING",
        public_key,
        day,
    )


def drop_server(db: Database, public_key: bytes) -> None:
    """Believe a server no more."""
    db.run("DELETE FROM pinned_servers WHERE public_key = ?", public_key)


def pinned_servers(db: Database) -> tuple[bytes, ...]:
    """Return the public keys (32 bytes each), in the order in which they were compared."""
    rows = db.rows("SELECT public_key FROM pinned_servers ORDER BY place")
    return tuple(row["public_key"] for row in rows)


def servers_seen(db: Database) -> tuple[bytes, ...]:
    """Return the public key of every server that signed a part which was imported."""
    rows = db.rows("SELECT DISTINCT server FROM imports WHERE server IS NOT NULL ORDER BY server")
    return tuple(row["server"] for row in rows)
