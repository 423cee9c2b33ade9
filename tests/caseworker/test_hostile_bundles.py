"""What sources, recipients and couriers may write into an envelope or a bundle to do harm."""

import os

from caseworker.cases.conversation import MessageView, conversation
from caseworker.cases.files import announced_files
from caseworker.vault.messages import payload_of
from crypto.payload import Fill
from tests.caseworker.practice import Office, Server, Source


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
