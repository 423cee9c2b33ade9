"""A pair chain is known to a source and one recipient, goes one way, and meets no other."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.chain_keys import ChainKey, next_chain_key, record_key, record_salt, reply_tag
from crypto.codename import new_codename
from crypto.errors import Unauthentic
from crypto.names import Day, ThreadId, Week
from crypto.office.replies import ReplyTo, new_reply_id, seal_reply
from crypto.replies import open_reply, weeks_read
from crypto.signing import SigningKey
from crypto.sizes import REPLY_INDEXES
from crypto.source_keys import SourceKeys, derive_source_keys, pair_chain, set_token
from tests.vectors.people import DAY, GENESIS_ID, OTHER_SOURCE, RECIPIENTS, SIGNING, SOURCE, WEEK
from tests.vectors.records import record

BYTES = st.binary(min_size=32, max_size=32)
BOARD, INVESTIGATIONS = (SIGNING[one].public_key for one in RECIPIENTS)
FORMER = SigningKey(b"former holder of the id".ljust(32)).public_key
START = pair_chain(SOURCE, "board", BOARD, WEEK)
TO = ReplyTo(
    thread_id=SOURCE.thread_id,
    recipients=RECIPIENTS,
    set_token=set_token(SOURCE, RECIPIENTS),
)


@dataclass(frozen=True)
class Pair:
    """What a pair chain is of."""

    source: SourceKeys = SOURCE
    recipient_id: str = "board"
    signing_key: bytes = BOARD
    week: Week = WEEK

    @property
    def chain(self) -> ChainKey:
        """Its c_0."""
        return pair_chain(self.source, self.recipient_id, self.signing_key, self.week)

    def chain_keys(self, count: int = REPLY_INDEXES) -> list[ChainKey]:
        """Return its chain keys, the first ones first."""
        keys = [self.chain]
        while len(keys) < count:
            keys.append(next_chain_key(keys[-1], GENESIS_ID))
        return keys

    def tags(self) -> list[bytes]:
        """Return the tags of all its records."""
        return [reply_tag(key, GENESIS_ID, self.source.thread_id) for key in self.chain_keys()]


OTHERS = {
    "source": Pair(source=OTHER_SOURCE),
    "recipient": Pair(recipient_id="investigations", signing_key=INVESTIGATIONS),
    "id_alone": Pair(recipient_id="investigations"),
    "signing_key": Pair(signing_key=FORMER),
    "week": Pair(week=Week(WEEK + 1)),
}


def _answer(chain: ChainKey, index: int, text: str = "Answer.") -> bytes:
    sealed = seal_reply(
        to=TO,
        chain=chain,
        index=index,
        signer=SIGNING["board"],
        genesis_id=GENESIS_ID,
        recipient_id="board",
        kind="reply",
        reply_id=new_reply_id(),
        day=DAY,
        text=text,
    )
    return sealed.records[0]


def _open(answer: bytes, chain: ChainKey, thread_id: ThreadId = SOURCE.thread_id) -> str:
    part = open_reply(
        answer,
        chain,
        genesis_id=GENESIS_ID,
        thread_id=thread_id,
        recipient_id="board",
        signing_keys=[BOARD],
    )
    return part.text


def test_all_tags_of_a_source_and_of_another_differ() -> None:
    pairs = [Pair(), *OTHERS.values()]
    tags = [tag for pair in pairs for tag in pair.tags()]

    assert len(set(tags)) == len(tags) == len(pairs) * REPLY_INDEXES


@settings(max_examples=25, deadline=None)
@given(BYTES, BYTES)
def test_one_chain_in_two_threads_has_no_tag_and_no_key_in_common(
    chain: bytes, thread: bytes
) -> None:
    """So a chain that somebody puts into a message of its own shows it no tag of another's."""
    copied, own, other = ChainKey(chain), SOURCE.thread_id, ThreadId(thread)
    keys = [next_chain_key(copied, GENESIS_ID, steps) for steps in range(8)]
    tags = [reply_tag(key, GENESIS_ID, one) for key in keys for one in (own, other)]
    assert len(set(tags)) == len(tags)

    tag, salt = bytes(16), bytes(16)
    record_keys = {record_key(copied, GENESIS_ID, one, tag=tag, salt=salt) for one in (own, other)}
    assert len(record_keys) == 2


