"""What sources, recipients and couriers may write into an envelope or a bundle to do harm."""

import io
import os
from dataclasses import replace
from pathlib import Path

from caseworker.casefile.case_folder import save_case
from caseworker.cases.conversation import MessageView, ReplyView, conversation
from caseworker.cases.files import announced_files
from caseworker.vault.arrivals import taken_lines
from caseworker.vault.messages import payload_of
from caseworker.work.replying import ReplyWriter
from crypto.bundle import ItemType, OutboundHeader, read_bundle
from crypto.names import Week
from crypto.payload import Fill
from crypto.signing import SigningKey
from crypto.statements import StatementKind, encode_taken_line, parse_statement, taken_line
from ground.shell.figures import date_text, iso_date
from tests.offices.vaults import DAY, Office, Server, Source, at


def file_states(office: Office, case: int) -> list[str]:
    """The states of the files of a case."""
    with office.opened() as vault:
        entries = conversation(vault, case).entries
    messages = [one for one in entries if isinstance(one, MessageView)]
    return [file.state for message in messages for file in message.attachments]


def test_a_file_announced_as_fill_by_someone_who_read_its_key_is_not_dropped(
    office: Office, server: Server, source: Source
) -> None:
    """Another recipient of the report knows the keys of its files."""
    server.report(source, files=[("ledger.pdf", os.urandom(300_000))])
    office.bring(*server.export("board"), to="board")
    with office.opened("board") as vault:
        ledger = announced_files(payload_of(vault.db, 1))[0]
    files = [(f"{number}.txt", b"x") for number in range(6)]
    server.report(Source(server.genesis_id), files=files, fill=Fill(ledger.key, ledger.chunks))
    office.bring(*server.export())
    assert sorted(file_states(office, 1) + file_states(office, 2)) == ["whole"] * 7


def test_fill_is_dropped_once_it_is_claimed(office: Office, server: Server, source: Source) -> None:
    """Three pieces of files come with one of fill."""
    sealed = server.report(source, files=[("ledger.pdf", os.urandom(700_000))])
    office.bring(*server.export())
    assert len(sealed.chunks) == 4
    assert len(list(office.vault().glob("chunks/??/*"))) == 3


def taken_batch_line(server: Server, path: Path, week: int) -> bytes:
    """What whoever carries an outbound bundle can say of its batch: true but for the week."""
    _, items = read_bundle(
        io.BytesIO(path.read_bytes()).read, OutboundHeader, server.genesis_id, None
    )
    batch = next(item for item_type, item in items if item_type == ItemType.BATCH)
    active = {one.id: one.signing_key for one in server.directory.recipients}
    signer = active["investigations"]
    statement = parse_statement(StatementKind.BATCH, batch)
    return encode_taken_line(taken_line(statement, "investigations", signer, Week(week)))


def test_a_courier_who_throws_a_reply_away_cannot_say_that_it_was_taken(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """He has the batch, and so all that a line is made of, but for the server's key."""
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "We have begun.")
    office.carry(tmp_path / "thrown away")
    line = taken_batch_line(server, tmp_path / "thrown away", week=DAY // 7)
    courier = replace(server, key=SigningKey(os.urandom(32)), number=2**50)
    office.bring(*courier.export(lines=[line]))
    with office.opened() as vault:
        (reply,) = [one for one in conversation(vault, 1).entries if isinstance(one, ReplyView)]
        assert (reply.on_board_week, reply.on_board_until) == (None, None)
        assert [one.number for one in taken_lines(vault.db)] == [1]
    office.carry(tmp_path / "next")
    server.take(tmp_path / "next")
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_a_server_that_says_that_a_batch_was_taken_long_ago_only_delays_it(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """The week of a taken line is not signed; the line that follows from the bundle itself is."""
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "We have begun.")
    office.carry(tmp_path / "kept-by-the-courier")
    line = taken_batch_line(server, tmp_path / "kept-by-the-courier", week=0)
    office.bring(*server.export(lines=[line]))
    office.carry(tmp_path / "between")
    office.bring(*server.export())
    office.carry(tmp_path / "after")
    server.take(tmp_path / "after")
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_a_case_whose_source_gave_a_day_beyond_every_calendar_can_be_saved(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """The day of a message is whatever its source wrote there."""
    server.report(source, day=2**53 - 1, key_day=DAY)
    office.bring(*server.export())
    with office.opened() as vault:
        save_case(vault, 1, tmp_path / "saved", at(DAY))
    assert "Written: 9999-12-31" in (tmp_path / "saved" / "1-report" / "text.txt").read_text()


def test_days_beyond_every_calendar_are_shown_as_its_last() -> None:
    """Days of messages, and weeks of taken lines, are a stranger's."""
    assert date_text(2**53 - 1) == "31 Dec 9999"
    assert (iso_date(2_932_896), iso_date(2_932_897)) == ("9999-12-31", "9999-12-31")
