"""Which of a recipient's signing keys signs what, while one takes the place of another.

Cards are signed by the newest key, and by the one before it where that one vouches for it. All that
the server and the sources check is signed by the key that the newest directory names: SPEC 13.
"""

from caseworker.keys.directories import known_directory
from caseworker.vault.folder import Vault
from caseworker.vault.keys import held_signing_key, newest_directory, newest_signing_key
from crypto.directory import Directory
from crypto.signing import SigningKey


def signing_key_in_force(vault: Vault) -> SigningKey:
    """Return the key that the directory names, or the newest one where that is not held."""
    named = _named(vault)
    held = held_signing_key(vault.db, named) if named else None
    return held or newest_signing_key(vault.db).key


def vouching_key(vault: Vault) -> SigningKey | None:
    """Return the key that signs cards beside the newest one, which no directory names yet."""
    newest, named = newest_signing_key(vault.db), _named(vault)
    if not newest.vouched or named is None or named == newest.key.public_key:
        return None
    return held_signing_key(vault.db, named)


def is_named(vault: Vault) -> bool:
    """Tell whether the directory names the vault's newest signing key."""
    return _named(vault) == newest_signing_key(vault.db).key.public_key


def active_signing_key(directory: Directory, recipient: str) -> bytes | None:
    """Return the signing key (32 bytes) that a directory names for an active recipient."""
    return next((one.signing_key for one in directory.recipients if one.id == recipient), None)


def _named(vault: Vault) -> bytes | None:
    if newest_directory(vault.db) is None:
        return None
    return active_signing_key(known_directory(vault), vault.recipient)
