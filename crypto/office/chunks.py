"""Opening chunks and the files made of them: SPEC 8.1. Secret: it takes file keys."""

from collections.abc import Iterable, Iterator

from crypto.aes import Readable, aes_open
from crypto.chunks import FileKey, chunk_count, chunk_nonce, file_hash, piece_digest
from crypto.errors import Contradictory, Malformed
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE

__all__ = ["open_chunk", "open_file"]


def open_chunk(file_key: FileKey, index: int, chunk: Readable, last: bool) -> bytes:
    """Return the piece, 262,128 bytes with its filling, of one chunk.

    Raises Malformed for another size, and Unauthentic where the chunk was altered, is of another
    file, stands at another index, or is the last one exactly where `last` says otherwise.
    """
    if len(chunk) != CHUNK_SIZE:
        raise Malformed("a chunk of another size")
    return aes_open(file_key.aead_key, nonce=chunk_nonce(index, last), aad=b"", sealed=chunk)


def open_file(
    file_key: FileKey, size: int, announced_hash: bytes, chunks: Iterable[Readable]
) -> Iterator[bytes]:
    """Yield the bytes of a file of `size` bytes, a piece at a time, from its chunks in order.

    Nothing that was yielded is good before the iterator has ended without raising: the hash
    comes last. Raises what `open_chunk` raises, Malformed where filling is not zeros, and
    Contradictory for too few or too many chunks and for another size or hash than announced.
    """
    count = chunk_count(size)
    digests: list[bytes] = []
    for chunk in chunks:
        index = len(digests)
        if index == count:
            raise Contradictory("more chunks than announced")
        last = index == count - 1
        piece = open_chunk(file_key, index, chunk, last)
        if last:
            piece = _without_filling(piece, size - index * PIECE_SIZE)
        digests.append(piece_digest(piece))
        yield piece
    if len(digests) < count:
        raise Contradictory("fewer chunks than announced")
    if file_hash(size, digests) != announced_hash:
        raise Contradictory("another file hash than announced")


def _without_filling(piece: bytes, own: int) -> bytes:
    if piece.count(0, own) != len(piece) - own:
        raise Malformed("a chunk filled with something other than zeros")
    return piece[:own]
