"""The slots of a vault: its random key, sealed under the passphrase of each author."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from caseworker.durable import open_private, sync_file
from caseworker.errors import Refusal
from caseworker.passphrases import Passphrase
from caseworker.sealing import open_secret, seal_secret
from crypto.errors import Malformed, Unauthentic
from crypto.strict_json import Fields, encode_json, parse_json

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
    sealed = seal_secret(key.secret, passphrase, _context(vault_id, key.author))
    header = {
        "format": _FORMAT,
        "vault": vault_id.hex(),
        "slots": [{"author": key.author, **sealed}],
    }
    with open_private(folder / SLOTS_FILE) as file:
        file.write(encode_json(header))
        sync_file(file)
    # What opens it is proved before anything relies on it.
    return open_slots(folder, passphrase)


def open_slots(folder: Path, passphrase: Passphrase) -> VaultKey:
    """Return the key of a vault; Refusal for a wrong passphrase or a damaged file."""
    try:
        header = Fields(parse_json((folder / SLOTS_FILE).read_bytes()))
        if header.text("format", len(_FORMAT)) != _FORMAT:
            raise Malformed("another format")
        vault_id = header.hex("vault", _VAULT_ID_SIZE)
        return _try_slots(header.objects("slots", 1, _SLOTS_MAX), vault_id, passphrase)
    except Malformed:
        raise Refusal(
            f"{folder / SLOTS_FILE} is damaged",
            "nothing was changed: take the whole folder from your last backup",
        ) from None


def _try_slots(slots: list[Fields], vault_id: bytes, passphrase: Passphrase) -> VaultKey:
    for slot in slots:
        author = slot.text("author", _AUTHOR_MAX_SIZE)
        try:
            secret = open_secret(slot, passphrase, _context(vault_id, author))
        except Unauthentic:
            continue
        return VaultKey(secret, author)
    raise Refusal(
        "this passphrase does not open this vault",
        "nothing was changed: is it the right vault, and the right keyboard layout?",
    )


def _context(vault_id: bytes, author: str) -> bytes:
    return b"fidelio vault 1 slot" + vault_id + author.encode()
