"""A vault's passphrase changed."""

from collections.abc import Callable
from pathlib import Path

from caseworker.vault import key_slots
from caseworker.vault.folder import open_vault, unlock
from ground.shell.passphrases import Passphrase

__all__ = ["change_passphrase"]


def change_passphrase(
    folder: Path, ask: Callable[[], Passphrase], choose: Callable[[], Passphrase]
) -> None:
    """Give a vault a new passphrase: the old one is asked for first, then the new one chosen."""
    key = unlock(folder, ask())
    new = choose()
    with open_vault(folder, key) as vault:
        key_slots.change_passphrase(vault.folder, key, new)
