"""What a server ever held and answered ties nothing together: aim 2 of the protocol, by claims.

100 sources report, are answered and follow up, against the real server; the board is divided on
the way. Everything that the server stored after each step, and everything that it answered, is
kept, and each claim is then tried on it as whoever seizes the server would. Where a claim is about
chance, the bound is one that honest chance misses less than once in 10^9 runs.
"""

import asyncio
import contextlib
import hashlib
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from crypto.directory import fingerprint
from crypto.envelope import envelope_address
from crypto.names import GenesisId
from crypto.office.replies import ReplyTo, decoy_record, new_reply_id, seal_reply
from crypto.office.signing import sign_batch
from crypto.padding import padded_chunk_count
from crypto.replies import bucket, bucket_value
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE, RECORD_SIZE
from crypto.source_keys import SourceKeys, set_token
from crypto.statement_contents import Batch
from tests.means.canaries import Canaries
from tests.means.quick_source import KnownOffice, Sent, find_office, new_source, read_replies, send
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import (
    MakeStatement,
    PracticeOffice,
    confirmation,
    read_export,
    refinement,
)
from tests.offices.source_client import today

pytestmark = pytest.mark.long

SOURCES = 100
BATCH = 64
RECIPIENTS = ("board", "main")
GAP = 0.65
"""No rank correlation of 100 random places passes this more than once in 10^12 runs."""

Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Everything:
    """What a server held after each step, and all that it answered."""

    data: Path
    office: PracticeOffice
    sources: list[SourceKeys] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    """In the order of arrival: the reports of all sources, then their follow-ups."""
    replies: list[bytes] = field(default_factory=list)
    decoys: list[bytes] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    """In the order of their confirmations: a half in the first, the others in the second."""
    held: dict[str, Rows] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    put_answers: list[bytes] = field(default_factory=list)
    boards: dict[str, list[bytes]] = field(default_factory=dict)

    def keep(self, step: str) -> None:
        """Keep what the server holds now: every row as it lies there, and every file."""
        with contextlib.closing(sqlite3.connect(self.data / "intake.sqlite")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            self.held[step] = {
                name: database.execute(f"SELECT * FROM {name}").fetchall()
                for (name,) in names.fetchall()
            }
        names_of_files = ("intake.sqlite", "envelopes.bin", "chunks.bin")
        self.files[step] = {name: (self.data / name).read_bytes() for name in names_of_files}

    def column(self, step: str, table: str, place: int = 0) -> list[object]:
        """One column of a table after a step, in the order in which it lies there."""
        return [row[place] for row in self.held[step][table]]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    """The whole story, told once."""
    folder = tmp_path_factory.mktemp("linking")
    today = int(time.time() // 86_400)
    office = PracticeOffice.create(today)
    told = Everything(folder / "data", office)
    (folder / "first").write_bytes(office.outbound("main", today))
    digits = fingerprint(office.genesis_id)
    succeed("import", "--data", told.data, folder / "first", "--fingerprint", digits)
    with serving(told.data) as server:
        asyncio.run(_story(told, server, folder, today))
    return told


async def _story(told: Everything, server: ServerProcess, folder: Path, today: int) -> None:
    def carry(recipient: str, *makers: MakeStatement) -> None:
        bundle = folder / f"bundle-{os.urandom(4).hex()}"
        bundle.write_bytes(told.office.outbound(recipient, today, *makers))
        succeed("import", "--data", told.data, bundle)

    def fetch(recipient: str) -> tuple[bytes, ...]:
        out = folder / f"export-{os.urandom(4).hex()}"
        succeed("export", "--data", told.data, "--recipient", recipient, "--out", out)
        return read_export(out.read_bytes()).envelopes

    async with client(server) as http:
        known = await find_office(http, told.office.genesis_id)
        told.sources = [new_source(known) for _ in range(SOURCES)]
        await _send_all(told, server, known, "report")
        told.keep("reported")
        read = fetch("main")
        told.confirmed = [envelope_address(envelope) for envelope in read]
        told.keep("exported")
        # Two exports are confirmed: half of what came, then the rest.
        carry("main", confirmation(1, read[: SOURCES // 2]))
        carry("main", confirmation(2, read[SOURCES // 2 :]))
        told.keep("confirmed")
        carry("main", *_answers(told, known, today))
        told.keep("answered")
        told.boards["whole"] = [await _board(http, 0, 0) for _ in range(3)]
        told.office = told.office.with_directory(bucket_bits=1)
        records = told.replies + told.decoys
        values = {record: _value(told, record, 1) for record in records}
        carry("main", refinement(1, 1, values))
        told.keep("divided")
        told.boards["divided"] = [await _board(http, 1, value) for value in (0, 1)]
        known = await find_office(http, told.office.genesis_id)
        for source in told.sources[:10]:
            (reply,) = await read_replies(http, known, source)
            assert reply.text == "An answer."
        await _send_all(told, server, known, "follow-up")
        told.keep("followed up")


async def _send_all(told: Everything, server: ServerProcess, known: KnownOffice, kind: str) -> None:
    """Every source in its turn, each on a connection of its own; one in five with files."""
    order = list(enumerate(told.sources))
    for number, source in order:
        files = [os.urandom(300_000)] * (number % 3) if number % 5 == 0 else []
        async with client(server) as http:
            told.sent.append(await send(http, known, source, f"{kind} {number}", files, kind=kind))
    for sent in told.sent[-3:]:
        told.put_answers.append(await _put(server, "envelopes", sent.envelope))


async def _put(server: ServerProcess, kind: str, body: bytes, name: str | None = None) -> bytes:
    """Everything that the server answers to a PUT, byte by byte."""
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    name = name or hashlib.sha256(body).hexdigest()
    head = f"PUT /v1/{kind}/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    return answer


async def _board(http: aiohttp.ClientSession, bits: int, value: int) -> bytes:
    async with http.get(f"/v1/board/{bits}/{value}") as answer:
        assert answer.status == 200
        return await answer.read()


def _answers(told: Everything, known: KnownOffice, today: int) -> list[MakeStatement]:
    """One reply for each source, in full batches filled up with decoys, in random order."""
    main = told.office.recipient("main")
    for source in told.sources:
        to = ReplyTo(
            thread_id=source.thread_id,
            thread_secret=source.thread_secret,
            reply_key=source.reply.public_key,
            recipients=RECIPIENTS,
            set_token=set_token(source, RECIPIENTS),
        )
        told.replies += seal_reply(
            to=to,
            signer=main.signing,
            genesis_id=told.office.genesis_id,
            recipient_id="main",
            first_index=0,
            kind="reply",
            reply_id=new_reply_id(),
            day=today,
            text="An answer.",
        )
    # One batch more of decoys alone, so that there are enough of both to compare.
    missing = -len(told.replies) % BATCH + BATCH
    told.decoys = [decoy_record(told.office.genesis_id) for _ in range(missing)]
    records = told.replies + told.decoys
    random.SystemRandom().shuffle(records)
    return [
        _batch(number, records[start : start + BATCH])
        for number, start in enumerate(range(0, len(records), BATCH), 1)
    ]


def _batch(number: int, records: Sequence[bytes]) -> MakeStatement:
    content = Batch(0, tuple((0, record) for record in records))
    return lambda sender, genesis_id: sign_batch(
        sender.signing, GenesisId(genesis_id), sender.id, number, content
    )


def _value(told: Everything, record: bytes, bits: int) -> int:
    """The bucket of a record: its source's; a decoy's was drawn when it was made."""
    if record in told.decoys:
        return hashlib.sha256(record).digest()[0] >> (8 - bits)
    source = told.sources[told.replies.index(record)]
    return bucket_value(bucket(source.thread_secret, source.genesis_id), bits)


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


def test_after_an_export_the_database_s_pages_are_in_no_order_of_arrival(
    everything: Everything,
) -> None:
    """Until then they may be: the specification's limits say so."""
    database = everything.files["exported"]["intake.sqlite"]
    places = [database.index(envelope_address(one.envelope)) for one in everything.sent[:SOURCES]]
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
        for name in ("intake.sqlite", "envelopes.bin"):
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
        for table, place in (("envelope", 1), ("chunk", 2), ("taken", 4)):
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
        own = [one for one in everything.replies if _value(everything, one, 1) == value]
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
        new = [await _put(server, "envelopes", envelope), await _put(server, "chunks", chunk, name)]
        again = [
            await _put(server, "envelopes", envelope),
            await _put(server, "chunks", chunk, name),
            await _put(server, "envelopes", os.urandom(ENVELOPE_SIZE)),
            await _put(server, "chunks", os.urandom(CHUNK_SIZE), os.urandom(32).hex()),
            await _put(server, "envelopes", everything.sent[0].envelope),
        ]
        assert set(new + again) == set(everything.put_answers)
        refused = await _put(server, "chunks", other, name)
        assert refused.startswith(b"HTTP/1.1 409 ")
