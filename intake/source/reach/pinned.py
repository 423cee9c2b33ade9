"""Which office a server's address stands for: confirmed once by a person, compared ever after.

The state folder holds one folder an office, named by its `genesis_id`, and in it `office.json`:
the addresses under which a person confirmed it, and the newest directory that was accepted. Nothing
in it tells of a report but the folders of messages that wait, while there are any.
"""

import os
import pwd
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.directory import Directory, Seen, check_not_older, seen
from crypto.errors import Malformed
from crypto.names import GenesisId
from crypto.sizes import GENESIS_ID_SIZE
from crypto.strict_json import Fields, encode_json, parse_json
from ground.disk.durable import PRIVATE_FOLDER
from ground.disk.locks import locked
from ground.disk.replaced_files import replace_file
from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal

__all__ = ["Pinned", "StateFolder", "default_state_folder"]

_OFFICE: Final = "office.json"
_LOCK: Final = "lock"
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_ADDRESSES_MAX: Final = 1024
_ADDRESS_MAX_SIZE: Final = 200
_ROOTS_MAX: Final = 17


@dataclass(frozen=True)
class Pinned:
    """What is remembered of an office: its addresses, and its newest directory."""

    genesis_id: GenesisId
    addresses: tuple[str, ...]
    seen: Seen


def default_state_folder() -> Path:
    """Return where state lies unless the person says otherwise; Refusal where there is no home."""
    base = os.environ.get("XDG_STATE_HOME", "")
    # The base directory specification: a path that is not absolute is passed over.
    root = Path(base) if base.startswith("/") else _home() / ".local" / "state"
    return root / "fidelio"


def _home() -> Path:
    """Return the home folder, by the environment, else by the system's list of users."""
    if os.environ.get("HOME", "").startswith("/"):
        return Path(os.environ["HOME"])
    try:
        home = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        home = ""
    if not home.startswith("/"):
        raise Refusal(
            _("This device names no home folder for what is remembered of offices."),
            _("Name a folder for it: --state DIR"),
        )
    return Path(home)


class StateFolder:
    """The state of this client on this device, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def office_at(self, origin: str) -> Pinned | None:
        """Return the office that was confirmed at an address, if any was."""
        offices = (self._read(folder) for folder in self.office_folders())
        return next((office for office in offices if office and origin in office.addresses), None)

    def knows(self, genesis_id: GenesisId) -> bool:
        """Tell whether an office was confirmed, at whichever address."""
        return self._read(self.office_folder(genesis_id)) is not None

    def addresses_in(self, office_folder: Path) -> tuple[str, ...]:
        """Return the addresses of the office whose folder this is, as far as they are known."""
        office = self._read(office_folder)
        return office.addresses if office else ()

    def check(self, directory: Directory) -> None:
        """Return if a directory is not older than what was seen; raises as `check_not_older`."""
        office = self._read(self.office_folder(directory.genesis_id))
        if office:
            check_not_older(directory, office.seen)

    def remember(self, origin: str, directory: Directory) -> None:
        """Save an office as that of an address, with a directory that was accepted."""
        folder = self.make_office_folder(directory.genesis_id)
        with locked(folder / _LOCK):
            office = self._read(folder)
            if office:
                # Another run may have seen a newer one meanwhile.
                check_not_older(directory, office.seen)
            known = office.addresses if office else ()
            replace_file(folder / _OFFICE, _encode((*known, origin), seen(directory)))

    def office_folder(self, genesis_id: GenesisId) -> Path:
        """Return the folder of an office, which may not be there."""
        return self.path / genesis_id.hex()

    def make_office_folder(self, genesis_id: GenesisId) -> Path:
        """Return the folder of an office, made if need be; only its owner can look into it."""
        self._make_private()
        folder = self.office_folder(genesis_id)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        return folder

    def remove_if_empty(self, genesis_id: GenesisId) -> None:
        """Remove the folder of an office of which nothing is remembered, and an empty state."""
        with suppress(OSError):
            self.office_folder(genesis_id).rmdir()
            self.path.rmdir()

    def office_folders(self) -> list[Path]:
        """Return the folders of all offices."""
        try:
            return sorted(entry for entry in self.path.iterdir() if _NAME.fullmatch(entry.name))
        except FileNotFoundError:
            return []

    def _read(self, folder: Path) -> Pinned | None:
        path = folder / _OFFICE
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return _parse(GenesisId(bytes.fromhex(folder.name)), data)
        except Malformed:
            raise Refusal(
                _("What was remembered of the office is damaged: {path}").format(
                    path=foreign_path(path)
                ),
                _("Compare the office's fingerprint again: remove that file and repeat this."),
            ) from None

    def _make_private(self) -> None:
        self.path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            return
        if all(_NAME.fullmatch(entry.name) for entry in self.path.iterdir()):
            self.path.chmod(PRIVATE_FOLDER)
            return
        raise Refusal(
            _("Others on this device can look into the state folder {path}.").format(
                path=foreign_path(self.path)
            ),
            _("Choose a folder of its own with --state, or close this one: chmod 700"),
        )


def _encode(addresses: tuple[str, ...], newest: Seen) -> bytes:
    return encode_json(
        {
            "addresses": sorted(set(addresses)),
            "delegation": newest.delegation,
            "sequence": newest.sequence,
            "sha256": newest.sha256.hex(),
            "roots": [root.hex() for root in newest.roots],
        }
    )


def _parse(genesis_id: GenesisId, data: bytes) -> Pinned:
    fields = Fields(parse_json(data))
    roots = fields.texts("roots", 1, _ROOTS_MAX, 2 * GENESIS_ID_SIZE, 2 * GENESIS_ID_SIZE)
    try:
        read_roots = tuple(bytes.fromhex(root) for root in roots)
    except ValueError:
        raise Malformed("a root that is not hexadecimal") from None
    newest = Seen(
        delegation=fields.integer("delegation"),
        sequence=fields.integer("sequence"),
        sha256=fields.hex("sha256", 32),
        roots=read_roots,
    )
    addresses = fields.texts("addresses", 1, _ADDRESSES_MAX, _ADDRESS_MAX_SIZE)
    return Pinned(genesis_id, tuple(addresses), newest)
