"""Bundles from the server, taken in."""

import os
import sqlite3
from pathlib import Path

import pytest

from caseworker.cases.conversation import MessageView, ReplyView, conversation
from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound import items as part
from caseworker.exchange.inbound.importing import import_part
from caseworker.log.chain import verify_log
from caseworker.vault.arrivals import outcomes, unconfirmed_envelopes
from caseworker.vault.chunks import unclaimed_count
from caseworker.work.replying import ReplyWriter
from crypto.bundle import InboundHeader, ItemType
from crypto.names import GenesisId
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from ground.shell.refusals import Refusal
from tests.offices.vaults import DAY, Office, Server, Source, at, yes


def first_message(office: Office, case: int = 1, to: str = "investigations") -> MessageView:
    """The first message of a case."""
    with office.opened(to) as vault:
        entry = conversation(vault, case).entries[0]
    assert isinstance(entry, MessageView)
    return entry


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a vault but the database, whose pages a transaction may touch and restore."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def test_a_report_becomes_a_case(office: Office, server: Server, source: Source) -> None:
    server.report(source, "Money changed hands.")
    result = office.bring(*server.export())
    assert (result.counts.messages, result.counts.set_aside) == (1, 0)
    message = first_message(office)
    assert (message.kind, message.text) == ("report", "Money changed hands.")
    assert (message.sealed_for, message.left_out) == (("board", "investigations"), ())


def test_a_recipient_that_was_left_out_cannot_open_it(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, recipients=["board"])
    assert office.bring(*server.export()).counts.unopened == 1
    assert office.bring(*server.export("board"), to="board").counts.messages == 1
    assert first_message(office, to="board").left_out == ("investigations",)


def test_files_are_found_whole_with_their_plain_hash(
    office: Office, server: Server, source: Source
) -> None:
    data = os.urandom(300_000)
    server.report(source, files=[("photo.jpg", data), ("empty.txt", b"")])
    office.bring(*server.export())
    photo, empty = first_message(office).attachments
    assert (photo.name, photo.size, photo.state) == ("photo.jpg", 300_000, "whole")
    assert empty.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_parts_in_reverse_order_lose_and_double_nothing(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", os.urandom(900_000))])
    server.report(Source(server.genesis_id), "Another.")
    office.bring(*reversed(server.export(parts=3)))
    with office.opened() as vault:
        assert len(all_cases(vault.db)) == 2
        assert unclaimed_count(vault.db) == 0
        states = [
            file.state
            for number in (1, 2)
            for entry in conversation(vault, number).entries
            if isinstance(entry, MessageView)
            for file in entry.attachments
        ]
    assert states == ["whole"]


def test_a_lost_export_comes_again_whole(office: Office, server: Server, source: Source) -> None:
    server.report(source)
    for lost in server.export():
        lost.unlink()
    assert office.bring(*server.export()).counts.messages == 1


def test_the_same_part_again_changes_nothing(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", b"bytes")])
    (path,) = server.export()
    office.bring(path)
    before = snapshot(office.vault())
    assert office.bring(path, day=DAY + 1).known_since == DAY
    assert snapshot(office.vault()) == before


def test_what_comes_in_another_export_again_is_no_second_case(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    office.bring(*server.export())
    assert office.bring(*server.export()).counts.duplicates == 1
    with office.opened() as vault:
        assert len(all_cases(vault.db)) == 1


def test_a_message_that_was_sealed_again_is_the_same_message(
    office: Office, server: Server, source: Source
) -> None:
    first = server.report(source, "Once.", message_id=bytes(16))
    again = server.report(source, "Once.", message_id=bytes(16))
    assert first.address != again.address
    counts = office.bring(*server.export()).counts
    assert (counts.messages, counts.duplicates) == (1, 1)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data[:-40], "ends before its end"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "signature that does not verify"),
        (lambda data: data[:70_000] + b"\0" + data[70_001:], "altered or damaged"),
        (lambda data: data + b"\0", "goes on after its end"),
        (lambda data: b"something else " * 9, "not a bundle of this kind"),
        (lambda data: b"", "ends before its end"),
    ],
    ids=["truncated", "signature", "altered", "trailing", "no bundle", "empty"],
)
def test_a_damaged_bundle_changes_nothing_and_says_why(
    office: Office, server: Server, source: Source, spoil: object, words: str
) -> None:
    server.report(source, files=[("a", b"bytes")])
    (path,) = server.export()
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    before = snapshot(office.vault())
    with pytest.raises(Refusal, match=words):
        office.bring(path)
    assert snapshot(office.vault()) == before


