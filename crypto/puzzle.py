"""Puzzles, which make a flood of uploads cost something: SPEC 11. Public: it needs no key."""

import hashlib
import re
from collections.abc import Callable

from crypto.errors import Malformed, Outdated, Unauthentic
from crypto.labels import Label, bound
from crypto.lifetimes import PUZZLE_AHEAD_DAYS, PUZZLE_BEFORE_DAYS
from crypto.names import Address, ChunkId, Day, GenesisId
from crypto.sizes import PUZZLE_NONCE_SIZE

__all__ = [
    "PUZZLE_CHUNK",
    "PUZZLE_ENVELOPE",
    "check_puzzle",
    "puzzle_header",
    "puzzle_nonce",
    "puzzle_text",
    "solve_puzzle",
]

# SPEC 11: what is uploaded, as a number.
PUZZLE_ENVELOPE = 1
PUZZLE_CHUNK = 2

_HEADER = re.compile(r"(0|[1-9][0-9]{0,9})-([0-9a-f]{16})")
_U32_MAX = 2**32 - 1
# A tenth of a second or so.
_TOLD_EVERY = 1 << 17


def puzzle_text(
    genesis_id: GenesisId, kind: int, path_hash: Address | ChunkId, day: Day, nonce: bytes
) -> bytes:
    """Return the bytes whose SHA-256 must begin with zero bits.

    `kind` is `PUZZLE_ENVELOPE` or `PUZZLE_CHUNK`; `path_hash` the 32 bytes that the path names;
    `nonce` 8 bytes.
    """
    # SPEC 11: bound(PUZZLE) || u8(kind) || the 32 bytes of the path || u32(day) || nonce
    text = bound(Label.PUZZLE, genesis_id) + bytes([kind]) + path_hash
    return text + day.to_bytes(4, "big") + nonce


def check_puzzle(
    header: str,
    genesis_id: GenesisId,
    kind: int,
    path_hash: Address | ChunkId,
    difficulty: int,
    day: Day,
) -> None:
    """Return if a header solves the puzzle of `difficulty` zero bits on the server's `day`.

    Raises Malformed, Outdated (for a day too far from the server's) and Unauthentic (no solution).
    """
    found = _HEADER.fullmatch(header)
    if not found or int(found[1]) > _U32_MAX:
        raise Malformed("not the header of a puzzle")
    solved_for, nonce = Day(int(found[1])), bytes.fromhex(found[2])
    if not day - PUZZLE_BEFORE_DAYS <= solved_for <= day + PUZZLE_AHEAD_DAYS:
        raise Outdated("a puzzle for another day")
    text = puzzle_text(genesis_id, kind, path_hash, solved_for, nonce)
    if not _has_zero_bits(text, difficulty):
        raise Unauthentic("a puzzle that is not solved")


def solve_puzzle(
    genesis_id: GenesisId,
    kind: int,
    path_hash: Address | ChunkId,
    difficulty: int,
    day: Day,
    tell: Callable[[int], object] = lambda _tried: None,
) -> str:
    """Return the header that solves a puzzle for a day; takes about 2 ** difficulty hashes.

    Now and then `tell` is given how many were tried; what it raises ends the work.
    """
    begin = puzzle_text(genesis_id, kind, path_hash, day, b"")
    tried = 0
    while not _has_zero_bits(begin + tried.to_bytes(PUZZLE_NONCE_SIZE, "big"), difficulty):
        tried += 1
        if not tried % _TOLD_EVERY:
            tell(tried)
    return puzzle_header(day, tried.to_bytes(PUZZLE_NONCE_SIZE, "big"))


def puzzle_header(day: Day, nonce: bytes) -> str:
    """Return the header that shows a nonce (8 bytes) for a day."""
    return f"{day}-{nonce.hex()}"


def puzzle_nonce(header: str) -> bytes:
    """Return the nonce, 8 bytes, of a header; Malformed where it is none."""
    found = _HEADER.fullmatch(header)
    if not found:
        raise Malformed("not the header of a puzzle")
    return bytes.fromhex(found[2])


def _has_zero_bits(text: bytes, difficulty: int) -> bool:
    digest = hashlib.sha256(text).digest()
    return int.from_bytes(digest, "big") >> (8 * len(digest) - difficulty) == 0
