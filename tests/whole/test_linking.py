"""What a server ever held and answered ties nothing together: aim 2 of the protocol, by claims.

100 sources report, are answered and follow up, against the real server; the board is divided on
the way. Everything that the server stored after each step, and everything that it answered, is
kept, and each claim is then tried on it as whoever seizes the server would. Where a claim is about
chance, the bound is one that honest chance misses less than once in 10^9 runs.
"""

import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from crypto.envelope import envelope_address
from crypto.padding import padded_chunk_count
from crypto.replies import bucket
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE, RECORD_SIZE
from crypto.source_keys import set_token
from tests.means.canaries import Canaries
from tests.offices.server_process import serving
from tests.offices.source_client import today
from tests.whole.linked_story import BATCH, RECIPIENTS, SOURCES, Everything, put, tell, value_of

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
    values: dict[str, bytes] = {}
    for number, source in enumerate(everything.sources):
        values |= {
            f"thread id {number}": source.thread_id,
            f"thread secret {number}": source.thread_secret,
            f"signing key {number}": source.signing.public_key,
            f"reply key {number}": source.reply.public_key[:64],
            f"set token {number}": set_token(source, RECIPIENTS),
        }
    canaries = Canaries(values, raw_only=True)
    for step, files in everything.files.items():
        for name in ("intake.sqlite", "envelopes.bin", "envelopes.index"):
            assert canaries.in_bytes(files[name]) == [], (step, name)
    for board in (*everything.boards["whole"], *everything.boards["divided"]):
        assert canaries.in_bytes(board) == []


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
    for step in ("answered", "divided"):
        records = everything.column(step, "record", 5)
        assert {len(bytes(one)) for one in records if isinstance(one, bytes)} == {RECORD_SIZE}
        assert len(records) == len(everything.replies) + len(everything.decoys)


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


def test_an_undivided_board_is_the_same_for_whoever_asks(everything: Everything) -> None:
    """All records, each once, so that no visit says whose reply was looked for."""
    for board in everything.boards["whole"]:
        assert sorted(_records(board)) == sorted(everything.replies + everything.decoys)


def test_a_divided_board_says_one_bit_of_a_record_and_no_more(everything: Everything) -> None:
    """The records' bytes stay the same, none is lost or doubled, and each half is a crowd."""
    halves = [_records(board) for board in everything.boards["divided"]]
    assert sorted(halves[0] + halves[1]) == sorted(everything.replies + everything.decoys)
    for value, half in enumerate(halves):
        own = [one for one in everything.replies if value_of(everything, one, 1) == value]
        assert set(own) <= set(half)
        assert len(own) >= 15
    held = {(row[0], row[1]) for row in everything.held["divided"]["record"]}
    assert held == {(1, 0), (1, 1)}


def test_before_it_is_divided_the_server_holds_nothing_of_a_record_s_bucket(
    everything: Everything,
) -> None:
    """Each is in the one bucket there is, so that what was seized then says nothing later."""
    assert {(row[0], row[1]) for row in everything.held["answered"]["record"]} == {(0, 0)}
    full = [bucket(one.thread_secret, one.genesis_id)[:16] for one in everything.sources]
    canaries = Canaries({str(place): value for place, value in enumerate(full)}, raw_only=True)
    for step in ("answered", "divided"):
        assert canaries.in_bytes(everything.files[step]["intake.sqlite"]) == []


def test_decoys_look_like_replies_in_every_bit(everything: Everything) -> None:
    """Bits that are the same in all replies are so in all decoys, and the other way round."""
    replies, decoys = everything.replies, everything.decoys
    assert min(len(replies), len(decoys)) >= 80
    fixed = _fixed_bits(replies)
    assert _fixed_bits(decoys) == fixed
    values = {int.from_bytes(record, "big") & fixed for record in replies + decoys}
    assert len(values) == 1


def test_decoys_lie_on_the_server_like_replies(everything: Everything) -> None:
    """Same batches, same columns; each batch is full."""
    for step in ("answered", "divided"):
        rows = everything.held[step]["record"]
        batches = Counter(everything.column(step, "record", 4))
        assert set(batches.values()) == {BATCH}
        of_decoys = {row[3:5] for row in rows if row[5] in everything.decoys}
        of_replies = {row[3:5] for row in rows if row[5] in everything.replies}
        assert len(of_decoys & of_replies) >= 2


def test_a_batch_is_in_no_order_of_reports_or_replies(everything: Everything) -> None:
    """The board lies in the order of hashes of ciphertext."""
    for step in ("answered", "divided"):
        held = everything.column(step, "record", 5)
        assert abs(correlation([held.index(reply) for reply in everything.replies])) < GAP


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
