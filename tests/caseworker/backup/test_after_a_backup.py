"""A vault that came from a backup."""

import shutil
from pathlib import Path

from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.exchange.outbound.confirming import make_refinements
from caseworker.keys.cards import own_card
from caseworker.log.chain import verify_log
from caseworker.vault.condition import is_behind
from caseworker.vault.numbers import next_reply_index
from caseworker.vault.outgoing import coarse_records
from caseworker.vault.taken import to_repeat
from caseworker.work.replying import ReplyWriter
from tests.offices.vaults import DAY, Office, Server, Source, at


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
    office.bring(*server.export())
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


def test_what_left_under_a_number_of_the_life_before_leaves_anew(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """An export before the import gives a batch a number that the server knows with other bytes.

    The server refuses that batch for ever: its replies, and what it confirmed, leave in others.
    """
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "We have it.")
    shutil.copytree(office.vault(), tmp_path / "backup")
    server.report(source, "It happened again.", kind="follow-up")
    office.bring(*server.export())
    office.carry(tmp_path / "forgotten")
    server.take(tmp_path / "forgotten")
    shutil.rmtree(office.vault())
    shutil.copytree(tmp_path / "backup", office.vault())
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "We have begun.")
    refused = office.carry(tmp_path / "refused")
    assert len(refused.new_replies) == 2
    office.bring(*server.export())
    with office.opened() as vault:
        assert is_behind(vault.db)
        move_numbers_on(vault, at(DAY))
        assert not to_repeat(vault)
    after = office.carry(tmp_path / "after")
    assert len(after.new_replies) == 2
    server.take(tmp_path / "after")
    office.bring(*server.export())
    with office.opened() as vault:
        assert not to_repeat(vault)
        assert not is_behind(vault.db)
        assert verify_log(vault.db)
    replies = [reply.text for reply in server.replies(source)]
    assert sorted(set(replies)) == ["We have begun.", "We have it."]


def test_refinements_under_a_number_of_the_life_before_are_made_anew(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Else the records of older batches would stay as coarse on the board as they were."""

    def refine_and_carry(name: str) -> None:
        office.carry(tmp_path / f"before {name}")
        with office.opened() as vault, vault.db.transaction():
            make_refinements(vault, at(DAY), 1)
        office.carry(tmp_path / name)

    office.carry(tmp_path / "first")
    server.take(tmp_path / "first")
    office.bring(*server.export())
    shutil.copytree(office.vault(), tmp_path / "backup")
    with office.opened() as vault:
        older = coarse_records(vault.db, 1)
    refine_and_carry("forgotten")
    server.take(tmp_path / "forgotten")
    shutil.rmtree(office.vault())
    shutil.copytree(tmp_path / "backup", office.vault())
    refine_and_carry("refused")
    office.bring(*server.export())
    with office.opened() as vault:
        assert older
        assert coarse_records(vault.db, 1) == older
