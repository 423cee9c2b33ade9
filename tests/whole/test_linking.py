"""What a server ever held and answered ties nothing together: aim 2 of the protocol, by claims.

100 sources report, are answered and follow up, against the real server. Everything that the server
stored after each step, and everything that it answered, is kept, and each claim is then tried on it
as whoever seizes the server would. Where a claim is about
chance, the bound is one that honest chance misses less than once in 10^9 runs.
"""

import hashlib
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from crypto.days import week_of
from crypto.envelope import envelope_address
from crypto.padding import padded_chunk_count
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE, RECORD_SIZE
from crypto.source_keys import pair_chain, set_token
from tests.means.canaries import Canaries
from tests.offices.server_process import serving
from tests.offices.source_client import today
from tests.whole.linked_story import BATCH, RECIPIENTS, SOURCES, Everything, put, tell

pytestmark = pytest.mark.long

GAP = 0.65
"""No rank correlation of 100 random places passes this more than once in 10^12 runs."""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """The whole story, told once."""
    return tell(tmp_path_factory.mktemp("linking"))


def correlation(places: Sequence[int]) -> float:
    """Spearman's rank correlation of these places with 0, 1, 2, …"""
    count = len(places)
    ranks = {place: rank for rank, place in enumerate(sorted(places))}
    squares = sum((rank - ranks[place]) ** 2 for rank, place in enumerate(places))
    return 1 - 6 * squares / (count * (count**2 - 1))


# ---- Order ---------------------------------------------------------------------------------------


def test_the_measure_of_order_sees_order() -> None:
    """Else the next tests would pass for any server."""
    assert correlation(range(100)) == 1
    assert correlation(range(100, 0, -1)) == -1
    assert abs(correlation(random.Random(1).sample(range(1000), 100))) < GAP


@pytest.mark.parametrize("step", ["reported", "exported", "answered", "followed up"])
def test_rows_and_slots_do_not_stand_in_the_order_of_arrival(
    everything: Everything, step: str
) -> None:
    """Neither the index nor the place of the bytes tells who came first."""
    addresses = [envelope_address(sent.envelope) for sent in everything.sent[:SOURCES]]
    rows = everything.column(step, "envelope")
    container = everything.files[step]["envelopes.bin"]
    assert abs(correlation([rows.index(address) for address in addresses])) < GAP
    slots = [container.index(sent.envelope) for sent in everything.sent[:SOURCES]]
    assert abs(correlation(slots)) < GAP


@pytest.mark.parametrize("step", ["reported", "exported", "answered", "followed up"])
def test_the_index_is_in_no_order_of_arrival(everything: Everything, step: str) -> None:
    index = everything.files[step]["envelopes.index"]
    places = [index.index(envelope_address(one.envelope)) for one in everything.sent[:SOURCES]]
    assert abs(correlation(places)) < GAP


# ---- Ids, sizes, times ---------------------------------------------------------------------------


def test_nothing_of_a_source_s_own_keys_stands_in_anything_held_or_answered(
    everything: Everything,
) -> None:
    """Nor in any form of it: what does not come from the source cannot tie it together."""
    main, week = everything.office.recipient("main").signing.public_key, week_of(today())
    values: dict[str, bytes] = {}
    for number, source in enumerate(everything.sources):
        values |= {
            f"signing key {number}": source.signing.public_key,
            f"pair chain {number}": pair_chain(source, "main", main, week).secret,
            f"set token {number}": set_token(source, RECIPIENTS),
        }
    canaries = Canaries(values, raw_only=True)
    for step, files in everything.files.items():
        for name in ("intake.sqlite", "envelopes.bin", "envelopes.index"):
            assert canaries.in_bytes(files[name]) == [], (step, name)
    for board in everything.boards:
        assert canaries.in_bytes(b"".join(board)) == []


