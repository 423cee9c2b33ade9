"""Making an office: root key, a vault for each recipient, first directory, first bundle.

All of it is made in a folder beside, which takes its name at the end; what is interrupted leaves
nothing.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from caseworker.exchange.outbound.exporting import export_bundle
from caseworker.keys.cards import make_card
from caseworker.keys.directories import issue_directory
from caseworker.keys.profile import OfficeProfile, ProfileChanges
from caseworker.moments import Moment
from caseworker.office.delegations import first_delegation
from caseworker.office.handover import hand_over_cards, hand_over_directory
from caseworker.office.root_file import ROOT_FILE, Root, write_root
from caseworker.office.sheet import fingerprint_sheet
from caseworker.vault.folder import Vault, make_vault, open_vault
from caseworker.vault.key_slots import VaultKey
from caseworker.vault.keys import add_signing_key
from crypto.form import first_form
from crypto.names import GenesisId
from crypto.signing import SigningKey
from ground.disk.durable import PRIVATE_FOLDER, open_private
from ground.disk.new_files import new_folder
from ground.shell.passphrases import Passphrase

VAULTS_FOLDER = "vaults"
SHEET_FILE = "fingerprint.txt"
FIRST_BUNDLE = "first.bundle"
_SEED_SIZE = 32


@dataclass(frozen=True)
class Ceremony:
    """What an office begins with: its profile, the passphrases of root and vaults, and its form.

    `form` is the file whose hash the profile names.
    """

    profile: OfficeProfile
    root_passphrase: Passphrase
    vault_passphrases: Mapping[str, Passphrase]
    form: bytes = field(default_factory=first_form)


def create_office(folder: Path, ceremony: Ceremony, moment: Moment) -> GenesisId:
    """Make the folder of a new office, and return its genesis id."""
    key = SigningKey(secrets.token_bytes(_SEED_SIZE))
    root = Root(key, GenesisId(hashlib.sha256(key.public_key).digest()))
    with new_folder(folder) as office:
        write_root(office / ROOT_FILE, root, ceremony.root_passphrase)
        keys = _make_vaults(office, root.genesis_id, ceremony, moment)
        with opened_vaults(office, keys) as vaults:
            _begin(vaults, root, ceremony, moment, office)
        sheet = fingerprint_sheet(root.genesis_id, ceremony.profile.names)
        with open_private(office / SHEET_FILE) as file:
            file.write(sheet.encode())
    return root.genesis_id


@contextmanager
def opened_vaults(office: Path, keys: Mapping[str, VaultKey]) -> Iterator[dict[str, Vault]]:
    """Yield the vaults of an office folder, by recipient id, all open at once."""
    with ExitStack() as stack:
        yield {
            recipient: stack.enter_context(open_vault(office / VAULTS_FOLDER / recipient, key))
            for recipient, key in keys.items()
        }


def _make_vaults(
    office: Path, genesis_id: GenesisId, ceremony: Ceremony, moment: Moment
) -> dict[str, VaultKey]:
    (office / VAULTS_FOLDER).mkdir(mode=PRIVATE_FOLDER)
    return {
        recipient: make_vault(
            office / VAULTS_FOLDER / recipient, passphrase, genesis_id, recipient, moment.day
        )
        for recipient, passphrase in ceremony.vault_passphrases.items()
    }


def _begin(
    vaults: Mapping[str, Vault], root: Root, ceremony: Ceremony, moment: Moment, office: Path
) -> None:
    for vault in vaults.values():
        with vault.db.transaction():
            add_signing_key(vault.db, SigningKey(secrets.token_bytes(_SEED_SIZE)), moment.day)
        make_card(vault, moment)
    profile = ceremony.profile
    leading = vaults[profile.directory_recipient]
    hand_over_cards(vaults, leading, moment)
    first_delegation(leading, moment, root)
    issue_directory(leading, moment, profile, ProfileChanges(form=ceremony.form))
    hand_over_directory(leading, vaults, moment)
    export_bundle(leading, office / FIRST_BUNDLE, moment)