def test_a_bundle_for_another_recipient_is_refused(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    with pytest.raises(Refusal, match="for another recipient"):
        office.bring(*server.export("board"))


def test_a_bundle_of_another_office_is_refused(office: Office, server: Server) -> None:
    foreign = InboundHeader(GenesisId(bytes(32)), "investigations", bytes(16), 1, 1, DAY, 1)
    path = server.folder / "foreign"
    path.write_bytes(server.bundle(foreign, []))
    with pytest.raises(Refusal, match="of another office"):
        office.bring(path)


def test_a_poisoned_envelope_is_set_aside_and_stops_nothing(
    office: Office, server: Server, source: Source
) -> None:
    """Finding: Hush Line, ciphertext told by its beginning."""
    sealed = server.report(source)
    poisoned = sealed.envelope[:-1] + bytes([sealed.envelope[-1] ^ 1])
    junk = b"\x01" + os.urandom(ENVELOPE_SIZE - 1)
    server.envelopes += [poisoned, junk]
    counts = office.bring(*server.export()).counts
    assert (counts.messages, counts.set_aside, counts.unopened) == (1, 1, 1)
    with office.opened() as vault:
        reasons = {reason for outcome, reason in outcomes(vault.db) if outcome == "set-aside"}
        assert len(unconfirmed_envelopes(vault.db)) == 3
        assert "Unauthentic: the ciphertext does not fit this key" in reasons


def test_nothing_is_kept_of_an_envelope_that_was_altered_or_that_nothing_opens(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source)
    server.envelopes = [sealed.envelope[:-1] + bytes([sealed.envelope[-1] ^ 1])]
    server.report(source, recipients=["board"])
    office.bring(*server.export())
    with office.opened() as vault:
        rows = list(vault.db.rows("SELECT outcome, coalesce(body, secret) AS kept FROM envelopes"))
    assert {(row["outcome"], row["kept"]) for row in rows} == {
        ("set-aside", None),
        ("unopened", None),
    }


def test_a_follow_up_joins_the_case_of_its_report(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    office.bring(*server.export())
    server.report(source, "And then.", kind="follow-up")
    office.bring(*server.export())
    with office.opened() as vault:
        (case,) = all_cases(vault.db).values()
    assert len(case.received) == 2


def test_a_follow_up_that_came_first_is_flagged_until_its_report_comes(
    office: Office, server: Server, source: Source
) -> None:
    report = source.message(server.directory, server.public_keys)
    server.report(source, "And then.", kind="follow-up")
    office.bring(*server.export())
    with office.opened() as vault:
        assert conversation(vault, 1).flags == ("no-report",)
    server.put(report)
    office.bring(*server.export())
    with office.opened() as vault:
        case = conversation(vault, 1)
    assert (case.flags, len(case.entries)) == ((), 2)


def test_a_report_that_came_behind_its_follow_up_is_shown_first_and_the_follow_up_answered(
    office: Office, server: Server, source: Source
) -> None:
    report = server.report(source, "The report.")
    more = server.report(source, "More.", kind="follow-up", recipients=["investigations"])
    for one in (more, report):
        office.bring(*server.export(envelopes=[one.envelope]))
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY, "13:00:00")).reply(1, "An answer.", looked=True)
        first, second, answer = conversation(vault, 1).entries
    assert isinstance(first, MessageView)
    assert isinstance(second, MessageView)
    assert isinstance(answer, ReplyView)
    assert (first.text, second.text) == ("The report.", "More.")
    assert answer.answers_message == second.number


def test_a_missing_chunk_costs_its_file_alone(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, files=[("lost", b"one"), ("whole", b"two")])
    del server.chunks[next(iter(sealed.chunks))]
    office.bring(*server.export())
    lost, whole = first_message(office).attachments
    assert (lost.state, whole.state) == ("missing", "whole")


def test_garbage_under_a_chunks_id_is_kept_beside_the_chunk(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, files=[("a", b"bytes")])
    garbage = {chunk: os.urandom(CHUNK_SIZE) for chunk in sealed.chunks}
    office.bring(*server.export(chunks=garbage))
    assert first_message(office).attachments[0].state == "damaged"
    office.bring(*server.export())
    assert first_message(office).attachments[0].state == "whole"