def test_every_id_is_new_and_of_one_form(everything: Everything) -> None:
    """Two messages of one source share not even the beginning of an id beyond chance."""
    envelopes = everything.column("followed up", "envelope")
    chunks = everything.column("followed up", "chunk")
    ids = [bytes(one) for one in (*envelopes, *chunks) if isinstance(one, bytes)]
    assert len(ids) == len(set(ids)) >= 2 * SOURCES
    assert {len(one) for one in ids} == {32}
    assert max(Counter(one[:8] for one in ids).values()) == 1


def test_everything_of_a_kind_has_one_size(everything: Everything) -> None:
    """Whatever is in it: a report, a follow-up, with files or without, an answer or nothing."""
    assert {len(sent.envelope) for sent in everything.sent} == {ENVELOPE_SIZE}
    assert {len(chunk) for sent in everything.sent for chunk in sent.chunks.values()} == {
        CHUNK_SIZE
    }
    assert {len(one) for one in everything.replies + everything.decoys} == {RECORD_SIZE}
    held = b"".join(_volumes(everything))
    assert len(held) == RECORD_SIZE * (len(everything.replies) + len(everything.decoys))


def test_the_number_of_chunks_of_a_report_is_one_of_a_few(everything: Everything) -> None:
    """Padded with fill, which is stored like any chunk."""
    counts = {len(sent.chunks) for sent in everything.sent}
    assert counts <= {padded_chunk_count(count) for count in range(64)}
    assert len(counts) > 1


