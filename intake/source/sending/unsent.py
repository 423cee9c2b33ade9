"""A message that is not stored yet, kept on this device so that sending can go on after a kill.

It lies in the office's folder as `unsent-XXXXXXXX`, a name drawn by lot: `message` holds what is to
be sent with all keys drawn for it, and the sealed envelope once there is one; `progress` how far it
is. Both are encrypted under a key from the codename, which stands nowhere on the device, and the
folder is removed when the message is stored. Whoever finds the folder learns that something was to
be sent to this office, and about how long it is.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.aes import aes_open, aes_seal
from crypto.chunks import FileKey
from crypto.codename import Codename
from crypto.errors import Malformed, ProtocolError, Unauthentic
from crypto.names import GenesisId
from crypto.sizes import ENVELOPE_SIZE
from crypto.source_keys import derive_master
from crypto.strict_json import INTEGER_MAX, Fields, encode_json, parse_json
from intake.errors import Refusal
from intake.source.durable import replace_file
from intake.source.message.outgoing import Snapshot
from intake.source.message.plan import ChosenFile, Draft, Plan
from intake.source.speech import gettext as _

__all__ = ["KeptKey", "Progress", "SealedEnvelope", "Unsent", "derive_kept_key", "unsent_folders"]

# SPEC 2.1: a client's own label, for what never leaves the device.
_LABEL: Final = b"fidelio-client/1 unsent message"
_KEY_SIZE: Final = 32
_NONCE_SIZE: Final = 12
_PREFIX: Final = "unsent-"
_MESSAGE: Final = "message"
_PROGRESS: Final = "progress"
_LOCK: Final = "lock"


@dataclass(frozen=True, repr=False)
class KeptKey:
    """The key, 32 bytes, of what is kept under a codename for one office."""

    secret: bytes

    def __repr__(self) -> str:
        return "KeptKey(hidden)"


@dataclass(frozen=True, repr=False)
class SealedEnvelope:
    """An envelope as it is sent each time, with its day and the first day on which it is not."""

    envelope: bytes
    day: int
    until: int

    def __repr__(self) -> str:
        return "SealedEnvelope(hidden)"


@dataclass(frozen=True)
class Progress:
    """How many chunks from the beginning are stored, and the day on which the first of them was."""

    stored: int
    since: int


def derive_kept_key(codename: Codename, genesis_id: GenesisId) -> KeptKey:
    """Return the key of what is kept under a codename; slow by intent."""
    master = derive_master(codename, genesis_id)
    info = bytes([len(_LABEL)]) + _LABEL + genesis_id
    return KeptKey(HKDFExpand(SHA256(), _KEY_SIZE, info).derive(master))


def unsent_folders(office_folder: Path) -> list[Path]:
    """Return the folders of messages that are not stored yet."""
    if not office_folder.exists():
        return []
    return sorted(entry for entry in office_folder.iterdir() if entry.name.startswith(_PREFIX))


class Unsent:
    """One message on its way, kept until it is stored."""

    def __init__(self, folder: Path, key: KeptKey) -> None:
        self.folder = folder
        self._key = key
        # Changes with each plan: progress of one says nothing of another.
        self._plan_number = 0

    @classmethod
    def new(cls, office_folder: Path, key: KeptKey) -> "Unsent":
        """Make the folder of a message that begins."""
        folder = office_folder / f"{_PREFIX}{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        return cls(folder, key)

    @classmethod
    def find(cls, office_folder: Path, key: KeptKey) -> "Unsent":
        """Return the message that was kept under a codename, else Refusal."""
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
        """Hold the message for this run; Refusal where another run is sending it."""
        try:
            file = (self.folder / _LOCK).open("w")
        except FileNotFoundError:
            raise Refusal(_("This message has been stored meanwhile."), "") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refusal(
                    _("This message is being sent by another run of this program."),
                    _("Let that one go on, or stop it first."),
                ) from None
            yield

    def save(self, plan: Plan, sealed: SealedEnvelope | None) -> None:
        """Keep a plan, durably, and its envelope. Nothing of it counts as stored yet."""
        self._plan_number += 1
        self._write(plan, sealed)

    def save_again(self, plan: Plan, sealed: SealedEnvelope | None) -> None:
        """Keep an envelope, or where files lie, for the plan that is kept already, durably."""
        self._write(plan, sealed)

    def save_progress(self, progress: Progress) -> None:
        """Keep how far it is. Losing this costs time alone."""
        data = encode_json(
            {"plan": self._plan_number, "stored": progress.stored, "since": progress.since}
        )
        path = self.folder / _PROGRESS
        new = path.with_suffix(".new")
        new.write_bytes(self._sealed(_PROGRESS, data))
        new.replace(path)

    def load(self) -> tuple[Plan, SealedEnvelope | None]:
        """Return plan and envelope; Unauthentic where they are kept under another codename."""
        data = self._opened(_MESSAGE, (self.folder / _MESSAGE).read_bytes())
        fields = Fields(parse_json(data))
        self._plan_number = fields.integer("plan")
        return _read_plan(fields), _read_envelope(fields)

    def load_progress(self) -> Progress | None:
        """Return how far it is, where that is known for the plan that is kept."""
        try:
            data = (self.folder / _PROGRESS).read_bytes()
            fields = Fields(parse_json(self._opened(_PROGRESS, data)))
            if fields.integer("plan") != self._plan_number:
                return None
            return Progress(fields.integer("stored"), fields.integer("since"))
        except (FileNotFoundError, ProtocolError):
            return None

    def forget(self) -> None:
        """Remove all of it: the message is stored."""
        for entry in self.folder.iterdir():
            entry.unlink()
        self.folder.rmdir()

    def _write(self, plan: Plan, sealed: SealedEnvelope | None) -> None:
        data = encode_json({"plan": self._plan_number} | _plan_members(plan, sealed))
        replace_file(self.folder / _MESSAGE, self._sealed(_MESSAGE, data))

    def _sealed(self, name: str, data: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + aes_seal(self._key.secret, nonce=nonce, aad=self._aad(name), plaintext=data)

    def _opened(self, name: str, data: bytes) -> bytes:
        if len(data) < _NONCE_SIZE:
            raise Unauthentic("too short to be what was kept")
        nonce, sealed = data[:_NONCE_SIZE], data[_NONCE_SIZE:]
        return aes_open(self._key.secret, nonce=nonce, aad=self._aad(name), sealed=sealed)

    def _aad(self, name: str) -> bytes:
        return f"{self.folder.name}/{name}".encode()


def _plan_members(plan: Plan, sealed: SealedEnvelope | None) -> dict[str, object]:
    draft = plan.draft
    return {
        "kind": draft.kind,
        "text": draft.text,
        "answers": dict(draft.answers),
        "recipients": list(draft.recipient_ids),
        "language": draft.language,
        "message_id": plan.message_id.hex(),
        "files": [
            {
                "path": _path_text(chosen.path),
                "original": chosen.original and _path_text(chosen.original),
                "name": chosen.name,
                "type": chosen.media_type,
                **_snapshot_members(snapshot),
            }
            for chosen, snapshot in zip(draft.files, plan.attachments, strict=True)
        ],
        "kept": plan.kept,
        "rest": plan.rest and _snapshot_members(plan.rest),
        "fill": {"key": plan.fill_key.secret.hex(), "chunks": plan.fill_chunks},
        "envelope": sealed
        and {"bytes": sealed.envelope.hex(), "day": sealed.day, "until": sealed.until},
    }


def _snapshot_members(snapshot: Snapshot) -> dict[str, object]:
    return {
        "key": snapshot.key.secret.hex(),
        "size": snapshot.size,
        "digests": snapshot.digests.hex(),
    }


def _read_plan(fields: Fields) -> Plan:
    files = fields.objects("files", 0, 32)
    fill = fields.object("fill")
    draft = Draft(
        kind=fields.choice("kind", ("report", "follow-up")),
        text=fields.text("text", INTEGER_MAX),
        answers=fields.text_map("answers", 0, 8, 2000),
        files=tuple(
            ChosenFile(
                path=_read_path(file, "path"),
                original=None if file.is_null("original") else _read_path(file, "original"),
                name=file.text("name", 120, 1),
                media_type=file.text("type", 100),
            )
            for file in files
        ),
        recipient_ids=tuple(fields.texts("recipients", 1, 4)),
        language=fields.text("language", 16, 2),
    )
    return Plan(
        draft=draft,
        message_id=fields.hex("message_id", 16),
        attachments=tuple(map(_read_snapshot, files)),
        kept=fields.integer("kept"),
        rest=None if fields.is_null("rest") else _read_snapshot(fields.object("rest")),
        fill_key=FileKey(fill.hex("key", _KEY_SIZE)),
        fill_chunks=fill.integer("chunks"),
    )


def _read_snapshot(fields: Fields) -> Snapshot:
    return Snapshot(
        key=FileKey(fields.hex("key", _KEY_SIZE)),
        size=fields.integer("size"),
        digests=_read_bytes(fields, "digests"),
    )


def _read_envelope(fields: Fields) -> SealedEnvelope | None:
    if fields.is_null("envelope"):
        return None
    kept = fields.object("envelope")
    envelope = kept.hex("bytes", ENVELOPE_SIZE)
    return SealedEnvelope(envelope, kept.integer("day"), kept.integer("until"))


def _path_text(path: Path) -> str:
    # A path need not be Unicode.
    return os.fsencode(path).hex()


def _read_path(fields: Fields, name: str) -> Path:
    return Path(os.fsdecode(_read_bytes(fields, name)))


def _read_bytes(fields: Fields, name: str) -> bytes:
    try:
        return bytes.fromhex(fields.text(name, INTEGER_MAX))
    except ValueError:
        raise Malformed("a member that is not hexadecimal") from None
