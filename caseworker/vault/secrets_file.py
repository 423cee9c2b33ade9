"""The intake secrets of a vault, in a file of their own.

It is replaced as a whole (ground/disk/replaced_files.py), so that a secret that was destroyed is in
no free page and no log of a database, and not in an older copy of the file either.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from crypto.aes import aes_open, aes_seal
from crypto.errors import Malformed, Unauthentic
from crypto.hpke import KemSecretKey
from crypto.names import Day, Week
from crypto.strict_json import Fields, encode_json, parse_json
from ground.disk.replaced_files import finish_replacing, replace_secret_file
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal

SECRETS_FILE = "intake-secrets"
_FORMAT = b"fidelio intake secrets 1\n"
_NONCE_SIZE = 12
_SEED_SIZE = 32
_SECRETS_MAX = 1000


@dataclass(frozen=True)
class HeldSecret:
    """The secret half of the intake key of a week, and the day on which it was made."""

    week: Week
    made_day: Day
    key: KemSecretKey


def read_secrets(folder: Path, file_key: bytes) -> list[HeldSecret]:
    """Return the secrets that a vault holds, in the order in which they were made."""
    finish_replacing(folder / SECRETS_FILE)
    try:
        data = (folder / SECRETS_FILE).read_bytes()
        head = len(_FORMAT) + _NONCE_SIZE
        if not data.startswith(_FORMAT):
            raise Malformed("another format")
        opened = aes_open(
            file_key, nonce=data[len(_FORMAT) : head], aad=_FORMAT, sealed=data[head:]
        )
        fields = Fields(parse_json(opened))
        return [_read(one) for one in fields.objects("secrets", 0, _SECRETS_MAX)]
    except (FileNotFoundError, Malformed, Unauthentic, ValueError):
        raise Refusal(
            f"{foreign_path(folder / SECRETS_FILE)} is missing or damaged",
            "nothing was changed: take the whole folder from your last backup",
        ) from None


def write_secrets(folder: Path, file_key: bytes, held: list[HeldSecret]) -> None:
    """Return when these, and no others, are the secrets on the disk."""
    members = [{"week": one.week, "made": one.made_day, "seed": one.key.seed.hex()} for one in held]
    nonce = secrets.token_bytes(_NONCE_SIZE)
    sealed = aes_seal(
        file_key, nonce=nonce, aad=_FORMAT, plaintext=encode_json({"secrets": members})
    )
    replace_secret_file(folder / SECRETS_FILE, _FORMAT + nonce + sealed)


def _read(fields: Fields) -> HeldSecret:
    return HeldSecret(
        week=Week(fields.integer("week")),
        made_day=Day(fields.integer("made")),
        key=KemSecretKey(fields.hex("seed", _SEED_SIZE)),
    )
