r"""A backup as a file: a stream of bytes under a passphrase of its own.

    "fidelio backup 1\n" || u32(size of header) || header || chunks

The header is JSON: a random file key, sealed under the passphrase as all small secrets are
(vault/sealed_secrets.py). The chunks are those of crypto/chunks.py, under that key itself, so that
none can be left out, moved or cut off at the end unnoticed. Within lies a tar archive
(backup/archive.py).

Against it speaks that the size of a vault shows, to the next 256 KiB.
"""

from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from caseworker.vault.sealed_secrets import open_secret, seal_secret
from caseworker.vault.whole_keys import WholeFileKey
from crypto.chunks import FileKey, new_file_key, seal_chunk
from crypto.errors import Malformed
from crypto.office.chunks import open_chunk
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE
from crypto.strict_json import Fields, encode_json, parse_json
from ground.shell.passphrases import Passphrase

_FORMAT = b"fidelio backup 1\n"
_CONTEXT = b"fidelio backup 1 key"
_LENGTH_SIZE = 4
_HEADER_MAX_SIZE = 4096


class Source(Protocol):
    """Something that yields bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


def write_header(file: BinaryIO, passphrase: Passphrase) -> FileKey:
    """Begin a backup, and return the new key of what follows."""
    key = WholeFileKey(new_file_key().secret)
    header = encode_json(seal_secret(key.secret, passphrase, _CONTEXT))
    file.write(_FORMAT + len(header).to_bytes(_LENGTH_SIZE, "big") + header)
    return key


def read_header(file: BinaryIO) -> Fields:
    """Return the header of a backup; Malformed where the file is none."""
    if file.read(len(_FORMAT)) != _FORMAT:
        raise Malformed("another format")
    size = int.from_bytes(file.read(_LENGTH_SIZE), "big")
    if size > _HEADER_MAX_SIZE:
        raise Malformed("a header of that size")
    return Fields(parse_json(file.read(size)))


def open_header(header: Fields, passphrase: Passphrase) -> FileKey:
    """Return the key of what follows; Unauthentic for a wrong passphrase, Malformed for damage."""
    try:
        return WholeFileKey(open_secret(header, passphrase, _CONTEXT))
    except ValueError:
        raise Malformed("a key of another size") from None


@dataclass
class SealingWriter:
    """Takes bytes and writes them sealed, a chunk at a time; whole only after `end`."""

    file: BinaryIO
    key: FileKey
    _waiting: bytearray = field(default_factory=bytearray)
    _index: int = 0

    def write(self, data: bytes) -> int:
        """Take bytes, and return how many."""
        self._waiting += data
        while len(self._waiting) > PIECE_SIZE:
            self._seal(self._waiting[:PIECE_SIZE], last=False)
            del self._waiting[:PIECE_SIZE]
        return len(data)

    def end(self) -> None:
        """Write the last chunk, which says that it is the last."""
        self._seal(self._waiting, last=True)

    def _seal(self, piece: bytearray, last: bool) -> None:
        self.file.write(seal_chunk(self.key, self._index, piece, last))
        self._index += 1


@dataclass
class OpeningReader:
    """Yields the bytes of a backup again; ProtocolError where a chunk is altered, or missing."""

    file: Source
    key: FileKey
    _opened: bytes = b""
    _index: int = 0
    _next: bytes | None = None

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, none at the end."""
        if not self._opened and self._next != b"":
            self._open_next()
        data, self._opened = self._opened[:size], self._opened[size:]
        return data

    def drain(self) -> None:
        """Read to the end, for the sake of the checks alone."""
        while self.read(PIECE_SIZE):
            pass

    def _open_next(self) -> None:
        chunk = self.file.read(CHUNK_SIZE) if self._next is None else self._next
        self._next = self.file.read(CHUNK_SIZE)
        self._opened = open_chunk(self.key, self._index, chunk, last=not self._next)
        self._index += 1
