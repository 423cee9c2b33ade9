"""Couriers, sources and recipients who mean harm: forged, mixed, replayed and doctored bundles.

Whatever they bring, nothing true is lost, and what is false costs itself alone.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from caseworker.cases.conversation import MessageView, conversation
from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.keys.cards import make_card
from caseworker.keys.directories import issue_directory, known_directory
from caseworker.keys.signing import signing_key_in_force
from caseworker.log.chain import verify_log
from caseworker.vault.chains import chain_of_thread
from caseworker.vault.keys import newest_card
from caseworker.vault.taken import lines_not_made, to_repeat
from caseworker.work.replying import ReplyWriter
from crypto.bundle import InboundHeader, read_bundle
from crypto.card import read_card
from crypto.days import later
from crypto.office.replies import ReplyTo, decoy_record, new_reply_id, seal_reply
from crypto.office.signing import sign_batch
from crypto.replies import follow_up_recipients
from crypto.sizes import CHUNK_SIZE, RECORD_SIZE, TAG_SIZE
from crypto.statement_contents import batch_of
from crypto.statements import StatementKind, encode_statement
from ground.shell.refusals import Refusal
from tests.offices.vaults import DAY, Office, Server, Source, at


def texts_and_files(office: Office, to: str = "investigations") -> dict[int, list[tuple[str, ...]]]:
    """What the sources said in each case, with the states of their files."""
    with office.opened(to) as vault:
        verify_log(vault.db)
        return {
            number: [
                (one.text, *(file.state for file in one.attachments))
                for one in conversation(vault, number).entries
                if isinstance(one, MessageView)
            ]
            for number in all_cases(vault.db)
        }


def answer(office: Office, text: str) -> None:
    """Write a reply to the first case."""
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, text)


def boundaries(data: bytes) -> list[int]:
    """Where each item of an inbound bundle begins, and the end."""
    file, found = io.BytesIO(data), []

    def read(size: int) -> bytes:
        # An item has a head of five bytes.
        if size == 5:
            found.append(file.tell())
        return file.read(size)

    for _ in read_bundle(read, InboundHeader, None, None)[1]:
        pass
    return found


def put_on_board(
    server: Server, office: Office, recipient: str, records: Sequence[bytes], number: int = 1
) -> None:
    """Let a recipient sign a batch with records of its own making, and the server take it."""
    with office.opened(recipient) as vault:
        signer = signing_key_in_force(vault)
    decoys = [decoy_record() for _ in range(16 - len(records))]
    batch = batch_of([*records, *decoys])
    statement = sign_batch(signer, server.genesis_id, recipient, number, batch)
    item = encode_statement(statement)
    server._take_statement(recipient, StatementKind.BATCH, item, DAY // 7)


def test_a_bundle_cut_at_any_item_changes_nothing_and_the_whole_one_is_taken_after_it(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, "Whole.", files=[("a", os.urandom(300_000))])
    (path,) = server.export()
    whole = path.read_bytes()
    places = boundaries(whole)
    assert len(places) > 20
    with office.opened() as vault:
        before = verify_log(vault.db)
    for place in places:
        path.write_bytes(whole[:place])
        with pytest.raises(Refusal, match="ends before its end"):
            office.bring(path)
    with office.opened() as vault:
        assert verify_log(vault.db) == before
    assert not list((office.vault() / "chunks").rglob("??/*"))
    path.write_bytes(whole)
    office.bring(path)
    assert texts_and_files(office) == {1: [("Whole.", "whole")]}


@pytest.mark.parametrize("garbage_first", [True, False])
def test_a_true_commitment_and_true_slots_on_garbage_use_nothing_up(
    office: Office, server: Server, source: Source, garbage_first: bool
) -> None:
    """Whoever carries an envelope can put its beginning before a body of their own."""
    sealed = server.report(source, "True.")
    doctored = sealed.envelope[:5000] + os.urandom(len(sealed.envelope) - 5000)
    letters = [doctored, sealed.envelope] if garbage_first else [sealed.envelope, doctored]
    for letter in letters:
        office.bring(*server.export(envelopes=[letter]))
    assert texts_and_files(office) == {1: [("True.",)]}
    with office.opened() as vault:
        assert conversation(vault, 1).flags == ()


def test_garbage_under_every_true_chunk_id_costs_the_files_until_the_chunks_come(
    office: Office, server: Server, source: Source
) -> None:
    """Garbage may come before and after, many times over, and under one id in several kinds."""
    sealed = server.report(source, "With files.", files=[("a", os.urandom(600_000)), ("b", b"b")])

    def garbage() -> dict[bytes, bytes]:
        return {chunk: os.urandom(CHUNK_SIZE) for chunk in sealed.chunks}

    for chunks in (garbage(), garbage(), sealed.chunks, garbage()):
        office.bring(*server.export(chunks=chunks))
    assert texts_and_files(office) == {1: [("With files.", "whole", "whole")]}


def test_junk_at_another_recipients_tags_hides_no_reply_of_theirs(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """A recipient sees all tags that are on the board, and could want another one to be silent."""
    server.report(source)
    office.bring(*server.export())
    answer(office, "We have begun.")
    office.carry(tmp_path / "out")
    server.take(tmp_path / "out")
    junk = [record[:TAG_SIZE] + os.urandom(RECORD_SIZE - TAG_SIZE) for record in server.board]
    for number in range(0, len(junk), 16):
        put_on_board(server, office, "board", junk[number : number + 16], number // 16 + 1)
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_a_recipient_cannot_redirect_what_a_source_sends_next(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Its reply names itself alone, with a token that only the source could have made for that."""
    server.report(source)
    for recipient in ("investigations", "board"):
        office.bring(*server.export(recipient), to=recipient)
    with office.opened("board") as vault:
        signer = signing_key_in_force(vault)
        chain = chain_of_thread(vault.db, source.keys.thread_id)
    assert chain is not None
    to = ReplyTo(
        thread_id=source.keys.thread_id,
        recipients=("board",),
        set_token=os.urandom(16),
    )
    sealed = seal_reply(
        to=to, chain=chain.key, index=0, signer=signer, genesis_id=server.genesis_id,
        recipient_id="board", kind="reply", reply_id=new_reply_id(), day=DAY,
        text="Write to us alone.",
    )  # fmt: skip
    put_on_board(server, office, "board", sealed.records)
    forged = server.replies(source)
    assert [reply.text for reply in forged] == ["Write to us alone."]
    assert follow_up_recipients(forged, source.keys, server.directory) == []
    answer(office, "We have begun.")
    office.carry(tmp_path / "out")
    server.take(tmp_path / "out")
    proposed = follow_up_recipients(server.replies(source), source.keys, server.directory)
    assert proposed == ["board", "investigations"]


