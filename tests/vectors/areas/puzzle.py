"""Puzzles: SPEC 11."""

from collections.abc import Iterator

from crypto.names import ChunkId
from crypto.puzzle import puzzle_text, solve_puzzle
from tests.vectors.people import DAY, GENESIS_ID
from tests.vectors.vector import Vector, accepted, randomness

PATH_HASH = ChunkId(randomness("address that a puzzle is for", 32))


def vectors() -> Iterator[Vector]:
    """Yield what is hashed for a puzzle, and headers that solve one."""
    nonce = randomness("nonce", 8)
    for variant, kind in (("envelope", 1), ("chunk", 2)):
        members: dict[str, object] = {
            "genesis_id": GENESIS_ID.hex(),
            "kind": kind,
            "path_hash": PATH_HASH.hex(),
            "day": DAY,
        }
        text = puzzle_text(GENESIS_ID, kind, PATH_HASH, DAY, nonce)
        what = "What is hashed."
        yield accepted(
            f"puzzle_ok_text_{variant}",
            what,
            "puzzle_text",
            text.hex(),
            nonce=nonce.hex(),
            **members,
        )
        for difficulty in (0, 1, 9):
            header = solve_puzzle(GENESIS_ID, kind, PATH_HASH, difficulty, DAY)
            for later in (-16, 2):
                name = f"puzzle_ok_{variant}_{difficulty}_bits_{'early' if later < 0 else 'late'}"
                what = f"Solved for {difficulty} bits; the server is {later} days later."
                changed = members | {"day": DAY + later, "header": header}
                yield accepted(name, what, "check_puzzle", None, difficulty=difficulty, **changed)
