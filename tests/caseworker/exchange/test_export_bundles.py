"""Replies on their way: written, sealed, carried out, on the board."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from caseworker.cases.conversation import ReplyView, conversation
from caseworker.exchange.outbound.batches import batch_count
from caseworker.keys.cards import own_card
from caseworker.vault.chains import step_chains
from caseworker.vault.taken import lines_not_made, to_repeat
from caseworker.work.replying import ReplyWriter, Written
from crypto.bundle import ItemType, OutboundHeader, read_bundle
from crypto.chain_keys import ChainKey, next_chain_key, reply_tag
from crypto.names import Week
from crypto.sizes import RECORD_SIZE, REPLY_INDEXES
from crypto.source_keys import pair_chain
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


def chain_of(server: Server, source: Source) -> ChainKey:
    """c_0 of a source and this vault, of the week of its messages."""
    (vk,) = [one.signing_key for one in server.directory.recipients if one.id == "investigations"]
    return pair_chain(source.keys, "investigations", vk, Week(DAY // 7))


def tags_of(server: Server, source: Source, count: int) -> set[bytes]:
    """The tags of the first so many indexes."""
    key, tags = chain_of(server, source), set()
    for _ in range(count):
        tags.add(reply_tag(key, server.genesis_id, source.keys.thread_id))
        key = next_chain_key(key, server.genesis_id)
    return tags


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
        assert len(batch.records) == server.directory.batch_size
        assert {len(record) for record in batch.records} == {RECORD_SIZE}


def test_a_reply_lies_anywhere_in_its_batch(
    reported: Office, server: Server, source: Source
) -> None:
    for number in range(4):
        answer(reported, "Where was it?")
        reported.carry(server.folder / f"out{number}")
    server.take(server.folder / "out3")
    tags = tags_of(server, source, 4)
    size = server.directory.batch_size
    places = [place % size for place, record in enumerate(server.board) if record[:16] in tags]
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


def test_what_a_server_lost_goes_again_and_an_older_bundle_takes_nothing_back(
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
        assert not to_repeat(vault)
    reported.bring(*server.export(lines=[]))
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
    assert answer(reported, ("long " * 60_000)[:fits]).records == server.directory.batch_size
    with pytest.raises(Refusal, match="too long by 1 letter:"):
        answer(reported, ("long " * 60_000)[: fits + 1])


def test_parts_of_a_reply_are_never_in_two_batches(
    reported: Office, server: Server, source: Source
) -> None:
    answer(reported, "first " * 2_000)
    answer(reported, "second " * 2_000)
    result = reported.carry(server.folder / "out")
    assert (len(result.new_replies), result.new_batches, result.waiting) == (2, 2, ())
    batches = items_of(server.folder / "out", ItemType.BATCH)
    mine = [parse_batch(parse_statement(StatementKind.BATCH, item)).records for item in batches]
    tags = tags_of(server, source, result.new_replies[0].parts)
    assert max(sum(one[:16] in tags for one in batch) for batch in mine) == len(tags)
    server.take(server.folder / "out")
    assert sorted(map(len, texts(server, source))) == [12_000, 14_000]


@pytest.mark.parametrize(
    ("needed", "made"),
    [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 6), (7, 8), (9, 12), (13, 16), (17, 24)],
)
def test_the_number_of_batches_is_a_coarse_one(needed: int, made: int) -> None:
    assert batch_count(needed) == made


def test_an_export_makes_as_many_batches_as_its_replies_need_and_decoys_to_a_coarse_number(
    reported: Office, server: Server, source: Source
) -> None:
    for number in range(5):
        answer(reported, f"{number} " * 7_000)
    result = reported.carry(server.folder / "out")
    assert (len(result.new_replies), result.new_batches) == (5, 6)
    server.take(server.folder / "out")
    assert len(texts(server, source)) == 5


def test_acknowledgements_leave_before_replies(
    reported: Office, server: Server, source: Source
) -> None:
    """In the first batch, at the lowest index: so a source reads them in this order too."""
    answer(reported, "long " * 1_000)
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).acknowledge(1)
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert [reply.kind for reply in server.replies(source)] == ["acknowledgement", "reply"]


def test_indexes_of_a_chain_are_never_used_twice_and_end_at_128(
    reported: Office, server: Server, source: Source
) -> None:
    with reported.opened() as vault, vault.db.transaction():
        step_chains(vault.db, vault.genesis_id, REPLY_INDEXES - 1, Week(0))
    assert answer(reported, "The last one.").records_left == 0
    with pytest.raises(Refusal, match=r"128 records.*0 left") as refused:
        answer(reported, "One more.")
    assert "wait for the source's next message" in refused.value.hint
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert texts(server, source) == ["The last one."]


def test_a_message_of_a_later_week_brings_new_indexes(
    reported: Office, server: Server, source: Source
) -> None:
    with reported.opened() as vault, vault.db.transaction():
        step_chains(vault.db, vault.genesis_id, REPLY_INDEXES, Week(0))
    server.report(source, "More.", kind="follow-up", day=DAY + 7)
    reported.bring(*server.export(day=DAY + 7), day=DAY + 7)
    assert answer(reported, "Thank you.").records_left == REPLY_INDEXES - 1


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


def test_a_courier_cannot_make_a_vault_believe_that_it_was_restored(
    reported: Office, server: Server
) -> None:
    reported.carry(server.folder / "one")
    server.take(server.folder / "one")

    def forged(lines: Iterable[bytes]) -> list[bytes]:
        return [line[:36] + bytes([line[36] ^ 64]) + line[37:] for line in lines]

    assert not reported.bring(*server.export(lines=forged(server.lines))).found_restored
    with reported.opened() as vault:
        assert not lines_not_made(vault)
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
