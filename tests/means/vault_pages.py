"""All that a vault's database holds, deleted or not, for whoever has the vault and its passphrase.

A seizer reads pages, not rows: what lies between the rows counts as well.
"""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from caseworker.vault.folder import DATABASE_FILE
from caseworker.vault.key_slots import VaultKey

# SQLCipher 4, as it comes: a page ends with its IV and a MAC, and the first begins with a salt.
_PAGE_SIZE = 4096
_TAIL_SIZE = 80
_IV_SIZE = 16
_SALT_SIZE = 16
# What stands in the header of every SQLite database, counted from behind the salt.
_FRACTIONS_AT = 5
_FRACTIONS = bytes([64, 32, 32])


def decrypted_pages(vault: Path, key: VaultKey) -> bytes:
    """Return every page of the database, free ones too, one after another."""
    data = (vault / DATABASE_FILE).read_bytes()
    assert data
    assert len(data) % _PAGE_SIZE == 0
    pages = [data[at : at + _PAGE_SIZE] for at in range(0, len(data), _PAGE_SIZE)]
    found = [_decrypted(page, key, _SALT_SIZE if not at else 0) for at, page in enumerate(pages)]
    # Else nothing that is not found in it would prove anything.
    assert found[0][_FRACTIONS_AT : _FRACTIONS_AT + 3] == _FRACTIONS
    return b"".join(found)


def _decrypted(page: bytes, key: VaultKey, start: int) -> bytes:
    end = _PAGE_SIZE - _TAIL_SIZE
    iv = page[end : end + _IV_SIZE]
    cipher = Cipher(algorithms.AES(key.derive("database")), modes.CBC(iv))
    return cipher.decryptor().update(page[start:end])
