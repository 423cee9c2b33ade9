"""The intake secrets of a vault, in a file of their own.

It is rewritten whole, and the old one overwritten, so that a secret that was destroyed is in no
free page and no log of a database. Three names, and at most two files at a time:

    intake-secrets            the one in force
    intake-secrets.new        its replacement until it is complete; the one in force where the
                              first name is missing
    intake-secrets.retired    what was replaced, until it is overwritten; the one in force where
                              a disk has lost both other names
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from caseworker.durable import open_private, sync_file, sync_folder
from caseworker.errors import Refusal
from crypto.aes import aes_open, aes_seal
from crypto.errors import Malformed, Unauthentic
from crypto.hpke import KemSecretKey
from crypto.strict_json import Fields, encode_json, parse_json

SECRETS_FILE = "intake-secrets"
_NEW_FILE = "intake-secrets.new"
_RETIRED_FILE = "intake-secrets.retired"
_FORMAT = b"fidelio intake secrets 1\n"
_NONCE_SIZE = 12
_SEED_SIZE = 32
_SECRETS_MAX = 1000


@dataclass(frozen=True)
class HeldSecret:
    """The secret half of the intake key of a week, and the day on which it was made."""

    week: int
    made_day: int
    key: KemSecretKey


def read_secrets(folder: Path, file_key: bytes) -> list[HeldSecret]:
    """Return the secrets that a vault holds, in the order in which they were made."""
    _finish_writing(folder)
    try:
        data = (folder / SECRETS_FILE).read_bytes()
        head = len(_FORMAT) + _NONCE_SIZE
        if not data.startswith(_FORMAT):
            raise Malformed("another format")
        opened = aes_open(file_key, data[len(_FORMAT) : head], _FORMAT, data[head:])
        fields = Fields(parse_json(opened))
        return [_read(one) for one in fields.objects("secrets", 0, _SECRETS_MAX)]
    except (FileNotFoundError, Malformed, Unauthentic, ValueError):
        raise Refusal(
            f"{folder / SECRETS_FILE} is missing or damaged",
            "nothing was changed: take the whole folder from your last backup",
        ) from None


def write_secrets(folder: Path, file_key: bytes, held: list[HeldSecret]) -> None:
    """Return when these, and no others, are the secrets on the disk."""
    members = [{"week": one.week, "made": one.made_day, "seed": one.key.seed.hex()} for one in held]
    nonce = secrets.token_bytes(_NONCE_SIZE)
    sealed = aes_seal(file_key, nonce, _FORMAT, encode_json({"secrets": members}))
    _finish_writing(folder)
    with open_private(folder / _NEW_FILE) as file:
        file.write(_FORMAT + nonce + sealed)
        sync_file(file)
    # Its name is there for good before the one in force gives up its own.
    sync_folder(folder)
    if (folder / SECRETS_FILE).exists():
        (folder / SECRETS_FILE).rename(folder / _RETIRED_FILE)
        sync_folder(folder)
    _finish_writing(folder)


def _finish_writing(folder: Path) -> None:
    """Bring the three names in order, wherever `write_secrets` was interrupted."""
    current, new, retired = (folder / name for name in (SECRETS_FILE, _NEW_FILE, _RETIRED_FILE))
    for successor in (new, retired):
        if not current.exists() and successor.exists():
            successor.rename(current)
            sync_folder(folder)
    for stale in (new, retired):
        if stale.exists():
            _wipe(stale)


def _wipe(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(bytes(file.stat().st_size))
        opened.flush()
        os.fsync(opened.fileno())
    file.unlink()
    sync_folder(file.parent)


def _read(fields: Fields) -> HeldSecret:
    return HeldSecret(
        week=fields.integer("week"),
        made_day=fields.integer("made"),
        key=KemSecretKey(fields.hex("seed", _SEED_SIZE)),
    )
