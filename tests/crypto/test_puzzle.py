"""Puzzles are solved by work alone, for one thing and a few days: SPEC 11."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed, Outdated, ProtocolError, Unauthentic
from crypto.names import ChunkId, Day, GenesisId
from crypto.puzzle import check_puzzle, puzzle_text, solve_puzzle
from tests.offices.documents import digest

OFFICE = GenesisId(digest("office"))
PATH = ChunkId(digest("path"))
DAY = Day(20_800)
HEADER = solve_puzzle(OFFICE, 1, PATH, 12, DAY)


@given(st.integers(1, 2), st.binary(min_size=32, max_size=32), st.integers(0, 8))
def test_a_solved_puzzle_passes(kind: int, path_hash: bytes, difficulty: int) -> None:
    header = solve_puzzle(OFFICE, kind, ChunkId(path_hash), difficulty, DAY)

    check_puzzle(header, OFFICE, kind, ChunkId(path_hash), difficulty, DAY)


def test_the_hash_of_a_solution_begins_with_zero_bits() -> None:
    day, nonce = HEADER.split("-")

    text = puzzle_text(OFFICE, 1, PATH, Day(int(day)), bytes.fromhex(nonce))

    assert hashlib.sha256(text).hexdigest().startswith("000")


@pytest.mark.parametrize("day", [DAY - 16, DAY + 2])
def test_a_solution_is_good_for_some_days(day: Day) -> None:
    check_puzzle(HEADER, OFFICE, 1, PATH, 12, day)


@pytest.mark.parametrize("day", [DAY - 17, DAY + 3])
def test_a_solution_is_good_for_no_other_day(day: Day) -> None:
    with pytest.raises(Outdated):
        check_puzzle(HEADER, OFFICE, 1, PATH, 12, day)


def test_a_solution_is_good_for_one_thing() -> None:
    for office, kind, path_hash in (
        (digest("other"), 1, PATH),
        (OFFICE, 2, PATH),
        (OFFICE, 1, digest("other")),
    ):
        with pytest.raises(Unauthentic):
            check_puzzle(HEADER, GenesisId(office), kind, ChunkId(path_hash), 12, DAY)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "20800",
        "20800-",
        "20800-0123",
        "20800-0123456789ABCDEF",
        "020800-0123456789abcdef",
        "-1-0123456789abcdef",
        "20800-0123456789abcdef\n",
        "٢٠٨٠٠-0123456789abcdef",
        "4294967296-0123456789abcdef",
    ],
)
def test_a_header_outside_the_grammar_is_refused(header: str) -> None:
    with pytest.raises(Malformed):
        check_puzzle(header, OFFICE, 1, PATH, 0, DAY)


@given(st.text(max_size=40))
def test_a_random_header_is_refused_by_name(header: str) -> None:
    with pytest.raises(ProtocolError):
        check_puzzle(header, OFFICE, 1, PATH, 32, DAY)
