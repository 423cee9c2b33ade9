"""A vault that came from a backup."""

import shutil
from pathlib import Path

from caseworker.exchange.restoring import move_numbers_on
from caseworker.office.cards import own_card
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


def test_a_second_restore_of_one_backup_uses_nothing_of_the_first_again(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Neither a tag nor a card's number, though the backup knows of neither life before."""
    server.report(source)
    office.bring(*server.export())
    shutil.copytree(office.vault(), tmp_path / "backup")
    indexes, cards, said = [], [], ["First.", "Second.", "Third."]
    for life, text in enumerate(said):
        shutil.rmtree(office.vault())
        shutil.copytree(tmp_path / "backup", office.vault())
        office.bring(*server.export())
        with office.opened() as vault:
            if life:
                assert is_behind(vault.db)
                move_numbers_on(vault, at(DAY))
            ReplyWriter(vault, at(DAY)).reply(1, text)
        office.carry(tmp_path / text)
        server.take(tmp_path / text)
        with office.opened() as vault:
            indexes.append(next_reply_index(vault.db, source.keys.thread_secret) - 1)
            card = own_card(vault)
            assert card is not None
            cards.append(card.number)
    assert indexes == [0, 32, 64]
    assert cards == [1, 1002, 2003]
    assert sorted(reply.text for reply in server.replies(source)) == said
