"""The two halves of the key under which an unsent message waits: neither of them opens it alone.

One half comes from the codename and stands nowhere on the device. The other is random, in a small
file of its own: in the folder of the user's session where there is one, which lies in memory and is
emptied when the user logs out; else beside the message. Once it is erased, nobody opens the message
any more, whoever holds the device and the codename.
"""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from crypto.source_keys import SourceKeys
from ground.disk.durable import open_private, sync_file, sync_folder
from ground.disk.memory_folders import runtime_folder
from ground.disk.replaced_files import wipe_file

__all__ = ["CodenameKey", "KeyFile", "UnsentKey", "derive_codename_key", "joined_key"]

# SPEC 2.1: a client's own labels, for what never leaves the device.
_CODENAME_LABEL: Final = b"fidelio-client/1 unsent message"
_JOINED_LABEL: Final = b"fidelio-client/1 unsent message, both halves"
_KEY_SIZE: Final = 32
_NAME: Final = "key"
_PREFIX: Final = "fidelio-"


@dataclass(frozen=True, repr=False)
class CodenameKey:
    """The half, 32 bytes, that a codename gives for one office."""

    secret: bytes

    def __repr__(self) -> str:
        return "CodenameKey(hidden)"


@dataclass(frozen=True, repr=False)
class UnsentKey:
    """The key, 32 bytes, of one message that waits."""

    secret: bytes

    def __repr__(self) -> str:
        return "UnsentKey(hidden)"


def derive_codename_key(source: SourceKeys) -> CodenameKey:
    """Return the half of the codename from which a source's keys come."""
    info = bytes([len(_CODENAME_LABEL)]) + _CODENAME_LABEL + source.genesis_id
    return CodenameKey(HKDFExpand(SHA256(), _KEY_SIZE, info).derive(source.master))


def joined_key(codename_key: CodenameKey, random: bytes) -> UnsentKey:
    """Return the key of both halves; `random` is that of the key file, 32 bytes."""
    both = HKDF(SHA256(), _KEY_SIZE, salt=random, info=_JOINED_LABEL)
    return UnsentKey(both.derive(codename_key.secret))


class KeyFile:
    """The random half of the message in a folder: `key` in it, or what that links to."""

    def __init__(self, folder: Path) -> None:
        self._name = folder / _NAME

    @property
    def lies_in_session(self) -> bool:
        """Whether it goes when the user logs out, or this device stops."""
        return self._name.is_symlink()

    def make(self) -> bytes:
        """Draw it anew, durably, and return its 32 bytes."""
        random = secrets.token_bytes(_KEY_SIZE)
        session = runtime_folder()
        if session is not None:
            # Not every file system knows links.
            with suppress(OSError):
                # The link is first: whoever finds it knows where a key may have been left.
                self._name.symlink_to(session / f"{_PREFIX}{self._name.parent.name}")
                _write(self._place(), random)
                return random
            self.erase()
        _write(self._name, random)
        return random

    def read(self) -> bytes | None:
        """Return its 32 bytes; None where it is gone for good, OSError where it is closed to us."""
        try:
            descriptor = os.open(self._place(), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            random = file.read(_KEY_SIZE + 1) if is_ours else b""
        return random if len(random) == _KEY_SIZE else None

    def erase(self) -> None:
        """Overwrite it with random bytes, and remove it, durably."""
        with suppress(FileNotFoundError, NotADirectoryError):
            wipe_file(self._place())
        self._name.unlink(missing_ok=True)
        sync_folder(self._name.parent)

    def _place(self) -> Path:
        """Where it lies."""
        return self._name.readlink() if self.lies_in_session else self._name


def _write(path: Path, random: bytes) -> None:
    with open_private(path) as file:
        file.write(random)
        sync_file(file)
    sync_folder(path.parent)
