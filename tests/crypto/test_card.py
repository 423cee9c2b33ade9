"""Cards that recipients sign are read as they were meant, and nothing else is: SPEC 12."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.card import check_card, read_card, seen_card
from crypto.days import weeks
from crypto.directory import ListedKey
from crypto.errors import Contradictory, Malformed, Outdated, ProtocolError, Unauthentic
from crypto.names import KeyHash, Week
from crypto.office.card import sign_card
from tests.offices.documents import key, listed, office

OFFICE = office().genesis_id
BOARD = key("board")
KEYS = listed("board", weeks(Week(2970), Week(2976)))
CARD = sign_card(BOARD, OFFICE, "board", 3, KEYS)


def test_a_card_says_what_was_signed() -> None:
    card = read_card(CARD, OFFICE)

    assert card.recipient == "board"
    assert card.signing_key == BOARD.public_key
    assert card.number == 3
    assert card.keys == KEYS
    assert card.old_signing_key is None
    assert card.sha256 == hashlib.sha256(CARD).digest()


def test_signing_again_gives_the_same_bytes() -> None:
    assert sign_card(BOARD, OFFICE, "board", 3, KEYS) == CARD


def test_no_beginning_of_a_card_is_a_card() -> None:
    for size in range(len(CARD)):
        with pytest.raises(ProtocolError):
            read_card(CARD[:size], OFFICE)


def test_no_byte_of_a_card_can_be_changed() -> None:
    for place in range(len(CARD)):
        altered = bytearray(CARD)
        altered[place] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            read_card(bytes(altered), OFFICE)


@given(st.binary(max_size=400), st.integers(0, len(CARD)))
def test_random_bytes_are_no_card(data: bytes, kept: int) -> None:
    with pytest.raises(ProtocolError):
        read_card(CARD[:kept] + data + b"\0", OFFICE)


def test_a_card_with_a_gap_is_not_signed() -> None:
    with pytest.raises(Malformed):
        sign_card(BOARD, OFFICE, "board", 1, [KEYS[0], KEYS[2]])


@pytest.mark.parametrize("count", [0, 33])
def test_a_card_of_no_keys_or_too_many_is_not_signed(count: int) -> None:
    with pytest.raises(Malformed):
        sign_card(BOARD, OFFICE, "board", 1, listed("board", weeks(Week(0), Week(count))))


def test_a_new_signing_key_is_taken_in_from_whoever_knew_the_old_one() -> None:
    new = key("new")
    card = read_card(sign_card(new, OFFICE, "board", 1, KEYS, old_signing_key=BOARD), OFFICE)

    check_card(card, "board", BOARD.public_key, seen_card(read_card(CARD, OFFICE)))
    check_card(card, "board", new.public_key, seen_card(card))


def test_a_card_of_an_unknown_key_is_refused() -> None:
    card = read_card(sign_card(key("new"), OFFICE, "board", 9, KEYS), OFFICE)

    with pytest.raises(Unauthentic):
        check_card(card, "board", BOARD.public_key, None)


def test_numbers_under_one_key_never_go_back() -> None:
    seen = seen_card(read_card(CARD, OFFICE))
    lower, higher, twin = (
        read_card(sign_card(BOARD, OFFICE, "board", number, keys), OFFICE)
        for number, keys in (
            (2, KEYS),
            (4, KEYS),
            (3, (*KEYS, ListedKey(Week(2976), KeyHash(bytes(32))))),
        )
    )

    check_card(higher, "board", BOARD.public_key, seen)
    with pytest.raises(Outdated):
        check_card(lower, "board", BOARD.public_key, seen)
    with pytest.raises(Contradictory):
        check_card(twin, "board", BOARD.public_key, seen)
