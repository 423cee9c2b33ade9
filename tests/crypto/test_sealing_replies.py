"""A reply reaches its source in one piece, and whoever forges or spoils one is passed over."""

import random
import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import replies
from crypto.chain_keys import ChainKey, next_chain_key
from crypto.days import later
from crypto.directory import read_directory, signing_keys_of
from crypto.errors import Malformed, ProtocolError, TooLarge
from crypto.office.replies import (
    REPLY_PARTS_MAX,
    ReplyTo,
    SealedReply,
    decoy_record,
    new_reply_id,
    seal_reply,
    split_reply,
)
from crypto.replies import (
    Reply,
    ReplyPart,
    encode_reply_message,
    open_board,
    open_reply,
    parse_reply_message,
    signers_read,
)
from crypto.signing import SigningKey
from crypto.sizes import RECORD_SIZE, REPLY_INDEXES, REPLY_MESSAGE_MAX_SIZE
from crypto.source_keys import set_token
from tests.vectors.people import (
    DAY,
    GENESIS_ID,
    OTHER_SOURCE,
    RECIPIENTS,
    RETIRED,
    SIGNING,
    SOURCE,
    WEEK,
    chain_at,
)
from tests.vectors.records import PART, record
from tests.vectors.retired_keys import DOCUMENT, UNTIL

DIRECTORY = read_directory(DOCUMENT, GENESIS_ID)
TO = ReplyTo(
    thread_id=SOURCE.thread_id,
    recipients=RECIPIENTS,
    set_token=set_token(SOURCE, RECIPIENTS),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=100)


# A control character takes six bytes: so many letters fit into a reply whatever they are.
LETTERS_MAX = 8_000


def _seal(
    text: str,
    *,
    signer: SigningKey = SIGNING["board"],
    index: int = 0,
    kind: str = "reply",
) -> SealedReply:
    return seal_reply(
        to=TO,
        chain=chain_at(index),
        index=index,
        signer=signer,
        genesis_id=GENESIS_ID,
        recipient_id="board",
        kind=kind,
        reply_id=new_reply_id(),
        day=DAY,
        text=text,
    )


def _read(records: Iterable[bytes]) -> list[Reply]:
    return open_board([b"".join(records)], SOURCE, DIRECTORY, DAY)


@settings(max_examples=40, deadline=None)
@given(TEXT, st.integers(1, 300), st.randoms(use_true_random=False))
def test_a_reply_comes_back_from_any_order(text: str, times: int, order: random.Random) -> None:
    whole = (text * times)[:LETTERS_MAX]
    records = list(_seal(whole).records)
    order.shuffle(records)

    replies = _read(records)

    assert [reply.text for reply in replies] == [whole]
    assert replies[0].missing_parts == ()
    assert {len(record) for record in records} == {RECORD_SIZE}


@settings(max_examples=40, deadline=None)
@given(TEXT, st.integers(1, 300))
def test_parts_are_cut_only_where_they_must_be(text: str, times: int) -> None:
    whole = (text * times)[:LETTERS_MAX]
    parts = split_reply(whole, RECIPIENTS)

    assert "".join(parts) == whole
    assert all(parts[1:])
    sizes = [len(encode_reply_message(replace(PART, text=part))) for part in parts]
    # What another letter could take is left free, and the longest numbers that may stand there.
    assert all(size > REPLY_MESSAGE_MAX_SIZE - 40 for size in sizes[:-1])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, RECORD_SIZE * 8 - 1))
