"""A reply reaches its source in one piece, and whoever forges or spoils one is passed over."""

import random
import secrets
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import replies
from crypto.directory import read_directory
from crypto.errors import Malformed, ProtocolError, TooLarge
from crypto.office.replies import (
    REPLY_PARTS_MAX,
    ReplyTo,
    decoy_record,
    new_reply_id,
    seal_reply,
    split_reply,
)
from crypto.replies import (
    Reply,
    ReplyPart,
    bucket,
    bucket_value,
    encode_reply_message,
    open_board,
    open_reply,
    parse_reply_message,
    reply_tag,
)
from crypto.signing import SigningKey
from crypto.sizes import RECORD_SIZE, REPLY_INDEXES
from crypto.source_keys import set_token
from tests.vectors.people import DAY, GENESIS_ID, OTHER_SOURCE, RECIPIENTS, SIGNING, SOURCE
from tests.vectors.records import PART
from tests.vectors.retired_keys import DOCUMENT

DIRECTORY = read_directory(DOCUMENT, GENESIS_ID)
TO = ReplyTo(
    thread_id=SOURCE.thread_id,
    thread_secret=SOURCE.thread_secret,
    reply_key=SOURCE.reply.public_key,
    recipients=RECIPIENTS,
    set_token=set_token(SOURCE, RECIPIENTS),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=100)


def _seal(
    text: str,
    *,
    to: ReplyTo = TO,
    signer: SigningKey = SIGNING["board"],
    first_index: int = 0,
    kind: str = "reply",
) -> list[bytes]:
    return seal_reply(
        to=to,
        signer=signer,
        genesis_id=GENESIS_ID,
        recipient_id="board",
        first_index=first_index,
        kind=kind,
        reply_id=new_reply_id(),
        day=DAY,
        text=text,
    )


def _read(records: list[bytes]) -> list[Reply]:
    return open_board(b"".join(records), SOURCE, DIRECTORY)


@settings(max_examples=40, deadline=None)
@given(TEXT, st.integers(1, 300), st.randoms(use_true_random=False))
def test_a_reply_comes_back_from_any_order(text: str, times: int, order: random.Random) -> None:
    whole = text * times
    records = _seal(whole)
    order.shuffle(records)

    replies = _read(records)

    assert [reply.text for reply in replies] == [whole]
    assert replies[0].missing_parts == ()
    assert {len(record) for record in records} == {RECORD_SIZE}


@settings(max_examples=40, deadline=None)
@given(TEXT, st.integers(1, 300))
def test_parts_are_cut_only_where_they_must_be(text: str, times: int) -> None:
    parts = split_reply(text * times, RECIPIENTS)

    assert "".join(parts) == text * times
    assert all(parts[1:])
    sizes = [len(encode_reply_message(replace(PART, text=part))) for part in parts]
    # What another letter could take is left free, and the longest numbers that may stand there.
    assert all(size > 2876 - 40 for size in sizes[:-1])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, RECORD_SIZE * 8 - 1))
def test_a_flipped_bit_is_passed_over(bit: int) -> None:
    record = bytearray(RECORD)
    record[bit // 8] ^= 1 << bit % 8

    assert _read([bytes(record)]) == []


RECORD = _seal("A reply.")[0]


def test_other_sources_find_nothing_and_open_nothing() -> None:
    assert open_board(RECORD, OTHER_SOURCE, DIRECTORY) == []
    with pytest.raises(ProtocolError):
        open_reply(RECORD, OTHER_SOURCE, "board", [SIGNING["board"].public_key])


def test_decoys_cannot_be_told_apart_by_size_and_are_nobodys() -> None:
    decoys = [decoy_record(GENESIS_ID) for _ in range(5)]

    assert {len(decoy) for decoy in decoys} == {RECORD_SIZE}
    assert len({decoy[:16] for decoy in decoys}) == 5
    assert [reply.text for reply in _read([*decoys, RECORD])] == ["A reply."]


def test_nothing_is_tried_but_what_bears_a_tag_of_the_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However much lies on the board. Finding: SecureDrop, one trial for each stored message."""
    tried: list[bytes] = []

    def opened(record: bytes, *rest: object) -> ReplyPart:
        tried.append(record)
        return open_reply(record, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(replies, "open_reply", opened)
    others = [secrets.token_bytes(RECORD_SIZE) for _ in range(1_000)]
    assert [reply.text for reply in _read([*others[:500], RECORD, *others[500:]])] == ["A reply."]
    assert tried == [RECORD]


def test_junk_under_every_tag_does_not_hide_a_reply() -> None:
    tags = [reply_tag(SOURCE.thread_secret, GENESIS_ID, "board", index) for index in range(20)]
    junk = [tag + secrets.token_bytes(RECORD_SIZE - 16) for tag in tags]

    assert [reply.text for reply in _read([*junk, RECORD, *junk])] == ["A reply."]


def test_a_missing_part_is_named() -> None:
    records = _seal("part " * 2000)
    assert len(records) > 3

    [reply] = _read([records[0], *records[2:]])

    assert reply.missing_parts == (1,)


def test_a_reply_of_more_parts_than_there_may_be_is_too_large() -> None:
    longest = len(split_reply("a" * 10_000, RECIPIENTS)[0])
    assert len(split_reply("a" * longest * REPLY_PARTS_MAX, RECIPIENTS)) == REPLY_PARTS_MAX

    with pytest.raises(TooLarge):
        split_reply("a" * (longest * REPLY_PARTS_MAX + 1), RECIPIENTS)


def test_the_last_index_of_a_thread_is_used_and_none_after_it() -> None:
    assert _read(_seal("Last.", first_index=REPLY_INDEXES - 1))[0].text == "Last."

    with pytest.raises(TooLarge):
        _seal("One too many.", first_index=REPLY_INDEXES)
    with pytest.raises(TooLarge):
        _seal("long " * 1000, first_index=REPLY_INDEXES - 1)


def test_a_source_that_cannot_be_sealed_to_is_named_as_such() -> None:
    low_order = replace(TO, reply_key=TO.reply_key[:1184] + bytes(32))

    with pytest.raises(Malformed):
        _seal("A reply.", to=low_order)


def test_a_kind_that_no_source_knows_is_not_sealed() -> None:
    with pytest.raises(Malformed):
        _seal("A reply.", kind="warning")


@given(TEXT)
def test_a_message_is_read_as_it_was_written(text: str) -> None:
    part = replace(PART, text=text)

    assert parse_reply_message(encode_reply_message(part)) == part


@given(st.integers(0, 19))
def test_a_finer_bucket_lies_within_the_coarser_one(bits: int) -> None:
    own = bucket(SOURCE.thread_secret, GENESIS_ID)

    assert bucket_value(own, bits + 1) >> 1 == bucket_value(own, bits)
