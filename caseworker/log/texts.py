"""The texts that people wrote. The log names each by a salted hash, so that it can be deleted."""

import hashlib
import secrets

from caseworker.vault.database import Database
from ground.shell.refusals import Refusal

_SALT_SIZE = 16


def add_text(db: Database, text: str) -> bytes:
    """Store a text, and return the id, 32 bytes, by which the log names it."""
    salt = secrets.token_bytes(_SALT_SIZE)
    text_id = _id_of(salt, text)
    db.run("INSERT INTO texts VALUES (?, ?, ?)", text_id, salt, text)
    return text_id


def text_of(db: Database, text_id: bytes) -> str:
    """Return a text that the log names; Refusal where it is gone, or another than was written."""
    row = db.row("SELECT salt, text FROM texts WHERE id = ?", text_id)
    if row is None or _id_of(row["salt"], row["text"]) != text_id:
        raise Refusal(
            "a text that the log names was altered, or is gone", "compare with your last backup"
        )
    return str(row["text"])


def altered_texts(db: Database) -> int:
    """Return how many texts are not the ones that their ids stand for."""
    rows = db.rows("SELECT id, salt, text FROM texts")
    return sum(_id_of(row["salt"], row["text"]) != row["id"] for row in rows)


def _id_of(salt: bytes, text: str) -> bytes:
    # Salted, so that the id of a text that is gone cannot be guessed at.
    return hashlib.sha256(salt + text.encode()).digest()