def test_a_flipped_bit_is_passed_over(bit: int) -> None:
    record = bytearray(RECORD)
    record[bit // 8] ^= 1 << bit % 8

    assert _read([bytes(record)]) == []


RECORD = _seal("A reply.").records[0]


def test_other_sources_find_nothing_and_open_nothing() -> None:
    assert open_board([RECORD], OTHER_SOURCE, DIRECTORY, DAY) == []
    with pytest.raises(ProtocolError):
        open_reply(
            RECORD,
            chain_at(0, source=OTHER_SOURCE),
            genesis_id=GENESIS_ID,
            thread_id=OTHER_SOURCE.thread_id,
            recipient_id="board",
            signing_keys=[SIGNING["board"].public_key],
        )


def test_decoys_cannot_be_told_apart_by_size_and_are_nobodys() -> None:
    decoys = [decoy_record() for _ in range(5)]

    assert {len(decoy) for decoy in decoys} == {RECORD_SIZE}
    assert len({decoy[:16] for decoy in decoys}) == 5
    assert [reply.text for reply in _read([*decoys, RECORD])] == ["A reply."]


def test_nothing_is_tried_but_what_bears_a_tag_of_the_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However much lies on the board. Finding: SecureDrop, one trial for each stored message."""
    tried: list[bytes] = []

    def opened(record: bytes, chain: ChainKey, **rest: Any) -> ReplyPart:
        tried.append(record)
        return open_reply(record, chain, **rest)

    monkeypatch.setattr(replies, "open_reply", opened)
    others = [secrets.token_bytes(RECORD_SIZE) for _ in range(1_000)]
    assert [reply.text for reply in _read([*others[:500], RECORD, *others[500:]])] == ["A reply."]
    assert tried == [RECORD]


def test_junk_under_every_tag_does_not_hide_a_reply() -> None:
    tags = [record(index=index).tag for index in range(20)]
    junk = [tag + secrets.token_bytes(RECORD_SIZE - 16) for tag in tags]

    assert [reply.text for reply in _read([*junk, RECORD, *junk])] == ["A reply."]


def test_a_missing_part_is_named() -> None:
    records = _seal("part " * 2000).records
    assert len(records) > 3

    [reply] = _read([records[0], *records[2:]])

    assert reply.missing_parts == (1,)


def test_a_reply_of_more_parts_than_there_may_be_is_too_large() -> None:
    longest = len(split_reply("a" * 10_000, RECIPIENTS)[0])
    assert len(split_reply("a" * longest * REPLY_PARTS_MAX, RECIPIENTS)) == REPLY_PARTS_MAX

    with pytest.raises(TooLarge):
        split_reply("a" * (longest * REPLY_PARTS_MAX + 1), RECIPIENTS)


def test_the_last_index_of_a_pair_chain_is_used_and_none_after_it() -> None:
    last = _seal("Last.", index=REPLY_INDEXES - 1)
    assert _read(last.records)[0].text == "Last."

    with pytest.raises(TooLarge):
        _seal("One too many.", index=REPLY_INDEXES)
    with pytest.raises(TooLarge):
        _seal("long " * 1000, index=REPLY_INDEXES - 1)


def test_a_reply_leaves_the_chain_key_of_the_index_after_its_last_part() -> None:
    sealed = _seal("part " * 2000, index=3)
    count = len(sealed.records)

    assert sealed.next_chain == next_chain_key(chain_at(3), GENESIS_ID, count)
    assert [one[:16] for one in sealed.records] == [
        record(index=3 + number).tag for number in range(count)
    ]


def test_a_board_is_read_in_pieces_of_whole_records_alone() -> None:
    records = _seal("part " * 2000).records
    pieces = [b"".join(records[:2]), b"", *records[2:]]

    assert open_board(pieces, SOURCE, DIRECTORY, DAY) == _read(records)
    with pytest.raises(Malformed):
        open_board([records[0] + bytes(1)], SOURCE, DIRECTORY, DAY)


def test_an_office_that_was_restored_answers_twice_at_one_index_and_both_are_read() -> None:
    """Finding: issue 11, the counters of a vault that was brought back from a backup."""
    first, again = _seal("Before."), _seal("After.")
    assert first.records[0][:16] == again.records[0][:16]
    assert first.records[0][16:32] != again.records[0][16:32]

    found = _read([*first.records, *again.records])

    assert sorted(reply.text for reply in found) == ["After.", "Before."]


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)))
def test_the_same_of_doubles_counts_in_whatever_order_they_come(order: list[int]) -> None:
    made = [
        record(replace(PART, text=f"Text {number}."), index=index, week=week)
        for number, (index, week) in enumerate(
            [(7, WEEK), (7, WEEK), (3, WEEK + 1), (9, WEEK), (7, WEEK), (0, WEEK + 1)]
        )
    ]
    records = [one.sealed() for one in made]
    wanted = min((0, 1, 4), key=lambda number: records[number])

    [reply] = _read(records[number] for number in order)

    assert reply.text == f"Text {wanted}."
    assert reply.came_twice


def test_a_kind_that_no_source_knows_is_not_sealed() -> None:
    with pytest.raises(Malformed):
        _seal("A reply.", kind="warning")


@given(TEXT)
def test_a_message_is_read_as_it_was_written(text: str) -> None:
    part = replace(PART, text=text)

    assert parse_reply_message(encode_reply_message(part)) == part


def test_retired_keys_have_chains_until_their_day_and_verify_after_it() -> None:
    before, on = signers_read(DIRECTORY, later(UNTIL, -1)), signers_read(DIRECTORY, UNTIL)

    assert set(before) - set(on) == {("board", RETIRED.public_key)}
    assert RETIRED.public_key in signing_keys_of(DIRECTORY, "board")