@pytest.mark.parametrize("other", OTHERS)
def test_an_answer_is_opened_by_its_own_pair_chain_alone(other: str) -> None:
    """Another week, recipient, source, or a former holder of the same id."""
    answer = _answer(START, 0)
    assert _open(answer, START) == "Answer."

    for chain in OTHERS[other].chain_keys(4):
        with pytest.raises(Unauthentic):
            _open(answer, chain)


def test_whoever_holds_a_later_chain_key_opens_nothing_before_it() -> None:
    """What a vault keeps after an answer: c_(i+1), from which only later keys come."""
    first = _answer(START, 0, "Deleted.")
    kept = next_chain_key(START, GENESIS_ID)

    for steps in range(REPLY_INDEXES):
        with pytest.raises(Unauthentic):
            _open(first, next_chain_key(kept, GENESIS_ID, steps))


def test_no_chain_key_comes_twice_in_any_pair_chain() -> None:
    keys = [key.secret for pair in [Pair(), *OTHERS.values()] for key in pair.chain_keys()]

    assert len(set(keys)) == len(keys)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_steps_add_up(first: int, second: int) -> None:
    at_once = next_chain_key(START, GENESIS_ID, first + second)

    assert at_once == next_chain_key(next_chain_key(START, GENESIS_ID, first), GENESIS_ID, second)


@settings(max_examples=30, deadline=None)
@given(BYTES, BYTES, st.binary(max_size=976), st.binary(max_size=976))
def test_a_salt_differs_where_either_the_text_or_the_randomness_does(
    random: bytes, other_random: bytes, padded: bytes, other_padded: bytes
) -> None:
    salts = {
        (one, other): record_salt(START, GENESIS_ID, random=one, padded=other)
        for one in (random, other_random)
        for other in (padded, other_padded)
    }

    assert len(set(salts.values())) == len(salts)


def test_an_index_that_is_used_twice_repeats_neither_salt_nor_key() -> None:
    answers = [_answer(START, 0, text) for text in ("First.", "First.", "Second.")]
    tags, salts = {one[:16] for one in answers}, [one[16:32] for one in answers]

    assert len(tags) == 1
    assert len(set(salts)) == len(salts)
    assert [_open(one, START) for one in answers] == ["First.", "First.", "Second."]
    keys = [
        record_key(START, GENESIS_ID, SOURCE.thread_id, tag=one[:16], salt=one[16:32])
        for one in answers
    ]
    assert len(set(keys)) == len(keys)


def test_the_same_randomness_twice_still_repeats_no_key_of_two_texts() -> None:
    """As a device without randomness, or a copied machine, would have it."""
    first, second = record(), record(padding=b"\1")
    assert first.random == second.random

    assert first.sealed()[16:32] != second.sealed()[16:32]


def test_what_a_source_reads_reaches_from_its_oldest_codename_to_two_days_ahead() -> None:
    day = Day(7 * WEEK)

    assert weeks_read(30, day)[0] == (day - 44) // 7
    assert weeks_read(30, day)[-1] == WEEK
    assert weeks_read(30, Day(day + 5))[-1] == WEEK + 1
    assert weeks_read(30, Day(3)) == [0]


def test_a_codename_gives_other_chains_towards_another_office() -> None:
    codename = new_codename()
    here = derive_source_keys(codename, GENESIS_ID)
    elsewhere = derive_source_keys(codename, type(GENESIS_ID)(bytes(32)))

    chains = {pair_chain(one, "board", BOARD, WEEK).secret for one in (here, elsewhere)}

    assert len(chains) == 2
    assert here.thread_id != elsewhere.thread_id
