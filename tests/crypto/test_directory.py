"""Directories that the office signs are read as they were meant, and nothing else is: SPEC 10."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.days import later
from crypto.directory import (
    Delegation,
    RetiredKey,
    check_current,
    check_not_older,
    current_key,
    fingerprint,
    name_in,
    read_directory,
    read_fingerprint,
    seen,
    signing_keys_of,
)
from crypto.directory_content import DirectoryContent
from crypto.errors import Contradictory, Foreign, Malformed, Outdated, ProtocolError, TooLarge
from crypto.names import Day, GenesisId
from crypto.office.directory import (
    chain_of,
    head_of,
    listed_weeks,
    sign_delegation,
    sign_directory,
    sign_successor,
)
from tests.offices.documents import ISSUED, key, listed, office

OFFICE = office()
DOCUMENT = OFFICE.document()
DAYS = st.integers(100, 2**31)


def test_a_directory_says_what_was_signed() -> None:
    directory = read_directory(DOCUMENT, OFFICE.genesis_id)

    members = {name: getattr(directory, name) for name in vars(OFFICE.content)}
    assert DirectoryContent(**members) == OFFICE.content
    assert directory.sha256 == hashlib.sha256(DOCUMENT).digest()
    assert directory.roots == (OFFICE.root.public_key,)
    assert directory.delegation == Delegation(
        1, ISSUED, later(ISSUED, 90), OFFICE.directory_key.public_key
    )


def test_signing_again_gives_the_same_bytes() -> None:
    assert OFFICE.document() == DOCUMENT


def test_no_beginning_of_a_document_is_a_document() -> None:
    for size in range(len(DOCUMENT)):
        with pytest.raises(ProtocolError):
            read_directory(DOCUMENT[:size], OFFICE.genesis_id)


def test_no_byte_of_a_document_can_be_changed() -> None:
    for place in range(len(DOCUMENT)):
        altered = bytearray(DOCUMENT)
        altered[place] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            read_directory(bytes(altered), OFFICE.genesis_id)


@given(st.binary(max_size=400), st.integers(0, len(DOCUMENT)))
def test_random_bytes_are_refused_by_name(data: bytes, kept: int) -> None:
    with pytest.raises(ProtocolError):
        read_directory(DOCUMENT[:kept] + data + b"\0", OFFICE.genesis_id)


@given(st.binary(min_size=32, max_size=32))
def test_the_directory_of_another_office_is_foreign(genesis_id: GenesisId) -> None:
    with pytest.raises(Foreign):
        read_directory(DOCUMENT, genesis_id)


@given(DAYS, st.integers(1, 21))
def test_each_listed_week_overlaps_the_directory_and_no_other_does(issued: Day, days: int) -> None:
    expires = issued + days
    near = range(issued // 7 - 5, expires // 7 + 5)

    overlapping = [week for week in near if 7 * week < expires and 7 * week + 14 > issued]

    assert list(listed_weeks(issued, Day(expires))) == overlapping


def test_the_first_weeks_of_all_begin_with_week_0() -> None:
    assert list(listed_weeks(Day(3), Day(8))) == [0, 1]


@given(st.integers(100, 2**31), st.integers(1, 21), st.data())
def test_a_key_is_there_to_seal_to_on_each_day_on_which_a_directory_is_good(
    issued: Day, days: int, data: st.DataObject
) -> None:
    one = office(issued, days)
    directory = read_directory(one.document(), one.genesis_id)
    day = data.draw(st.integers(issued - 2, issued + days - 1))

    check_current(directory, Day(day))
    found = current_key(directory.recipients[0], Day(day))

    assert 7 * found.week <= day < 7 * found.week + 7


def test_no_key_is_there_for_a_day_that_the_directory_does_not_reach() -> None:
    directory = read_directory(DOCUMENT, OFFICE.genesis_id)

    with pytest.raises(Outdated):
        current_key(directory.recipients[0], later(ISSUED, 100))


def test_signing_keys_are_those_of_the_id_the_active_one_first() -> None:
    retired = tuple(
        RetiredKey(one, key(f"old {one}").public_key, Day(1)) for one in ("board", "gone")
    )
    document = OFFICE.document(retired=retired)
    directory = read_directory(document, OFFICE.genesis_id)

    active = key("board").public_key
    assert signing_keys_of(directory, "board") == (active, retired[0].signing_key)
    assert signing_keys_of(directory, "gone") == (retired[1].signing_key,)
    assert signing_keys_of(directory, "nobody") == ()


def test_a_directory_that_a_reader_would_refuse_is_not_signed() -> None:
    keys = listed("board", listed_weeks(ISSUED, later(ISSUED, 15)))
    board = replace(OFFICE.content.recipients[0], keys=keys)

    with pytest.raises(Contradictory):
        OFFICE.document(recipients=(board, OFFICE.content.recipients[1]), expires=ISSUED + 22)
    with pytest.raises(Contradictory):
        OFFICE.document(expires=ISSUED + 91)
    with pytest.raises(Malformed):
        OFFICE.document(names={})
    with pytest.raises(ProtocolError):
        sign_directory(OFFICE.head, key("stranger"), OFFICE.content)


def test_a_directory_with_too_much_in_it_is_not_signed() -> None:
    names = {f"x-{n}": '"' * 200 for n in range(16)}
    recipients = tuple(replace(one, titles=names) for one in OFFICE.content.recipients)
    contacts = tuple("\0" * 500 for _ in range(16))

    with pytest.raises(TooLarge):
        OFFICE.document(names=names, recipients=recipients, contacts=contacts)


def test_an_office_keeps_its_id_when_its_root_is_replaced() -> None:
    new_root = key("new root")
    chain = sign_successor(OFFICE.chain, OFFICE.root, new_root_public_key=new_root.public_key)
    allowed = Delegation(2, ISSUED, later(ISSUED, 90), OFFICE.directory_key.public_key)
    head = sign_delegation(chain, new_root, allowed)

    document = sign_directory(head, OFFICE.directory_key, OFFICE.content)

    directory = read_directory(document, OFFICE.genesis_id)
    assert directory.roots == (OFFICE.root.public_key, new_root.public_key)
    check_not_older(directory, seen(read_directory(DOCUMENT, OFFICE.genesis_id)))


def test_the_root_can_be_replaced_sixteen_times() -> None:
    chain, root = OFFICE.chain, OFFICE.root
    for number in range(16):
        new_root = key(f"root {number}")
        chain, root = sign_successor(chain, root, new_root_public_key=new_root.public_key), new_root
    allowed = Delegation(2, ISSUED, later(ISSUED, 90), OFFICE.directory_key.public_key)
    document = sign_directory(
        sign_delegation(chain, root, allowed), OFFICE.directory_key, OFFICE.content
    )

    assert len(read_directory(document, OFFICE.genesis_id).roots) == 17
    assert chain_of(document) == chain
    with pytest.raises(TooLarge):
        sign_successor(chain, root, new_root_public_key=key("one more").public_key)


def test_only_the_last_root_signs() -> None:
    chain = sign_successor(
        OFFICE.chain, OFFICE.root, new_root_public_key=key("new root").public_key
    )
    allowed = Delegation(2, ISSUED, later(ISSUED, 90), OFFICE.directory_key.public_key)

    with pytest.raises(Malformed):
        sign_successor(chain, OFFICE.root, new_root_public_key=key("other root").public_key)
    with pytest.raises(Malformed):
        sign_delegation(chain, OFFICE.root, allowed)


def test_the_next_directory_is_signed_under_the_head_of_the_last_one() -> None:
    head = head_of(DOCUMENT)
    content = replace(OFFICE.content, sequence=2)

    document = sign_directory(head, OFFICE.directory_key, content)

    assert head == OFFICE.head
    assert read_directory(document, OFFICE.genesis_id).sequence == 2


@given(st.binary(min_size=32, max_size=32))
def test_a_fingerprint_is_read_back_however_it_is_set(genesis_id: GenesisId) -> None:
    text = fingerprint(genesis_id)

    assert read_fingerprint(text) == genesis_id
    assert read_fingerprint(text.replace(" ", "")) == genesis_id
    assert read_fingerprint("\n".join(text.split())) == genesis_id


@pytest.mark.parametrize(
    "text",
    ["", "0" * 79, "0" * 81, "65536" + "0" * 75, "0" * 75 + "99999", "٠" * 80],
    ids=["none", "short", "long", "first_group", "last_group", "other_digits"],
)
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_fingerprint(text)


def test_a_name_in_no_language_of_the_reader_is_that_for_any_language() -> None:
    assert name_in({"en": "a", "und": "b"}, "ru") == "b"
    assert name_in({"en": "a", "tr": "b"}, "ru") == "a"
    assert name_in({"en": "a", "ru": ""}, "ru") == ""
