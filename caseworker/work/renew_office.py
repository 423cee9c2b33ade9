"""An office renewed, as far as the vaults that lie in its folder can."""

from collections.abc import Callable
from pathlib import Path

from caseworker.keys.profile import NO_CHANGE, ProfileChanges
from caseworker.keys.servers import SAME_SERVERS, ServerChanges
from caseworker.moments import Moment
from caseworker.office.renewal import Renewal, renew_office
from caseworker.office.root_file import Root, newest_root_file, read_root
from caseworker.work.office_vaults import AskVault, vaults_at_hand
from ground.shell.foreign import foreign_path
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal

__all__ = ["renew_vaults"]


def renew_vaults(
    office: Path,
    moment: Moment,
    ask_vault: AskVault,
    ask_root: Callable[[], Passphrase],
    *,
    root: Path | None = None,
    new_delegation: bool = False,
    changes: ProfileChanges = NO_CHANGE,
    servers: ServerChanges = SAME_SERVERS,
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

    with vaults_at_hand(office, ask_vault) as vaults:
        return renew_office(
            vaults,
            office,
            moment,
            read,
            new_delegation=new_delegation,
            changes=changes,
            servers=servers,
        )
