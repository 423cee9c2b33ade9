"""What sources are asked: files that directories and messages name by their SHA-256.

None is ever dropped: directories are kept, and an answer is read by the question that it answers.
"""

from caseworker.vault.database import Database
from crypto.form import form_hash


def add_form(db: Database, content: bytes) -> None:
    """Keep a form."""
    db.run("INSERT INTO forms VALUES (?, ?) ON CONFLICT DO NOTHING", form_hash(content), content)


def form_of(db: Database, hash_: bytes) -> bytes | None:
    """Return the form of a hash (32 bytes), where this vault has it."""
    row = db.row("SELECT content FROM forms WHERE hash = ?", hash_)
    return row["content"] if row else None
