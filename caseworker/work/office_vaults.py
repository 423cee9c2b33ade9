"""The vaults that lie in an office's folder, opened together."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from caseworker.office.ceremony import VAULTS_FOLDER, opened_vaults
from caseworker.vault.folder import Vault, refuse_other_folders, unlock
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

__all__ = ["AskVault", "vaults_at_hand"]

AskVault = Callable[[Path], Passphrase]
"""Asks for the passphrase of the vault in a folder."""


@contextmanager
def vaults_at_hand(office: Path, ask_vault: AskVault) -> Iterator[dict[str, Vault]]:
    """Yield the vaults of an office's folder, by recipient; Refusal where there is none."""
    keys = {path.name: unlock(path, ask_vault(path)) for path in _vault_folders(office)}
    with opened_vaults(office, keys) as vaults:
        _refuse_twins(vaults)
        yield vaults


def _vault_folders(office: Path) -> list[Path]:
    vaults = office / VAULTS_FOLDER
    folders = sorted(path for path in vaults.iterdir() if path.is_dir()) if vaults.is_dir() else []
    if not folders:
        raise Refusal(
            f"{foreign_path(office)} holds no vaults",
            f"an office's folder has them in {VAULTS_FOLDER}/",
        )
    for path in folders:
        refuse_other_folders(path)
    return folders


def _refuse_twins(vaults: Mapping[str, Vault]) -> None:
    """Refuse two vaults of one recipient: the older would sign under numbers of the newer."""
    folders: dict[str, Path] = {}
    for vault in vaults.values():
        other = folders.setdefault(vault.recipient, vault.folder)
        if other != vault.folder:
            raise Refusal(
                f"{foreign_path(other)} and {foreign_path(vault.folder)} are both vaults of "
                f"{vault.recipient}",
                "one came from a backup: move the one that it replaces out of the office's folder",
            )
