"""What files cost beside the ciphers that they need: sealing and opening chunks in Python."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.chunks import file_hash, new_file_key, piece_digest, seal_chunk
from crypto.office.chunks import open_file
from crypto.sizes import PIECE_SIZE
from tests.bench.figures import Figure, compared, measurement

PIECES, TARGET = 128, 0.7


def _speed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return PIECES * PIECE_SIZE / 1e6 / (time.perf_counter() - started)


@measurement
def sealing_and_opening() -> Iterator[Figure]:
    """Megabytes a second, compared with bare AES-GCM and SHA-256 over the same bytes."""
    pieces = [os.urandom(PIECE_SIZE) for _ in range(PIECES)]
    key, raw = new_file_key(), AESGCM(os.urandom(32))
    sealed = [seal_chunk(key, at, piece, at == PIECES - 1) for at, piece in enumerate(pieces)]
    raw_sealed = [
        raw.encrypt(at.to_bytes(12, "big"), piece, b"") for at, piece in enumerate(pieces)
    ]
    hashed = file_hash(PIECES * PIECE_SIZE, [piece_digest(piece) for piece in pieces])

    def seal() -> None:
        for at, piece in enumerate(pieces):
            seal_chunk(key, at, piece, at == PIECES - 1)
            piece_digest(piece)

    def raw_seal() -> None:
        for at, piece in enumerate(pieces):
            raw.encrypt(at.to_bytes(12, "big"), piece, b"")
            hashlib.sha256(piece).digest()

    def open_all() -> None:
        for _ in open_file(key, PIECES * PIECE_SIZE, hashed, sealed):
            pass

    def raw_open() -> None:
        for at, chunk in enumerate(raw_sealed):
            hashlib.sha256(raw.decrypt(at.to_bytes(12, "big"), chunk, b"")).digest()

    for name, ours, theirs in (
        ("sealing_chunks", seal, raw_seal),
        ("opening_chunks", open_all, raw_open),
    ):
        value, ratio = compared(
            lambda work=ours: _speed(work),  # type: ignore[misc]
            lambda work=theirs: _speed(work),  # type: ignore[misc]
            rounds=9,
        )
        yield Figure(name, value, "MB/s", ratio, TARGET)
