"""Calls of area puzzle."""

from typing import Any

from crypto.names import ChunkId, GenesisId
from crypto.puzzle import check_puzzle, puzzle_text

Members = dict[str, Any]


def _puzzle_text(vector: Members) -> object:
    genesis_id, path_hash, nonce = (
        bytes.fromhex(vector[name]) for name in ("genesis_id", "path_hash", "nonce")
    )
    return puzzle_text(
        GenesisId(genesis_id), vector["kind"], ChunkId(path_hash), vector["day"], nonce
    ).hex()


def _check_puzzle(vector: Members) -> None:
    genesis_id, path_hash = (bytes.fromhex(vector[name]) for name in ("genesis_id", "path_hash"))
    difficulty, day = vector["difficulty"], vector["day"]
    check_puzzle(
        vector["header"], GenesisId(genesis_id), vector["kind"], ChunkId(path_hash), difficulty, day
    )


CALLS = {"puzzle_text": _puzzle_text, "check_puzzle": _check_puzzle}
