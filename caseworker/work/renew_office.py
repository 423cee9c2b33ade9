"""An office renewed, with the vaults that lie in its folder; its root replaced."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caseworker.exchange.outbound.exporting import refuse_if_behind
from caseworker.keys.profile import NO_CHANGE, Puzzles
from caseworker.office.ceremony import VAULTS_FOLDER, opened_vaults
from caseworker.office.new_root import NewRootFile, new_root_name, place_in_chain, replace_root
from caseworker.office.renewal import (
    Renewal,
    issue_and_carry,
    leading_vault,
    no_leading,
    renew_office,
)
from caseworker.office.root_file import Root, newest_root_file, read_root
from caseworker.vault.folder import Vault, refuse_other_folders, unlock
from ground.days import Moment
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

__all__ = ["AskVault", "NewRoot", "RootPassphrases", "renew_vaults", "replace_office_root"]

AskVault = Callable[[Path], Passphrase]
"""Asks for the passphrase of the vault in a folder."""


@dataclass(frozen=True)
class RootPassphrases:
    """What asks for passphrases: the old root's; the new root's where it is made, or was before."""

    ask_old: Callable[[], Passphrase]
    choose_new: Callable[[], Passphrase]
    ask_new: Callable[[], Passphrase]


@dataclass(frozen=True)
class NewRoot:
    """A root that took another's place, where its file is or was, and what was renewed under it.

    `is_new` is false where a command before had done it.
    """

    renewal: Renewal
    path: Path
    is_new: bool


def renew_vaults(
    office: Path,
    moment: Moment,
    ask_vault: AskVault,
    ask_root: Callable[[], Passphrase],
    *,
    root: Path | None = None,
    new_delegation: bool = False,
    puzzles: Puzzles = NO_CHANGE,
) -> Renewal:
    """Renew what the vaults in an office's folder can renew.

    The root is read only where it is needed: `root`, else the newest one in the folder.
    """

    def read() -> Root:
        path = root or newest_root_file(office)
        if not path.exists():
            raise Refusal(
                f"the root key is wanted for a new delegation, and {foreign_path(path)} is not "
                "there",
                "put its stick in and name the file: --root FILE",
            )
        return read_root(path, ask_root())

    with _vaults_at_hand(office, ask_vault) as vaults:
        return renew_office(
            vaults, office, moment, read, new_delegation=new_delegation, puzzles=puzzles
        )


def replace_office_root(
    office: Path,
    old: Path,
    new: Path | None,
    moment: Moment,
    ask_vault: AskVault,
    passphrases: RootPassphrases,
) -> NewRoot:
    """Put a new root in the place of that in the file `old`; `new` names its file, if not usual."""
    if not old.exists():
        raise Refusal(
            f"the root key {foreign_path(old)} is not there", "put its stick in and name the file"
        )
    with _vaults_at_hand(office, ask_vault) as vaults:
        for vault in vaults.values():
            refuse_if_behind(vault)
        leading = leading_vault(vaults)
        if leading is None:
            raise no_leading(vaults)
        root = read_root(old, passphrases.ask_old())
        path = new or office / new_root_name(place_in_chain(leading, root))
        file = NewRootFile(path, choose=passphrases.choose_new, ask=passphrases.ask_new)
        is_new = replace_root(leading, moment, old, root, file)
        return NewRoot(
            issue_and_carry(vaults, office, moment, new_delegation=True), path, is_new=is_new
        )


@contextmanager
def _vaults_at_hand(office: Path, ask_vault: AskVault) -> Iterator[dict[str, Vault]]:
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
