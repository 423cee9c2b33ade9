"""Replies on their way: written, sealed, carried out, on the board."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.cases.conversation import ReplyView, conversation
from caseworker.keys.cards import own_card
from caseworker.vault.condition import is_behind
from caseworker.vault.numbers import give_out_reply_indexes
from caseworker.vault.taken import to_repeat
from caseworker.work.replying import ReplyWriter, Written
from crypto.bundle import ItemType, OutboundHeader, read_bundle
from crypto.replies import reply_tag
from crypto.sizes import RECORD_SIZE, REPLY_INDEXES
from crypto.statement_contents import parse_batch, parse_confirmation
from crypto.statements import StatementKind, parse_statement
from ground.shell.refusals import Refusal
from tests.offices.vaults import DAY, Office, Server, Source, at


def answer(office: Office, text: str, case: int = 1, **how: bool) -> Written:
    """Write a reply."""
    with office.opened() as vault:
        return ReplyWriter(vault, at(DAY)).reply(case, text, **how)


def items_of(path: Path, *types: ItemType) -> list[bytes]:
    """The items of some types in an outbound bundle."""
    with path.open("rb") as file:
        _, items = read_bundle(file.read, OutboundHeader, None, None)
        return [item for item_type, item in items if item_type in types]


def texts(server: Server, source: Source) -> list[str]:
    """What a source reads."""
    return [reply.text for reply in server.replies(source)]


def reply_view(office: Office, case: int = 1) -> ReplyView:
    """The first reply of a case."""
    with office.opened() as vault:
        entries = conversation(vault, case).entries
    return next(entry for entry in entries if isinstance(entry, ReplyView))


def test_importing_a_report_answers_nothing_by_itself(
    reported: Office, server: Server, source: Source
) -> None:
    """A receipt that nobody has released would tie a report to the next export.

    Finding: Signal, automatic receipts tied users together.
    """
    for name in ("first", "second"):
        reported.carry(server.folder / name)
        server.take(server.folder / name)
        reported.bring(*server.export())
    assert server.replies(source) == []


def test_a_reply_reaches_its_source(reported: Office, server: Server, source: Source) -> None:
    answer(reported, "Where was it?")
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    (reply,) = server.replies(source)
    assert (reply.text, reply.kind, reply.recipient_id) == (
        "Where was it?",
        "reply",
        "investigations",
    )
    assert reply.recipients == ("board", "investigations")


def test_a_reply_of_5000_letters_comes_whole(
    reported: Office, server: Server, source: Source
) -> None:
    text = "Вопрос за вопросом. " * 250
    answer(reported, text)
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert texts(server, source) == [text]


def test_every_batch_is_full_whatever_waits(reported: Office, server: Server) -> None:
    answer(reported, "Where was it?")
    reported.carry(server.folder / "one")
    reported.carry(server.folder / "two")
    for item in items_of(server.folder / "two", ItemType.BATCH):
        batch = parse_batch(parse_statement(StatementKind.BATCH, item))
        assert len(batch.records) == 64
        assert {len(record) for _, record in batch.records} == {RECORD_SIZE}


def test_a_reply_lies_anywhere_in_its_batch(
    reported: Office, server: Server, source: Source
) -> None:
    for number in range(4):
        answer(reported, "Where was it?")
        reported.carry(server.folder / f"out{number}")
    server.take(server.folder / "out3")
    tags = {
        reply_tag(source.keys.thread_secret, server.genesis_id, "investigations", index)
        for index in range(4)
    }
    places = [place % 64 for place, record in enumerate(server.board) if record[:16] in tags]
    assert len(places) == 4
    assert set(places) != {0}


def test_a_bundle_that_was_lost_costs_nothing_and_doubles_nothing(
    reported: Office, server: Server, source: Source
) -> None:
    answer(reported, "Where was it?")
    reported.carry(server.folder / "lost")
    result = reported.carry(server.folder / "next")
    assert not result.new_replies
    server.take(server.folder / "next")
    reported.bring(*server.export())
    reported.carry(server.folder / "after")
    server.take(server.folder / "after")
    assert texts(server, source) == ["Where was it?"]


def test_what_is_not_taken_is_repeated_byte_for_byte_and_what_is_taken_is_not(
    reported: Office, server: Server
) -> None:
    reported.carry(server.folder / "one")
    reported.carry(server.folder / "two")
    one = items_of(server.folder / "one", ItemType.BATCH, ItemType.CONFIRMATION)
    assert set(one) < set(items_of(server.folder / "two", ItemType.BATCH, ItemType.CONFIRMATION))
    server.take(server.folder / "two")
    reported.bring(*server.export())
    reported.carry(server.folder / "three")
    assert len(items_of(server.folder / "three", ItemType.BATCH, ItemType.CONFIRMATION)) == 1


def test_an_older_bundle_from_the_server_makes_things_go_again(
    reported: Office, server: Server
) -> None:
    server.take(reported.folder / "first.bundle")
    old = server.export(lines=[])
    reported.carry(server.folder / "one")
    server.take(server.folder / "one")
    reported.bring(*server.export())
    with reported.opened() as vault:
        assert not to_repeat(vault)
    reported.bring(*old)
    with reported.opened() as vault:
        assert len(to_repeat(vault)) == 3


def test_everything_that_arrived_is_confirmed_sorted_and_once(
    reported: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, files=[("a", b"bytes")], recipients=["board"])
    reported.bring(*server.export())
    reported.carry(server.folder / "out")
    (item,) = items_of(server.folder / "out", ItemType.CONFIRMATION)
    confirmation = parse_confirmation(parse_statement(StatementKind.CONFIRMATION, item))
    addresses = list(confirmation.envelopes())
    assert addresses == sorted(hashlib.sha256(one).digest() for one in server.envelopes)
    ((chunk, sha256),) = confirmation.chunks()
    assert hashlib.sha256(sealed.chunks[chunk]).digest() == sha256
    server.take(server.folder / "out")
    reported.bring(*server.export())
    reported.carry(server.folder / "next")
    assert not items_of(server.folder / "next", ItemType.CONFIRMATION)


def test_what_the_server_forgot_and_got_again_is_confirmed_again(
    reported: Office, server: Server, source: Source
) -> None:
    server.report(source, kind="follow-up", files=[("a", b"bytes")])
    reported.bring(*server.export())
    reported.carry(server.folder / "one")
    server.take(server.folder / "one")
    server.confirmed.clear()
    reported.bring(*server.export())
    reported.carry(server.folder / "two")
    (item,) = items_of(server.folder / "two", ItemType.CONFIRMATION)
    confirmation = parse_confirmation(parse_statement(StatementKind.CONFIRMATION, item))
    assert (len(list(confirmation.envelopes())), len(list(confirmation.chunks()))) == (2, 1)


def test_show_says_written_then_carried_out_then_on_the_board_and_until_when(
    reported: Office, server: Server
) -> None:
    answer(reported, "Where was it?")
    written = reply_view(reported)
    assert (written.carried_out, written.on_board_week) == (None, None)
    reported.carry(server.folder / "out")
    carried = reply_view(reported)
    assert (carried.carried_out, carried.on_board_week) == (at(DAY), None)
    server.take(server.folder / "out", week=DAY // 7)
    reported.bring(*server.export())
    on_board = reply_view(reported)
    assert on_board.on_board_week == DAY // 7
    assert on_board.on_board_until == DAY // 7 * 7 + 6 + 180


def test_an_export_that_fails_to_write_is_made_good_by_the_next(
    reported: Office, server: Server, source: Source
) -> None:
    answer(reported, "Where was it?")
    with pytest.raises(Refusal, match="could not be written"):
        reported.carry(server.folder / ("n" * 250))
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert texts(server, source) == ["Where was it?"]


def test_an_export_never_overwrites(reported: Office, server: Server) -> None:
    (server.folder / "out").write_text("mine")
    with pytest.raises(Refusal, match="there already"):
        reported.carry(server.folder / "out")
    assert (server.folder / "out").read_text() == "mine"


def test_a_reply_longer_than_a_batch_is_refused_with_how_much_is_too_much(
    reported: Office, server: Server
) -> None:
    with pytest.raises(Refusal, match=r"too long by ([\d,]+) letters.*first ([\d,]+)") as refused:
        answer(reported, "long " * 60_000)
    fits = int(refused.value.message.rpartition(" ")[2].replace(",", ""))
    assert answer(reported, ("long " * 60_000)[:fits]).records == 64
    with pytest.raises(Refusal, match="too long by 1 letter:"):
        answer(reported, ("long " * 60_000)[: fits + 1])


def test_parts_of_a_reply_are_never_in_two_batches(
    reported: Office, server: Server, source: Source
) -> None:
    answer(reported, "first " * 20_000)
    answer(reported, "second " * 20_000)
    first = reported.carry(server.folder / "one")
    assert [len(first.new_replies), len(first.waiting)] == [1, 1]
    second = reported.carry(server.folder / "two")
    assert [len(second.new_replies), len(second.waiting)] == [1, 0]
    server.take(server.folder / "two")
    assert sorted(map(len, texts(server, source))) == [120_000, 140_000]


def test_a_person_may_ask_for_more_batches(reported: Office, server: Server) -> None:
    answer(reported, "first " * 20_000)
    answer(reported, "second " * 20_000)
    assert not reported.carry(server.folder / "out", batches=2).waiting


def test_acknowledgements_leave_before_replies(
    reported: Office, server: Server, source: Source
) -> None:
    answer(reported, "long " * 30_000)
    answer(reported, "longer " * 5_000)
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).acknowledge(1)
    first = reported.carry(server.folder / "out")
    assert first.new_replies[-1].kind == "acknowledgement"
    assert [reply.kind for reply in first.waiting] == ["reply"]


def test_reply_indexes_are_never_used_twice_and_end_at_512(
    reported: Office, server: Server, source: Source
) -> None:
    with reported.opened() as vault, vault.db.transaction():
        give_out_reply_indexes(vault.db, source.keys.thread_secret, REPLY_INDEXES - 1)
    assert answer(reported, "The last one.").records_left == 0
    with pytest.raises(Refusal, match="512 records"):
        answer(reported, "One more.")
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert texts(server, source) == ["The last one."]


def test_two_vaults_answer_one_source_without_using_one_tag_twice(
    reported: Office, server: Server, source: Source
) -> None:
    reported.bring(*server.export("board"), to="board")
    answer(reported, "From us.")
    with reported.opened("board") as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "From the board.")
    reported.carry(server.folder / "one")
    reported.carry(server.folder / "two", recipient="board")
    server.take(server.folder / "one")
    server.take(server.folder / "two")
    assert sorted(texts(server, source)) == ["From the board.", "From us."]
    tags = [record[:16] for record in server.board]
    assert len(set(tags)) == len(tags)


def test_a_reply_to_a_follow_up_repeats_its_set(
    reported: Office, server: Server, source: Source
) -> None:
    server.report(source, "More.", kind="follow-up", recipients=["investigations"])
    reported.bring(*server.export())
    answer(reported, "Thank you.")
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert server.replies(source)[0].recipients == ("investigations",)


def test_a_vault_that_is_behind_its_server_exports_nothing_until_its_numbers_moved_on(
    reported: Office, server: Server, source: Source
) -> None:
    backup = (reported.vault() / "cases.db").read_bytes()
    answer(reported, "Before the loss.")
    reported.carry(server.folder / "one")
    server.take(server.folder / "one")
    (reported.vault() / "cases.db").write_bytes(backup)
    reported.bring(*server.export())
    with reported.opened() as vault:
        assert is_behind(vault.db)
    with pytest.raises(Refusal, match="older than what the server has"):
        reported.carry(server.folder / "two")
    with reported.opened() as vault:
        move_numbers_on(vault, at(DAY))
    answer(reported, "After the loss.")
    reported.carry(server.folder / "two")
    server.take(server.folder / "two")
    assert sorted(texts(server, source)) == ["After the loss.", "Before the loss."]


def test_a_courier_cannot_make_a_vault_believe_that_it_is_behind(
    reported: Office, server: Server
) -> None:
    reported.carry(server.folder / "one")
    server.take(server.folder / "one")

    def forged(lines: Iterable[bytes]) -> list[bytes]:
        return [line[:36] + bytes([line[36] ^ 64]) + line[37:] for line in lines]

    reported.bring(*server.export(lines=forged(server.lines)))
    with reported.opened() as vault:
        assert not is_behind(vault.db)
        assert to_repeat(vault)


def test_batches_that_left_the_board_are_dropped_and_never_repeated(
    reported: Office, server: Server
) -> None:
    reported.carry(server.folder / "one")
    server.take(server.folder / "one", week=DAY // 7)
    reported.bring(*server.export())
    over = DAY // 7 * 7 + 6 + 180 + 1
    with reported.opened() as vault:
        card = own_card(vault)
    assert card is not None
    server.lines.clear()
    reported.bring(*server.export(), day=over)
    reported.carry(server.folder / "late", day=over)
    numbers = [
        parse_statement(StatementKind.BATCH, item).number
        for item in items_of(server.folder / "late", ItemType.BATCH)
    ]
    assert numbers == [3]
