"""Sealed files as tests need them: of random chunks, for an office of the tests."""

import os
import time
from dataclasses import dataclass

from crypto.envelope import envelope_address
from crypto.names import ChunkId, Day, GenesisId
from crypto.puzzle import PUZZLE_CHUNK, PUZZLE_ENVELOPE, puzzle_nonce, solve_puzzle
from crypto.sealed_file import SealedFileHead, SealedFileWriter, last_day_of
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE


@dataclass(frozen=True)
class SealedFile:
    """A file, and what PUTs of the same would carry."""

    data: bytes
    envelope: bytes
    chunks: dict[bytes, bytes]


def sealed_file(
    genesis_id: GenesisId,
    chunks: int,
    *,
    last_day: int | None = None,
    bits: int = 0,
    envelope: bytes | None = None,
) -> SealedFile:
    """Make a file of bytes that no office could open, its puzzles solved for `bits`."""
    if last_day is None:
        last_day = last_day_of(Day(int(time.time() // 86_400)))
    held = {os.urandom(32): os.urandom(CHUNK_SIZE) for _ in range(chunks)}
    sealed = os.urandom(ENVELOPE_SIZE) if envelope is None else envelope
    writer = SealedFileWriter(SealedFileHead(genesis_id, Day(last_day), chunks))

    def nonce(kind: int, name: bytes) -> bytes:
        return puzzle_nonce(solve_puzzle(genesis_id, kind, ChunkId(name), bits, Day(last_day)))

    parts = [writer.begin()]
    parts += [
        writer.chunk(ChunkId(name), nonce=nonce(PUZZLE_CHUNK, name), chunk=held[name])
        for name in held
    ]
    parts.append(
        writer.end(nonce=nonce(PUZZLE_ENVELOPE, envelope_address(sealed)), envelope=sealed)
    )
    return SealedFile(b"".join(parts), sealed, held)