def test_parts_of_two_exports_mixed_lose_nothing_and_what_is_missing_is_named(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, "With a file.", files=[("a", os.urandom(900_000))])
    first, second = server.export(parts=2), server.export(parts=2)
    office.bring(first[0], second[1])
    with office.opened() as vault:
        assert sorted(missing_parts(vault).values()) == [[1], [2]]
    office.bring(first[1])
    assert texts_and_files(office) == {1: [("With a file.", "whole")]}
    with office.opened() as vault:
        assert list(missing_parts(vault).values()) == [[1]]
    office.bring(second[0])
    with office.opened() as vault:
        assert missing_parts(vault) == {}


def test_an_old_export_replayed_after_a_newer_one_brings_nothing_back(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Neither a second case, nor an older directory, nor a second copy of a reply."""
    server.report(source, "Once.")
    old = {name: server.export(name) for name in ("investigations", "board")}
    office.bring(*old["investigations"])
    answer(office, "We have begun.")
    with office.opened() as vault:
        issue_directory(vault, at(DAY))
    office.carry(tmp_path / "out")
    server.take(tmp_path / "out")
    server.report(source, "More.", kind="follow-up")
    for name, paths in old.items():
        office.bring(*server.export(name), to=name)
        for path in paths:
            path.write_bytes(path.read_bytes())
            office.bring(path, to=name)
        with office.opened(name) as vault:
            assert known_directory(vault).sequence == 2
            assert lines_not_made(vault) == []
    assert texts_and_files(office) == {1: [("Once.",), ("More.",)]}
    office.carry(tmp_path / "again")
    server.take(tmp_path / "again")
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_a_lower_card_of_another_recipient_is_not_taken_for_its_newest(
    office: Office, server: Server, tmp_path: Path
) -> None:
    """One that was never brought before, so that it is new in all but its number."""

    def export_with_a_new_card(name: str) -> list[Path]:
        with office.opened("board") as vault:
            make_card(vault, at(DAY))
        office.carry(tmp_path / name, recipient="board")
        server.take(tmp_path / name)
        return server.export()

    held_back, newer = export_with_a_new_card("second"), export_with_a_new_card("third")
    office.bring(*newer)
    office.bring(*held_back)
    with office.opened() as vault:
        document = newest_card(vault.db, "board")
    assert document is not None
    assert read_card(document, server.genesis_id).number == 3


def test_taken_lines_of_another_recipient_make_nobody_believe_that_theirs_were_taken(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """As they are, or with the other's name in them, which no signature then fits."""
    server.report(source)
    office.bring(*server.export())
    answer(office, "We have begun.")
    office.carry(tmp_path / "lost")
    office.carry(tmp_path / "other", recipient="board")
    server.take(tmp_path / "other")
    with office.opened() as vault:
        waiting = to_repeat(vault)
    own_name = b"investigations".ljust(32, b"\0")
    renamed = [line[:1] + own_name + line[33:] for line in server.lines]
    office.bring(*server.export(lines=server.lines + renamed))
    with office.opened() as vault:
        assert to_repeat(vault) == waiting
        assert lines_not_made(vault) == []
    office.carry(tmp_path / "next")
    server.take(tmp_path / "next")
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_an_empty_export_that_calls_itself_whole_hides_no_report_that_comes_later(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, "Held back.", files=[("a", b"bytes")])
    server.number += 1
    header = server.header("investigations", os.urandom(16), 1, 1, later(DAY, 300))
    path = server.folder / "empty"
    path.write_bytes(server.bundle(header, []))
    office.bring(path)
    assert sealed.chunks
    office.bring(*server.export())
    assert texts_and_files(office) == {1: [("Held back.", "whole")]}
