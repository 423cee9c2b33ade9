"""Files on their way: read once for their digests, then sealed piece by piece, never held whole.

SPEC 8 asks that each pair of file key and index is encrypted once. A `Snapshot` holds the digest of
every piece from the first reading, before anything is sealed; a piece is sealed only if it still
has that digest. AES-GCM is a function of key, nonce and plaintext: sealing the same piece again,
after a broken line or after this program was killed, gives the same ciphertext, bit for bit, and
tells nobody more than the first copy did. What would be fatal, another plaintext under the same key
and nonce, is what the comparison rules out. A file that changed is read anew and gets a new key.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from crypto.chunks import (
    FileKey,
    chunk_count,
    chunk_id,
    file_hash,
    new_file_key,
    piece_digest,
    seal_chunk,
)
from crypto.names import ChunkId
from crypto.sizes import PIECE_SIZE

__all__ = [
    "Bytes",
    "ChangedError",
    "FileOnDisk",
    "Outgoing",
    "Snapshot",
    "Source",
    "Zeros",
    "read_snapshot",
]


class ChangedError(Exception):
    """A file is gone, or holds other bytes than when it was read first."""


class Source(Protocol):
    """Where the bytes of a file come from."""

    def read(self, index: int) -> bytes:
        """Return piece `index`, and one byte more where a last piece turns out to go on."""


@dataclass(frozen=True)
class FileOnDisk:
    """A file of the person's. It is opened for each piece, so that its absence shows at once."""

    path: Path

    def read(self, index: int) -> bytes:
        """Return piece `index`; OSError where the file cannot be read."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(index * PIECE_SIZE)
            piece = bytearray()
            # A byte more than a piece shows a file that has grown.
            while len(piece) <= PIECE_SIZE and (more := file.read(PIECE_SIZE + 1 - len(piece))):
                piece += more
        return bytes(piece)


@dataclass(frozen=True, repr=False)
class Bytes:
    """Bytes in memory: the rest of a text."""

    data: bytes

    def read(self, index: int) -> bytes:
        """Return piece `index`."""
        return self.data[index * PIECE_SIZE : (index + 1) * PIECE_SIZE + 1]


@dataclass(frozen=True)
class Zeros:
    """Fill: zeros without end."""

    def read(self, index: int) -> bytes:
        """Return piece `index`, whichever it is."""
        del index
        return bytes(PIECE_SIZE)


@dataclass(frozen=True, repr=False)
class Snapshot:
    """What a file was when it was read first, and the key made for just these bytes.

    `digests` are the pieces' SHA-256, one after another, 32 bytes each.
    """

    key: FileKey
    size: int
    digests: bytes

    @property
    def chunks(self) -> int:
        """How many chunks the file has."""
        return chunk_count(self.size)

    @property
    def hash(self) -> bytes:
        """The file hash, 32 bytes."""
        return file_hash(self.size, [self.digest(index) for index in range(self.chunks)])

    def digest(self, index: int) -> bytes:
        """Return the digest of piece `index`."""
        return self.digests[_DIGEST_SIZE * index : _DIGEST_SIZE * (index + 1)]

    def __repr__(self) -> str:
        return "Snapshot(hidden)"


_DIGEST_SIZE: Final = 32


@dataclass(frozen=True, repr=False)
class Outgoing:
    """One file under one key. `snapshot.digests` is empty for fill, whose bytes are known."""

    source: Source
    snapshot: Snapshot

    def __repr__(self) -> str:
        return "Outgoing(hidden)"

    def sealed(self, index: int) -> tuple[ChunkId, bytes]:
        """Return id and bytes of chunk `index`, the same ones whenever it is asked.

        Raises ChangedError where the file no longer holds what it held.
        """
        last = index == self.snapshot.chunks - 1
        try:
            piece = self.source.read(index)
        except OSError:
            raise ChangedError from None
        if not last or isinstance(self.source, Zeros):
            # The byte more belongs to the next piece.
            piece = piece[:PIECE_SIZE]
        if self.snapshot.digests:
            digest = piece_digest(piece)
            if len(piece) > PIECE_SIZE or not hmac.compare_digest(
                digest, self.snapshot.digest(index)
            ):
                raise ChangedError
        key = self.snapshot.key
        return chunk_id(key, index), seal_chunk(key, index, piece, last)


def read_snapshot(source: Source, tell: Callable[[int], None]) -> Snapshot:
    """Read a file to its end and return what it was, under a new key; OSError where it cannot be.

    `tell` is given the size of each piece.
    """
    digests = bytearray()
    size = index = 0
    while True:
        read = source.read(index)
        piece = read[:PIECE_SIZE]
        digests += piece_digest(piece)
        size += len(piece)
        index += 1
        tell(len(piece))
        if len(read) <= PIECE_SIZE:
            return Snapshot(new_file_key(), size, bytes(digests))
