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
_MADE_IN: Final = "unsent-"
_USERS: Final = Path("/run/user")
_OTHERS: Final = 0o077
# A pipe of this name keeps nobody waiting.
_READING: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


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
            descriptor = os.open(self._place(), _READING)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            random = file.read(_KEY_SIZE + 1) if is_ours else b""
        return random if len(random) == _KEY_SIZE else None

    def erase(self) -> None:
        """Overwrite it with random bytes, and remove it, durably.

        A link that leads to anything but such a key is removed alone.
        """
        place = self._place()
        if not self.lies_in_session or self._is_key_of_ours(place):
            with suppress(FileNotFoundError, NotADirectoryError):
                wipe_file(place)
        self._name.unlink(missing_ok=True)
        sync_folder(self._name.parent)

    def _place(self) -> Path:
        """Where it lies."""
        return self._name.readlink() if self.lies_in_session else self._name

    def _is_key_of_ours(self, place: Path) -> bool:
        """Tell whether a link leads to a key as `make` leaves it, whole or begun."""
        # A folder that has done its work has another name, and the same lot.
        lot = self._name.parent.name.rpartition("-")[2]
        if place.name != f"{_PREFIX}{_MADE_IN}{lot}":
            return False
        if place.parent not in (runtime_folder(), _USERS / str(os.geteuid())):
            return False
        try:
            folder, found = place.parent.lstat(), place.lstat()
        except OSError:
            return False
        is_private = stat.S_ISDIR(folder.st_mode) and not folder.st_mode & _OTHERS
        is_own = folder.st_uid == found.st_uid == os.geteuid()
        is_key = stat.S_ISREG(found.st_mode) and found.st_size <= _KEY_SIZE
        return is_private and is_own and is_key


def _write(path: Path, random: bytes) -> None:
    with open_private(path) as file:
        file.write(random)
        sync_file(file)
    sync_folder(path.parent)
