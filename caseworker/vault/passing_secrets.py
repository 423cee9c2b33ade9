"""Secrets that are overwritten where they lie as soon as they were used.

A chain key goes once its record is in a batch, and what a slot held once its envelope is read: who
seizes the vault later finds neither. `secure_delete` alone would not do: a database that deals its
pages anew leaves copies of rows behind. So these rows never go and never change their size, and
each lies behind the one before.
"""

from caseworker.vault.database import Database

__all__ = ["add_secret", "forget_secret", "overwrite_secret", "secret_of"]


def add_secret(db: Database, secret: bytes) -> int:
    """Keep a secret, and return the number by which it is found."""
    number = db.number("SELECT coalesce(max(number), 0) + 1 FROM passing_secrets")
    db.run("INSERT INTO passing_secrets VALUES (?, ?)", number, secret)
    return number


def secret_of(db: Database, number: int) -> bytes:
    """Return the secret of a number."""
    row = db.row("SELECT secret FROM passing_secrets WHERE number = ?", number)
    if row is None:
        raise LookupError("no secret of that number")
    return bytes(row["secret"])


def overwrite_secret(db: Database, number: int, successor: bytes) -> None:
    """Put a secret of the same size in the place of another."""
    if len(successor) != len(secret_of(db, number)):
        raise ValueError("a secret is overwritten by one of its own size")
    db.run("UPDATE passing_secrets SET secret = ? WHERE number = ?", successor, number)


def forget_secret(db: Database, number: int) -> None:
    """Overwrite a secret with zeros."""
    overwrite_secret(db, number, bytes(len(secret_of(db, number))))
