"""An office's root replaced by a new one, and what that root signs renewed under it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from caseworker.exchange.outbound.exporting import refuse_before_a_bundle
from caseworker.moments import Moment
from caseworker.office.new_root import (
    NewRootFile,
    OldRoot,
    new_root_name,
    place_in_chain,
    replace_root,
)
from caseworker.office.renewal import Renewal, issue_and_carry, leading_vault, no_leading
from caseworker.office.root_file import read_root
from caseworker.work.office_vaults import AskVault, vaults_at_hand
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

__all__ = ["NewRoot", "RootPassphrases", "replace_office_root"]


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
    with vaults_at_hand(office, ask_vault) as vaults:
        for vault in vaults.values():
            refuse_before_a_bundle(vault)
        leading = leading_vault(vaults)
        if leading is None:
            raise no_leading(vaults)
        passphrase = passphrases.ask_old()
        root = read_root(old, passphrase)
        path = new or office / new_root_name(place_in_chain(leading, root))
        file = NewRootFile(path, choose=passphrases.choose_new, ask=passphrases.ask_new)
        is_new = replace_root(leading, moment, OldRoot(old, root, passphrase), file)
        return NewRoot(
            issue_and_carry(vaults, office, moment, new_delegation=True), path, is_new=is_new
        )
