"""A message that is not stored yet, saved on this device so that sending can go on after a kill.

It lies in the office's folder as `unsent-XXXXXXXX`, a name drawn by lot: `message` holds what is to
be sent with all keys drawn for it, and the sealed envelope once there is one; `progress` how far it
is. Both are encrypted under a key from the codename, which stands nowhere on the device, and the
folder is removed when the message is stored. Whoever finds the folder learns that something was to
be sent to this office, and about how long it is.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.aes import aes_open, aes_seal
from crypto.codename import Codename
from crypto.errors import ProtocolError, Unauthentic
from crypto.names import Day, GenesisId
from crypto.source_keys import derive_master
from crypto.strict_json import Fields, encode_json, parse_json
from ground.disk.durable import PRIVATE_FOLDER
from ground.disk.locks import locked
from ground.disk.replaced_files import replace_file
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from intake.source.message.plan import Plan
from intake.source.sending.unsent_format import (
    DatedEnvelope,
    plan_members,
    read_envelope,
    read_plan,
)

__all__ = ["StoredCount", "Unsent", "UnsentKey", "derive_unsent_key", "unsent_folders"]

# SPEC 2.1: a client's own label, for what never leaves the device.
_LABEL: Final = b"fidelio-client/1 unsent message"
_KEY_SIZE: Final = 32
_NONCE_SIZE: Final = 12
_PREFIX: Final = "unsent-"
_MESSAGE: Final = "message"
_PROGRESS: Final = "progress"
_LOCK: Final = "lock"


@dataclass(frozen=True, repr=False)
class UnsentKey:
    """The key, 32 bytes, of what is saved under a codename for one office."""

    secret: bytes

    def __repr__(self) -> str:
        return "UnsentKey(hidden)"


@dataclass(frozen=True)
class StoredCount:
    """How many chunks from the beginning are stored, and the day on which the first of them was."""

    chunks: int
    since: Day


def derive_unsent_key(codename: Codename, genesis_id: GenesisId) -> UnsentKey:
    """Return the key of what is saved under a codename; slow by intent."""
    master = derive_master(codename, genesis_id)
    info = bytes([len(_LABEL)]) + _LABEL + genesis_id
    return UnsentKey(HKDFExpand(SHA256(), _KEY_SIZE, info).derive(master))


def unsent_folders(office_folder: Path) -> list[Path]:
    """Return the folders of messages that are not stored yet."""
    if not office_folder.exists():
        return []
    return sorted(entry for entry in office_folder.iterdir() if entry.name.startswith(_PREFIX))


class Unsent:
    """One message on its way, saved until it is stored."""

    def __init__(self, folder: Path, key: UnsentKey) -> None:
        self.folder = folder
        self._key = key
        # Changes with each plan: progress of one says nothing of another.
        self._plan_number = 0

    @classmethod
    def new(cls, office_folder: Path, key: UnsentKey) -> "Unsent":
        """Make the folder of a message that begins."""
        folder = office_folder / f"{_PREFIX}{secrets.token_hex(4)}"
        folder.mkdir(mode=PRIVATE_FOLDER)
        return cls(folder, key)

    @classmethod
    def find(cls, office_folder: Path, key: UnsentKey) -> "Unsent":
        """Return the message that was saved under a codename, else Refusal."""
        for folder in unsent_folders(office_folder):
            found = cls(folder, key)
            try:
                found.load()
            except (Unauthentic, FileNotFoundError):
                continue
            return found
        raise Refusal(
            _("Nothing that waits on this device opens with these words."),
            _("Perhaps it has been stored already, or one of the words is wrong."),
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock the message for this run; Refusal where another run is sending it."""
        with ExitStack() as stack:
            try:
                is_ours = stack.enter_context(locked(self.folder / _LOCK, wait=False))
            except FileNotFoundError:
                raise Refusal(_("This message has been stored meanwhile."), "") from None
            if not is_ours:
                raise Refusal(
                    _("This message is being sent by another run of this program."),
                    _("Let that one go on, or stop it first."),
                )
            yield

    def save(self, plan: Plan, sealed: DatedEnvelope | None) -> None:
        """Save a plan, durably, and its envelope. Nothing of it counts as stored yet."""
        self._plan_number += 1
        self._write(plan, sealed)

    def save_again(self, plan: Plan, sealed: DatedEnvelope | None) -> None:
        """Save an envelope, or where files lie, for the plan that is saved already, durably."""
        self._write(plan, sealed)

    def save_count(self, count: StoredCount) -> None:
        """Save how far it is. Losing this costs time alone."""
        data = encode_json(
            {"plan": self._plan_number, "stored": count.chunks, "since": count.since}
        )
        replace_file(self.folder / _PROGRESS, self._sealed(_PROGRESS, data))

    def load(self) -> tuple[Plan, DatedEnvelope | None]:
        """Return plan and envelope; Unauthentic where they are saved under another codename."""
        data = self._opened(_MESSAGE, (self.folder / _MESSAGE).read_bytes())
        fields = Fields(parse_json(data))
        self._plan_number = fields.integer("plan")
        return read_plan(fields), read_envelope(fields)

    def load_count(self) -> StoredCount | None:
        """Return how far it is, where that is known for the plan that is saved."""
        try:
            data = (self.folder / _PROGRESS).read_bytes()
            fields = Fields(parse_json(self._opened(_PROGRESS, data)))
            if fields.integer("plan") != self._plan_number:
                return None
            return StoredCount(fields.integer("stored"), Day(fields.integer("since")))
        except (FileNotFoundError, ProtocolError):
            return None

    def forget(self) -> None:
        """Remove all of it: the message is stored."""
        for entry in self.folder.iterdir():
            entry.unlink()
        self.folder.rmdir()

    def _write(self, plan: Plan, sealed: DatedEnvelope | None) -> None:
        data = encode_json({"plan": self._plan_number} | plan_members(plan, sealed))
        replace_file(self.folder / _MESSAGE, self._sealed(_MESSAGE, data))

    def _sealed(self, name: str, data: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + aes_seal(self._key.secret, nonce=nonce, aad=self._aad(name), plaintext=data)

    def _opened(self, name: str, data: bytes) -> bytes:
        if len(data) < _NONCE_SIZE:
            raise Unauthentic("too short to be what was saved")
        nonce, sealed = data[:_NONCE_SIZE], data[_NONCE_SIZE:]
        return aes_open(self._key.secret, nonce=nonce, aad=self._aad(name), sealed=sealed)

    def _aad(self, name: str) -> bytes:
        return f"{self.folder.name}/{name}".encode()
