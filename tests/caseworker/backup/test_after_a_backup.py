"""A vault that came from a backup, or whose folder somebody copied back."""

import shutil
from pathlib import Path

from caseworker.cases.conversation import conversation
from caseworker.keys.cards import own_card
from caseworker.log.chain import all_entries, verify_log
from caseworker.log.vault_events import FoundRestored
from caseworker.vault.chains import chain_of_thread
from caseworker.vault.condition import restored_day
from caseworker.vault.taken import lines_not_made, to_repeat
from caseworker.work.replying import ReplyWriter
from crypto.chain_keys import record_key, reply_tag
from crypto.names import Week
from crypto.sizes import REPLY_INDEXES, SALT_SIZE, TAG_SIZE
from crypto.source_keys import pair_chain
from tests.offices.vaults import DAY, Office, Server, Source, at


def copy_back(office: Office, backup: Path) -> None:
    """Put the vault's folder back by hand, as it was."""
    shutil.rmtree(office.vault())
    shutil.copytree(backup, office.vault())


def restore_after_an_export(office: Office, server: Server, folder: Path) -> None:
    """Put the vault back to what it was before its last export, which the server has taken."""
    shutil.copytree(office.vault(), folder / "backup", dirs_exist_ok=True)
    office.carry(folder / f"forgotten-{server.exports}")
    server.take(folder / f"forgotten-{server.exports}")
    copy_back(office, folder / "backup")


def next_index(office: Office, source: Source) -> int:
    """The next index of the chain under which a source is answered."""
    with office.opened() as vault:
        chain = chain_of_thread(vault.db, source.keys.thread_id)
    assert chain is not None
    return chain.next_index


def answer(office: Office, text: str) -> None:
    """Answer case 1."""
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, text)


def carry(office: Office, server: Server, name: str) -> None:
    """Export, and let the server take that."""
    office.carry(server.folder / name)
    server.take(server.folder / name)


def test_a_vault_that_was_copied_back_finds_out_and_moves_on_by_itself(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    server.report(source)
    office.bring(*server.export())
    restore_after_an_export(office, server, tmp_path)
    assert office.bring(*server.export()).found_restored
    assert next_index(office, source) == 16
    with office.opened() as vault:
        # Old keys stay until somebody says that all kept bundles are imported again.
        assert restored_day(vault.db) == DAY
        events = [entry.event for entry in all_entries(vault.db)]
        assert [one for one in events if isinstance(one, FoundRestored)] == [FoundRestored(2)]
    answer(office, "We have begun.")
    carry(office, server, "after")
    assert [reply.text for reply in server.replies(source)] == ["We have begun."]


def test_numbers_are_moved_on_once_a_restore(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """What the server named before is no sign of another restore, however often it is named."""
    server.report(source)
    office.bring(*server.export())
    restore_after_an_export(office, server, tmp_path)
    assert office.bring(*server.export()).found_restored
    assert not office.bring(*server.export()).found_restored
    answer(office, "We have begun.")
    carry(office, server, "after")
    assert not office.bring(*server.export()).found_restored
    assert next_index(office, source) == 17


def test_a_second_restore_is_noticed_again(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """The numbers after those that were moved past are watched as before."""
    server.report(source)
    office.bring(*server.export())
    restore_after_an_export(office, server, tmp_path)
    assert office.bring(*server.export()).found_restored
    shutil.rmtree(tmp_path / "backup")
    restore_after_an_export(office, server, tmp_path)
    assert office.bring(*server.export()).found_restored
    assert next_index(office, source) == 32


def test_a_second_restore_of_one_backup_uses_nothing_of_the_first_again(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Neither a tag nor a card's number, though the backup knows of neither life before."""
    server.report(source)
    office.bring(*server.export())
    shutil.copytree(office.vault(), tmp_path / "backup")
    indexes, cards, said = [], [], ["First.", "Second.", "Third."]
    for life, text in enumerate(said):
        copy_back(office, tmp_path / "backup")
        assert office.bring(*server.export()).found_restored == bool(life)
        answer(office, text)
        carry(office, server, text)
        indexes.append(next_index(office, source) - 1)
        with office.opened() as vault:
            card = own_card(vault)
        assert card is not None
        cards.append(card.number)
    assert indexes == [0, 16, 32]
    assert len(set(cards)) == 3
    assert sorted(reply.text for reply in server.replies(source)) == said


def test_a_message_that_came_after_the_backup_is_answered_beyond_its_first_indexes(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """The life before may have answered it, and the backup does not know its chain."""
    shutil.copytree(office.vault(), tmp_path / "backup")
    server.report(source)
    kept = server.export()
    office.bring(*kept)
    answer(office, "Before the loss.")
    carry(office, server, "forgotten")
    copy_back(office, tmp_path / "backup")
    assert office.bring(*server.export()).found_restored
    office.bring(*kept)
    assert next_index(office, source) == 16
    answer(office, "After the loss.")
    carry(office, server, "after")
    tags = [record[:TAG_SIZE] for record in server.board]
    assert len(set(tags)) == len(tags)
    assert {one.text for one in server.replies(source)} == {"Before the loss.", "After the loss."}


def test_a_vault_restored_twice_that_answers_three_times_at_one_index_is_read_each_time(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Each life exported before it answered, so its answer has a number that the server has not.

    Tags tie the three to each other; neither key, nonce nor salt is there twice.
    """
    server.report(source)
    office.bring(*server.export())
    shutil.copytree(office.vault(), tmp_path / "backup")
    server.expects_other_bytes = True
    said = ["First.", "Second.", "Third."]
    for life, text in enumerate(said):
        copy_back(office, tmp_path / "backup")
        for lost in range(life):
            office.carry(tmp_path / f"lost-{life}-{lost}", time=f"12:00:0{lost}")
        answer(office, text)
        carry(office, server, text)

    (vk,) = [one.signing_key for one in server.directory.recipients if one.id == "investigations"]
    c_0 = pair_chain(source.keys, "investigations", vk, Week(DAY // 7))
    tag = reply_tag(c_0, server.genesis_id, source.keys.thread_id)
    records = [record for record in server.board if record[:TAG_SIZE] == tag]
    salts = [record[TAG_SIZE : TAG_SIZE + SALT_SIZE] for record in records]
    keys = [
        record_key(c_0, server.genesis_id, source.keys.thread_id, tag=tag, salt=salt)
        for salt in salts
    ]
    assert [len(records), len(set(salts)), len(set(keys))] == [3, 3, 3]
    assert sorted(reply.text for reply in server.replies(source)) == said
    assert office.bring(*server.export()).found_restored
    assert next_index(office, source) > 1


def test_indexes_stop_at_the_end_of_a_chain_however_often_a_vault_was_restored(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    server.report(source)
    office.bring(*server.export())
    for _ in range(9):
        restore_after_an_export(office, server, tmp_path)
        assert office.bring(*server.export()).found_restored
        shutil.rmtree(tmp_path / "backup")
    assert next_index(office, source) == REPLY_INDEXES
    with office.opened() as vault:
        assert conversation(vault, 1).records_left == 0


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
    assert office.bring(*server.export()).found_restored
    with office.opened() as vault:
        assert not to_repeat(vault)
    after = office.carry(tmp_path / "after")
    assert len(after.new_replies) == 2
    server.take(tmp_path / "after")
    office.bring(*server.export())
    with office.opened() as vault:
        assert not to_repeat(vault)
        assert not lines_not_made(vault)
        assert verify_log(vault.db)
    replies = [reply.text for reply in server.replies(source)]
    assert sorted(set(replies)) == ["We have begun.", "We have it."]