def test_a_text_whose_rest_is_missing_says_so_until_it_comes(
    office: Office, server: Server, source: Source
) -> None:
    rest = "…and the end.".encode()
    sealed = server.report(source, "The beginning", rest=rest)
    office.bring(*server.export(chunks={}))
    assert first_message(office).text_rest == "missing"
    assert sealed.chunks
    office.bring(*server.export())
    message = first_message(office)
    assert (message.text, message.text_rest) == ("The beginning…and the end.", "whole")


def test_fill_is_dropped_once_it_is_claimed(office: Office, server: Server, source: Source) -> None:
    server.report(source, files=[("a", os.urandom(700_000))])
    office.bring(*server.export())
    kept = list((office.vault() / "chunks").rglob("??/*"))
    assert len(server.chunks) == 4
    assert len(kept) == 3


def test_chunks_that_nobody_claims_go_after_their_time(office: Office, server: Server) -> None:
    server.chunks[os.urandom(32)] = os.urandom(CHUNK_SIZE)
    office.bring(*server.export())
    server.chunks.clear()
    for day in (30, 60, 90, 120):
        office.bring(*server.export(), day=DAY + day)
    with office.opened() as vault:
        assert unclaimed_count(vault.db) == 1
    office.bring(*server.export(), day=DAY + 121)
    with office.opened() as vault:
        assert unclaimed_count(vault.db) == 0
    assert not list((office.vault() / "chunks").rglob("??/*"))


def test_below_the_floor_of_free_space_texts_come_in_and_chunks_wait(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.report(source, files=[("a", b"bytes")])
    (path,) = server.export()
    monkeypatch.setattr(part, "FREE_SPACE_FLOOR", 1 << 62)
    counts = office.bring(path).counts
    assert (counts.messages, counts.chunks, counts.chunks_left) == (1, 0, 1)
    monkeypatch.undo()
    assert office.bring(path).counts.chunks == 1
    assert first_message(office).attachments[0].state == "whole"


def test_a_bundle_that_changes_while_it_is_read_changes_nothing(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.report(source, files=[("a", b"bytes")])
    (path,) = server.export()
    data = path.read_bytes()
    (other,) = server.export(envelopes=[])
    begin = part.PartItems.import_all

    def swap(self: part.PartItems, items: object, export_day: int) -> object:
        path.write_bytes(other.read_bytes().ljust(len(data), b"\0"))
        return begin(self, items, export_day)  # type: ignore[arg-type]

    monkeypatch.setattr(part.PartItems, "import_all", swap)
    with office.opened() as vault, pytest.raises(Refusal):
        import_part(vault, path, at(DAY), yes)
    with office.opened() as vault:
        assert not all_cases(vault.db)
    assert not list((office.vault() / "chunks").rglob("??/*"))


def test_what_an_interrupted_import_left_is_removed_by_the_next(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", b"bytes")])
    office.bring(*server.export())
    chunks = office.vault() / "chunks"
    (kept,) = chunks.rglob("??/*")
    stray = kept.with_name("half of a chunk")
    stray.write_bytes(b"half")
    office.bring(*server.export())
    assert stray.exists()
    (chunks / "importing").touch()
    office.bring(*server.export())
    assert list(chunks.rglob("??/*")) == [kept]
    assert not (chunks / "importing").exists()


def test_the_same_part_again_removes_what_its_killed_import_had_not_yet_removed(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", b"bytes")])
    paths = server.export()
    office.bring(*paths)
    chunks = office.vault() / "chunks"
    (kept,) = chunks.rglob("??/*")
    kept.with_name("dropped and not yet removed").touch()
    (chunks / "importing").touch()
    office.bring(*paths)
    assert list(chunks.rglob("??/*")) == [kept]
    assert not (chunks / "importing").exists()


def test_the_log_is_whole_after_imports(office: Office, server: Server, source: Source) -> None:
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        assert verify_log(vault.db) >= 2


def test_nothing_of_a_vault_can_be_read_without_its_key(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, "A sentence that must not be found.", files=[("named.txt", b"in it")])
    office.bring(*server.export())
    data = b"".join(snapshot(office.vault()).values())
    for canary in (b"must not be found", b"named.txt", source.keys.master):
        assert canary not in data
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(office.vault() / "cases.db").execute("SELECT * FROM messages")


def test_items_of_another_kind_in_a_part_refuse_it_whole(office: Office, server: Server) -> None:
    header = InboundHeader(server.genesis_id, "investigations", os.urandom(16), 1, 1, DAY, 1)
    path = server.folder / "bundle"
    path.write_bytes(server.bundle(header, [(ItemType.ENVELOPE, bytes(4 + ENVELOPE_SIZE))]))
    assert office.bring(path).counts.set_aside == 1
