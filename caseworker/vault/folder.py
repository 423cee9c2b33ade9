"""A vault as a folder: made, unlocked and opened.

key-slots.json    the vault's random key under the passphrase of each author
cases.db          the encrypted database
intake-secrets    the secret halves of intake keys
chunks/           chunks as they arrived, still sealed
lock              held while a command is at work
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caseworker.vault.database import Database, open_database
from caseworker.vault.key_slots import SLOTS_FILE, VaultKey, make_slots, open_slots
from caseworker.vault.lock import locked
from caseworker.vault.secrets_file import HeldSecret, read_secrets, write_secrets
from crypto.names import Day, GenesisId
from ground.disk.durable import PRIVATE_FOLDER
from ground.disk.replaced_files import finish_replacing, is_there
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

DATABASE_FILE = "cases.db"
CHUNKS_FOLDER = "chunks"


@dataclass(repr=False)
class Vault:
    """An open vault. `secrets` are those on the disk; they change by `replace_secrets` alone."""

    folder: Path
    db: Database
    genesis_id: GenesisId
    recipient: str
    author: str
    secrets: tuple[HeldSecret, ...]
    secrets_key: bytes

    def __repr__(self) -> str:
        return "Vault(hidden)"

    def replace_secrets(self, held: list[HeldSecret]) -> None:
        """Return when these, and no others, are the vault's intake secrets on the disk."""
        write_secrets(self.folder, self.secrets_key, held)
        self.secrets = tuple(held)


def make_vault(
    folder: Path, passphrase: Passphrase, genesis_id: GenesisId, recipient: str, day: Day
) -> VaultKey:
    """Make the folder of a new vault that holds no keys yet, and return its key."""
    folder.mkdir(mode=PRIVATE_FOLDER)
    (folder / CHUNKS_FOLDER).mkdir(mode=PRIVATE_FOLDER)
    key = make_slots(folder, passphrase)
    write_secrets(folder, _secrets_key(key), [])
    database = open_database(folder / DATABASE_FILE, _database_key(key))
    try:
        with database.transaction():
            database.run(
                "INSERT INTO vault (one, genesis_id, recipient, seen_day) VALUES (1, ?, ?, ?)",
                genesis_id,
                recipient,
                day,
            )
    finally:
        database.close()
    return key


def unlock(folder: Path, passphrase: Passphrase) -> VaultKey:
    """Return the key of a vault; Refusal for a wrong passphrase, or where there is no vault."""
    refuse_other_folders(folder)
    return open_slots(folder, passphrase)


def refuse_other_folders(folder: Path) -> None:
    """Raise Refusal where a folder is not a vault."""
    if not is_there(folder / SLOTS_FILE):
        raise Refusal(
            f"{foreign_path(folder)} is not a vault",
            f"a vault is a folder with {SLOTS_FILE} in it; office create makes them in DIR/vaults",
        )


@contextmanager
def open_vault(folder: Path, key: VaultKey) -> Iterator[Vault]:
    """Yield a vault that no other command can use meanwhile."""
    with locked(folder):
        finish_replacing(folder / SLOTS_FILE)
        secrets_key = _secrets_key(key)
        secrets = tuple(read_secrets(folder, secrets_key))
        database = open_database(folder / DATABASE_FILE, _database_key(key))
        try:
            row = database.row("SELECT genesis_id, recipient FROM vault")
            if row is None:
                raise Refusal(f"{foreign_path(folder)} was never finished", "make the office anew")
            yield Vault(
                folder, database, row["genesis_id"], row["recipient"], key.author, secrets,
                secrets_key,
            )  # fmt: skip
        finally:
            database.close()


def _database_key(key: VaultKey) -> bytes:
    return key.derive("database")


def _secrets_key(key: VaultKey) -> bytes:
    return key.derive("intake secrets")