def test_the_finest_time_is_a_week(everything: Everything) -> None:
    """The same for all that came in it, follow-ups and reports alike."""
    # A day began meanwhile, at most.
    true_weeks = {(today() - 1) // 7, today() // 7}
    for step in everything.held:
        for table, place in (("envelope", 1), ("chunk", 1), ("taken", 4)):
            assert set(everything.column(step, table, place)) <= true_weeks, (step, table)


def test_a_follow_up_is_held_like_a_report(everything: Everything) -> None:
    """Same table, same columns, same values but for the random ones."""
    rows = {row[0]: row[1] for row in everything.held["followed up"]["envelope"]}
    reports = {rows[envelope_address(sent.envelope)] for sent in everything.sent[:SOURCES]}
    follow_ups = {rows[envelope_address(sent.envelope)] for sent in everything.sent[SOURCES:]}
    # On the first day of a week, some may have come before it.
    assert reports == follow_ups or today() % 7 == 0


# ---- The board -----------------------------------------------------------------------------------


def test_the_board_is_the_same_for_whoever_asks(everything: Everything) -> None:
    """All records, each once, byte for byte: no visit says whose reply was looked for."""
    first, *others = everything.boards
    assert all(board == first for board in others)
    assert sorted(_records(b"".join(first))) == sorted(everything.replies + everything.decoys)


def test_what_is_held_of_the_board_is_what_is_given_out(everything: Everything) -> None:
    """Week, hash and bytes of each volume: nothing beside them says what came with what."""
    volumes = everything.held["answered"]["volume"]
    assert all(len(row) == 3 for row in volumes)
    assert _volumes(everything) == list(reversed(everything.boards[0]))


def test_decoys_look_like_replies_in_every_bit(everything: Everything) -> None:
    """Bits that are the same in all replies are so in all decoys, and the other way round."""
    replies, decoys = everything.replies, everything.decoys
    assert min(len(replies), len(decoys)) >= 80
    fixed = _fixed_bits(replies)
    assert _fixed_bits(decoys) == fixed
    values = {int.from_bytes(record, "big") & fixed for record in replies + decoys}
    assert len(values) == 1


def test_a_volume_is_in_the_order_of_hashes_alone(everything: Everything) -> None:
    """So of no order of reports, of replies, of batches, and decoys lie anywhere between them."""
    for volume in _volumes(everything):
        digests = [hashlib.sha256(record).digest() for record in _records(volume)]
        assert digests == sorted(digests)
    held = _records(b"".join(_volumes(everything)))
    assert abs(correlation([held.index(reply) for reply in everything.replies])) < GAP
    # Of the replies, as many lie in the first half as chance would have.
    half = sum(held.index(reply) < len(held) // 2 for reply in everything.replies)
    assert 15 <= half <= SOURCES - 15


def test_a_taken_line_says_how_many_records_and_not_how_many_replies(
    everything: Everything,
) -> None:
    """Each batch is full."""
    lines = [row for row in everything.held["answered"]["taken"] if row[0] == 1]
    assert [row[3] for row in lines] == [BATCH] * len(lines)
    assert len(lines) * BATCH == len(everything.replies) + len(everything.decoys)


def _volumes(everything: Everything) -> list[bytes]:
    """The volumes as the server holds them, the oldest first."""
    rows = everything.held["answered"]["volume"]
    return [row[2] for row in sorted(rows, key=str) if isinstance(row[2], bytes)]


def _records(board: bytes) -> list[bytes]:
    return [board[at : at + RECORD_SIZE] for at in range(0, len(board), RECORD_SIZE)]


def _fixed_bits(records: Sequence[bytes]) -> int:
    """A mask of the bits that are the same in all of these records."""
    numbers = [int.from_bytes(record, "big") for record in records]
    differing = 0
    for number in numbers:
        differing |= number ^ numbers[0]
    return ~differing & ((1 << 8 * RECORD_SIZE) - 1)


# ---- Confirmations -------------------------------------------------------------------------------


def test_a_mark_says_who_has_an_item_and_not_by_which_export(everything: Everything) -> None:
    """Two exports were confirmed; the marks of both are alike."""
    marks = everything.held["confirmed"]["envelope_mark"]
    assert len(marks) == SOURCES
    assert {row[1:] for row in marks} == {("main",)}
    rows = [row[0] for row in marks]
    assert abs(correlation([rows.index(address) for address in everything.confirmed])) < GAP


def test_of_a_confirmation_nothing_is_kept_that_names_an_item(everything: Everything) -> None:
    """Its signed line alone: a number, a count, a week, a hash."""
    lines = [row for row in everything.held["confirmed"]["taken"] if row[0] == 2]
    assert [row[3] for row in lines] == [SOURCES // 2] * 2
    addresses = [envelope_address(sent.envelope) for sent in everything.sent[:SOURCES]]
    for line in lines:
        for value in line:
            assert not any(
                bytes(address) in bytes(value) for address in addresses if isinstance(value, bytes)
            )


# ---- Answers -------------------------------------------------------------------------------------


def test_the_answer_to_an_envelope_is_the_same_whether_it_was_there_before(
    everything: Everything,
) -> None:
    """New, known, and again after everything else: not one byte differs."""
    assert len(everything.put_answers) == 6
    assert len(set(everything.put_answers)) == 1
    assert everything.put_answers[0].startswith(b"HTTP/1.1 204 ")


async def test_the_answer_to_a_put_depends_on_nothing_before_it(
    everything: Everything, tmp_path: Path
) -> None:
    """But for 409, other bytes under a chunk's id; 503 is what the status says to everyone."""
    envelope, chunk, other = (os.urandom(size) for size in (ENVELOPE_SIZE, CHUNK_SIZE, CHUNK_SIZE))
    name = os.urandom(32).hex()
    with serving(everything.data) as server:
        new = [await put(server, "envelopes", envelope), await put(server, "chunks", chunk, name)]
        again = [
            await put(server, "envelopes", envelope),
            await put(server, "chunks", chunk, name),
            await put(server, "envelopes", os.urandom(ENVELOPE_SIZE)),
            await put(server, "chunks", os.urandom(CHUNK_SIZE), os.urandom(32).hex()),
            await put(server, "envelopes", everything.sent[0].envelope),
        ]
        assert set(new + again) == set(everything.put_answers)
        refused = await put(server, "chunks", other, name)
        assert refused.startswith(b"HTTP/1.1 409 ")
