"""The slots of a vault: its random key, sealed under the passphrase of each author.

A new passphrase seals the same key anew, and the old slot is overwritten. Whoever kept a copy of
the old slot still opens it with the old passphrase: so a copy of the folder, or a backup, stays as
readable as it was.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from caseworker.vault.lock import locked
from caseworker.vault.sealed_secrets import open_secret, seal_secret
from crypto.errors import Malformed, Unauthentic
from crypto.strict_json import Fields, encode_json, parse_json
from ground.disk.replaced_files import finish_replacing, replace_secret_file
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

SLOTS_FILE = "key-slots.json"
_FORMAT = "fidelio vault 1"
_KEY_SIZE = 32
_VAULT_ID_SIZE = 16
_SLOTS_MAX = 64
_AUTHOR_MAX_SIZE = 32
# The first author; more come with slots of their own.
FIRST_AUTHOR = "author-1"


@dataclass(frozen=True, repr=False)
class VaultKey:
    """The key of a vault, and the author whose passphrase opened its slot."""

    secret: bytes
    author: str

    def __repr__(self) -> str:
        return "VaultKey(hidden)"

    def derive(self, purpose: str) -> bytes:
        """Return the key, 32 bytes, of one of the vault's files."""
        return HKDFExpand(SHA256(), _KEY_SIZE, f"fidelio vault 1 {purpose}".encode()).derive(
            self.secret
        )


def make_slots(folder: Path, passphrase: Passphrase) -> VaultKey:
    """Write the slots of a new vault, and return its new key."""
    key = VaultKey(secrets.token_bytes(_KEY_SIZE), FIRST_AUTHOR)
    vault_id = secrets.token_bytes(_VAULT_ID_SIZE)
    replace_secret_file(folder / SLOTS_FILE, _sealed_slot(vault_id, key, passphrase))
    # What opens it is proved before anything relies on it.
    return open_slots(folder, passphrase)


def change_passphrase(folder: Path, key: VaultKey, passphrase: Passphrase) -> None:
    """Seal the key of a vault under a new passphrase, and overwrite what opened with the old one.

    The vault's lock is held.
    """
    finish_replacing(folder / SLOTS_FILE)
    vault_id, slots = _read_slots((folder / SLOTS_FILE).read_bytes())
    if len(slots) > 1:
        raise Refusal("this vault has several authors", "use a newer version of this program")
    sealed = _sealed_slot(vault_id, key, passphrase)
    # What opens it is proved before it takes the place of what did.
    if _try_slots(*_read_slots(sealed), passphrase) != key:
        raise RuntimeError("a slot that gives another key")
    replace_secret_file(folder / SLOTS_FILE, sealed)


def open_slots(folder: Path, passphrase: Passphrase) -> VaultKey:
    """Return the key of a vault; Refusal for a wrong passphrase or a damaged file."""
    try:
        return _try_slots(*_read_slots(_slots_in_force(folder)), passphrase)
    except (FileNotFoundError, Malformed):
        raise Refusal(
            f"{foreign_path(folder / SLOTS_FILE)} is damaged",
            "nothing was changed: take the whole folder from your last backup",
        ) from None


def _slots_in_force(folder: Path) -> bytes:
    """Return the file of the slots, also where a change of passphrase was stopped halfway."""
    try:
        return (folder / SLOTS_FILE).read_bytes()
    except FileNotFoundError:
        with locked(folder):
            finish_replacing(folder / SLOTS_FILE)
        return (folder / SLOTS_FILE).read_bytes()


def _sealed_slot(vault_id: bytes, key: VaultKey, passphrase: Passphrase) -> bytes:
    sealed = seal_secret(key.secret, passphrase, _context(vault_id, key.author))
    slots = [{"author": key.author, **sealed}]
    return encode_json({"format": _FORMAT, "vault": vault_id.hex(), "slots": slots})


def _read_slots(data: bytes) -> tuple[bytes, list[Fields]]:
    header = Fields(parse_json(data))
    if header.text("format", len(_FORMAT)) != _FORMAT:
        raise Malformed("another format")
    return header.hex("vault", _VAULT_ID_SIZE), header.objects("slots", 1, _SLOTS_MAX)


def _try_slots(vault_id: bytes, slots: list[Fields], passphrase: Passphrase) -> VaultKey:
    for slot in slots:
        author = slot.text("author", _AUTHOR_MAX_SIZE)
        try:
            secret = open_secret(slot, passphrase, _context(vault_id, author))
        except Unauthentic:
            continue
        return VaultKey(secret, author)
    raise Refusal(
        "this passphrase does not open this vault",
        "nothing was changed: is it the right vault, and the right keyboard layout? What was typed "
        "before the question stood there does not count",
    )


def _context(vault_id: bytes, author: str) -> bytes:
    return b"fidelio vault 1 slot" + vault_id + author.encode()
