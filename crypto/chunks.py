"""Files as chunks of one size: SPEC 8. Secret: it holds file keys."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto.aes import Readable, aes_seal
from crypto.errors import TooLarge
from crypto.labels import Label, labelled
from crypto.names import ChunkId
from crypto.sizes import PIECE_SIZE

__all__ = [
    "FileKey",
    "chunk_count",
    "chunk_id",
    "file_hash",
    "new_file_key",
    "piece_digest",
    "seal_chunk",
]

_KEY_SIZE = 32


@dataclass(frozen=True, repr=False)
class FileKey:
    """The key of one file: 32 random bytes, never used for a second file.

    Nothing is sealed under it: one key for sealing and one for ids come from it, 32 bytes each.
    """

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != _KEY_SIZE:
            raise ValueError("a file key has 32 bytes")

    @cached_property
    def aead_key(self) -> bytes:
        """The key under which chunks are sealed."""
        return self._derive(Label.FILE_AEAD_KEY)

    @cached_property
    def id_key(self) -> bytes:
        """The key from which the ids of chunks come."""
        return self._derive(Label.FILE_ID_KEY)

    def _derive(self, label: Label) -> bytes:
        # SPEC 8: HKDF-Expand(file key, labelled(L), 32): the file key stands in a bound payload
        return HKDFExpand(SHA256(), _KEY_SIZE, labelled(label)).derive(self.secret)

    def __repr__(self) -> str:
        return "FileKey(hidden)"


def new_file_key() -> FileKey:
    """Return a fresh file key."""
    return FileKey(secrets.token_bytes(_KEY_SIZE))


def chunk_count(size: int) -> int:
    """Return how many chunks a file of `size` bytes has; an empty file has one."""
    return max(1, -(-size // PIECE_SIZE))


def chunk_id(file_key: FileKey, index: int) -> ChunkId:
    """Return the id, 32 bytes, under which chunk `index` is stored."""
    # SPEC 8: HMAC(id key, labelled(CHUNK) || u32(i))
    message = labelled(Label.CHUNK) + index.to_bytes(4, "big")
    return ChunkId(hmac.digest(file_key.id_key, message, "sha256"))


def chunk_nonce(index: int, last: bool) -> bytes:
    """Return the nonce, 12 bytes, of chunk `index`."""
    # SPEC 8: u88(i) || u8(1 if last, else 0)
    return index.to_bytes(11, "big") + bytes([last])


def seal_chunk(file_key: FileKey, index: int, piece: Readable, last: bool) -> bytes:
    """Return the chunk, 262,144 bytes, of a piece of up to 262,128 bytes.

    A pair of key and index is sealed once: sending again repeats the bytes that were kept.
    Only the last piece may be shorter, and only that of an empty file is empty.
    Raises TooLarge for a longer piece.
    """
    if len(piece) > PIECE_SIZE:
        raise TooLarge("a piece exceeds its chunk")
    if len(piece) < PIECE_SIZE:
        if not last or (index > 0 and not piece):
            raise ValueError("only the last piece may be short, and only an empty file's empty")
        piece = bytes(piece) + bytes(PIECE_SIZE - len(piece))
    return aes_seal(file_key.aead_key, nonce=chunk_nonce(index, last), aad=b"", plaintext=piece)


def piece_digest(piece: Readable) -> bytes:
    """Return the digest, 32 bytes, of a piece's own bytes, without filling."""
    return hashlib.sha256(piece).digest()


def file_hash(size: int, digests: Iterable[bytes]) -> bytes:
    """Return the hash, 32 bytes, of a file of `size` bytes from its pieces' digests in order."""
    # SPEC 8: SHA-256(labelled(FILE) || u64(size) || digests)
    state = hashlib.sha256(labelled(Label.FILE) + size.to_bytes(8, "big"))
    for digest in digests:
        state.update(digest)
    return state.digest()
