"""A vault that came from a backup."""

import shutil
from pathlib import Path

from caseworker.exchange.restoring import move_numbers_on
from caseworker.replies.writing import ReplyWriter
from caseworker.vault.condition import is_behind
from caseworker.vault.numbers import next_reply_index
from tests.caseworker.practice import DAY, Office, Server, Source, at


def restore_after_an_export(office: Office, server: Server, folder: Path) -> None:
    """Put the vault back to what it was before its last export, which the server has taken."""
    shutil.copytree(office.vault(), folder / "backup")
    office.carry(folder / "forgotten")
    server.take(folder / "forgotten")
    shutil.rmtree(office.vault())
    shutil.copytree(folder / "backup", office.vault())


def test_numbers_are_moved_on_once_a_restore(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """What the server named before is no sign of another restore, however often it is named."""
    server.report(source)
    office.bring(*server.export())
    restore_after_an_export(office, server, tmp_path)
    office.bring(*server.export())
    with office.opened() as vault:
        assert is_behind(vault.db)
        move_numbers_on(vault, at(DAY))
    office.bring(*server.export())
    with office.opened() as vault:
        assert not is_behind(vault.db)
        ReplyWriter(vault, at(DAY)).reply(1, "We have begun.")
    office.carry(tmp_path / "after")
    server.take(tmp_path / "after")
    office.bring(*server.export())
    with office.opened() as vault:
        assert not is_behind(vault.db)
        assert next_reply_index(vault.db, source.keys.thread_secret) == 33
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_a_second_restore_is_noticed_again(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """The numbers after those that were moved past are watched as before."""
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        move_numbers_on(vault, at(DAY))
    restore_after_an_export(office, server, tmp_path)
    office.bring(*server.export())
    with office.opened() as vault:
        assert is_behind(vault.db)
