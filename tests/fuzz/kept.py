"""Readers of what lies on a disk, and of what a server answers to a source's client.

A disk may be damaged, or come back from somebody else's hands. What is encrypted there is tried
both ways: the file as it lies, and what a true key finds in it.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

from caseworker.office.root_file import ROOT_FILE, Root, read_root, write_root
from caseworker.vault import sealed_secrets as sealing
from caseworker.vault.key_slots import SLOTS_FILE, make_slots, open_slots
from caseworker.vault.secrets_file import SECRETS_FILE, HeldSecret, read_secrets, write_secrets
from crypto.aes import aes_open, aes_seal
from crypto.chunks import FileKey, new_file_key
from crypto.directory import Seen
from crypto.errors import ProtocolError
from crypto.hpke import new_kem_secret_key
from crypto.names import Day, GenesisId, Week
from crypto.signing import SigningKey
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal
from intake.server.config import read_settings, settings_file
from intake.source.message.files import ChosenFile
from intake.source.message.pieces import Snapshot
from intake.source.message.plan import Draft, Plan
from intake.source.message.sealed_copies import SealedCopy
from intake.source.reach import pinned
from intake.source.reach.api import ServerError, read_error_code, read_status
from intake.source.sending import unsent
from intake.source.sending.unsent_keys import UnsentKey
from intake.storage.folder import DataFolder
from tests.fuzz.target import Target

_KEY = bytes(32)
_NONCE = bytes(12)
_PASSPHRASE = Passphrase(b"of no importance here")
_REFUSALS = (ProtocolError, Refusal, Refusal, FileNotFoundError)


@contextmanager
def without_stretching() -> Iterator[None]:
    """Let passphrases cost nothing: a header may ask for gigabytes of memory, and does in time."""
    with mock.patch.object(sealing, "_stretch", lambda *_: _KEY):
        yield


@cache
def _folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fidelio-fuzz-")) / name
    folder.mkdir()
    return folder


def _made(name: str, file: str, make: Callable[[Path], object]) -> bytes:
    """Return the bytes of a file that the program itself makes."""
    with tempfile.TemporaryDirectory() as folder, without_stretching():
        path = Path(folder) / name
        path.mkdir()
        make(path)
        return (path / file).read_bytes()


def _key_slots(data: bytes) -> None:
    folder = _folder("vault")
    (folder / SLOTS_FILE).write_bytes(data)
    open_slots(folder, _PASSPHRASE)


def _root_file(data: bytes) -> None:
    path = _folder("root") / ROOT_FILE
    path.write_bytes(data)
    read_root(path, _PASSPHRASE)


def _secrets_file(data: bytes) -> None:
    folder = _folder("secrets")
    (folder / SECRETS_FILE).write_bytes(data)
    read_secrets(folder, _KEY)


def _secrets_content(data: bytes) -> None:
    form = b"fidelio intake secrets 1\n"
    _secrets_file(form + _NONCE + aes_seal(_KEY, nonce=_NONCE, aad=form, plaintext=data))


def _settings(data: bytes) -> None:
    folder = DataFolder(_folder("data"))
    folder.settings.write_bytes(data)
    read_settings(folder)


def _unsent_file(data: bytes) -> None:
    kept = unsent.Unsent(_folder("unsent-00000000"), UnsentKey(_KEY))
    (kept.folder / "message").write_bytes(data)
    (kept.folder / "progress").write_bytes(data)
    kept.load_count()
    kept.load()


def _unsent_content(data: bytes) -> None:
    """Read a draft that its own key finds whole: both of its files."""
    kept = unsent.Unsent(_folder("unsent-00000001"), UnsentKey(_KEY))
    for name in ("message", "progress"):
        aad = f"{kept.folder.name}/{name}".encode()
        (kept.folder / name).write_bytes(
            _NONCE + aes_seal(_KEY, nonce=_NONCE, aad=aad, plaintext=data)
        )
    kept.load_count()
    kept.load()


def _pinned_office(data: bytes) -> None:
    state = pinned.StateFolder(_folder("state"))
    folder = state.office_folder(GenesisId(bytes(32)))
    folder.mkdir(exist_ok=True)
    (folder / "office.json").write_bytes(data)
    state.office_at("https://tips.example.org")


def _slots_made() -> Iterator[bytes]:
    yield _made("vault", SLOTS_FILE, lambda folder: make_slots(folder, _PASSPHRASE))


def _root_made() -> Iterator[bytes]:
    root = Root(SigningKey(bytes(range(32))), GenesisId(bytes(32)))
    yield _made("root", ROOT_FILE, lambda to: write_root(to / ROOT_FILE, root, _PASSPHRASE))


def _secrets_made() -> Iterator[bytes]:
    held = [HeldSecret(Week(week), Day(20_800), new_kem_secret_key()) for week in (2971, 2972)]
    yield _made("secrets", SECRETS_FILE, lambda folder: write_secrets(folder, _KEY, held))


def _secrets_members() -> Iterator[bytes]:
    yield b'{"secrets":[]}'
    yield b'{"secrets":[{"week":2971,"made":20800,"seed":"%s"}]}' % bytes(32).hex().encode()


def _settings_made() -> Iterator[bytes]:
    lines = settings_file().splitlines()
    yield "\n".join(line.removeprefix("# ") for line in lines if " = " in line).encode()
    yield b"envelope_quota = 20\nchunk_quota = 0x10\n# [table]\n# day = 1979-05-27\n"


def _plan() -> Plan:
    snapshot = Snapshot(new_file_key(), 5, bytes(32))
    files = (ChosenFile(Path("/a/b"), "b", "text/plain", SealedCopy(Path("/c"), _KEY)),)
    draft = Draft("report", "Text.", {"who": "The mayor"}, files, ("board",), "en")
    return Plan(draft, bytes(16), (snapshot,), 3, snapshot, FileKey(bytes(32)), 1)


def _unsent_made() -> Iterator[bytes]:
    def make(folder: Path) -> None:
        unsent.Unsent(folder, UnsentKey(_KEY)).save(_plan(), None)

    yield _made("unsent-00000000", "message", make)


def _unsent_members() -> Iterator[bytes]:
    made = next(_unsent_made())
    aad = b"unsent-00000000/message"
    yield aes_open(_KEY, nonce=made[:12], aad=aad, sealed=made[12:])
    yield b'{"plan":1,"stored":3,"since":20800}'


def _pinned_made() -> Iterator[bytes]:
    seen = Seen(1, 2, bytes(32), (bytes(32),))
    yield pinned._encode(("https://tips.example.org",), seen)


def _statuses() -> Iterator[bytes]:
    shut = {"open": False, "reason": "full"}
    yield json.dumps({"day": 20_800, "envelopes": {"open": True}, "chunks": shut}).encode()
    yield b'{"error":"full"}'


KEPT = (
    Target("key_slots", _key_slots, 2048, refusals=_REFUSALS, examples=_slots_made),
    Target("root_file", _root_file, 2048, refusals=_REFUSALS, examples=_root_made),
    Target("secrets_file", _secrets_file, 2048, refusals=_REFUSALS, examples=_secrets_made),
    Target(
        "secrets_content", _secrets_content, 2048, refusals=_REFUSALS, examples=_secrets_members
    ),
    Target("settings", _settings, 4096, refusals=_REFUSALS, examples=_settings_made),
    Target("unsent_file", _unsent_file, 4096, refusals=_REFUSALS, examples=_unsent_made),
    Target("unsent_content", _unsent_content, 4096, refusals=_REFUSALS, examples=_unsent_members),
    Target("pinned_office", _pinned_office, 2048, refusals=_REFUSALS, examples=_pinned_made),
    Target("status_answer", read_status, 4096, refusals=(ServerError,), examples=_statuses),
    Target("error_answer", read_error_code, 1024, refusals=(), examples=_statuses),
)
