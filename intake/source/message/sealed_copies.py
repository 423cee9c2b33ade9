"""Cleaned copies as they wait on this device: encrypted, piece by piece, each under its own key."""

import errno
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.aes import aes_open, aes_seal
from crypto.errors import Unauthentic
from crypto.sizes import PIECE_SIZE
from ground.disk.durable import open_private, sync_file

__all__ = ["COPY_KEY_SIZE", "SealedCopy", "seal_copy"]

COPY_KEY_SIZE: Final = 32
_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
_SEALED_SIZE: Final = PIECE_SIZE + _TAG_SIZE


@dataclass(frozen=True, repr=False)
class SealedCopy:
    """A copy in a file of ours; without its key, 32 bytes, nobody opens it."""

    path: Path
    key: bytes

    def read(self, index: int) -> bytes:
        """Return piece `index`, and one byte more where another follows.

        OSError where it cannot be read, or is no longer what was written.
        """
        with self.path.open("rb") as file:
            file.seek(index * _SEALED_SIZE)
            sealed = file.read(_SEALED_SIZE)
            goes_on = bool(file.read(1))
        try:
            piece = aes_open(self.key, nonce=_nonce(index), aad=b"", sealed=sealed)
        except Unauthentic:
            raise OSError(errno.EIO, "a copy that is damaged") from None
        return piece + b"\0" if goes_on else piece

    def size(self) -> int:
        """Return how many bytes it holds, once opened."""
        sealed = self.path.stat().st_size
        return sealed - _TAG_SIZE * -(-sealed // _SEALED_SIZE)

    def __repr__(self) -> str:
        return "SealedCopy(hidden)"


def seal_copy(open_file: Path, path: Path) -> SealedCopy:
    """Encrypt a file into a new one, durably, under a key drawn for it."""
    copy = SealedCopy(path, secrets.token_bytes(COPY_KEY_SIZE))
    index = 0
    with open_file.open("rb") as reader, open_private(path) as writer:
        while True:
            # An empty file has one piece too.
            piece = reader.read(PIECE_SIZE)
            if piece or not index:
                writer.write(aes_seal(copy.key, nonce=_nonce(index), aad=b"", plaintext=piece))
            if len(piece) < PIECE_SIZE:
                break
            index += 1
        sync_file(writer)
    return copy


def _nonce(index: int) -> bytes:
    """Return the nonce of a piece: each key seals each index once."""
    return index.to_bytes(_NONCE_SIZE)
