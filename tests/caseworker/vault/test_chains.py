"""Pair chains in a vault: what is kept of them, what is overwritten, where they go on."""

import os
from pathlib import Path

import pytest

from caseworker.vault import database
from caseworker.vault.arrivals import SetAside, add_envelope, add_set_aside, set_aside
from caseworker.vault.chains import (
    advance_chain,
    chain_of_thread,
    records_left,
    remember_chain,
    set_newest_message,
    step_chains,
)
from caseworker.vault.folder import Vault
from caseworker.work.replying import ReplyWriter
from crypto.chain_keys import ChainKey, next_chain_key
from crypto.names import Address, KeyHash, ThreadId, Week
from crypto.office.envelope import OpenedSlot
from crypto.source_keys import pair_chain
from ground.disk.replaced_files import overwrite_file
from tests.means.overwritten import is_overwritten
from tests.means.vault_pages import decrypted_pages
from tests.offices.vaults import DAY, Office, Server, Source, at

WEEK = Week(DAY // 7)
THREAD = ThreadId(bytes(31) + b"t")


def chain() -> ChainKey:
    """A c_0."""
    return ChainKey(os.urandom(32))


def take(vault: Vault, first: ChainKey, week: Week = WEEK, message: int = 1) -> None:
    """Take a chain in, as a message brings it."""
    with vault.db.transaction():
        number = remember_chain(vault.db, vault.genesis_id, THREAD, week, first)
        set_newest_message(vault.db, number, message)


def held(vault: Vault) -> tuple[int, ChainKey]:
    """The index and key under which the thread is answered."""
    found = chain_of_thread(vault.db, THREAD)
    assert found is not None
    return found.next_index, found.key


def use(vault: Vault, records: int) -> None:
    """Put so many records into a batch."""
    found = chain_of_thread(vault.db, THREAD)
    assert found is not None
    with vault.db.transaction():
        successor = next_chain_key(found.key, vault.genesis_id, records)
        advance_chain(vault.db, found, records, successor)


def test_a_chain_that_comes_again_goes_on_where_it_was(office: Office) -> None:
    first = chain()
    with office.opened() as vault:
        take(vault, first)
        use(vault, 3)
        take(vault, first, message=2)
        assert held(vault) == (3, next_chain_key(first, vault.genesis_id, 3))


def test_a_thread_is_answered_under_the_chain_of_the_latest_week(office: Office) -> None:
    """In whatever order the messages of a bundle come."""
    older, newer = chain(), chain()
    with office.opened() as vault:
        take(vault, newer, Week(WEEK + 1), message=1)
        take(vault, older, WEEK, message=2)
        assert held(vault) == (0, newer)


def test_of_two_chains_of_a_week_the_one_that_came_last_counts(office: Office) -> None:
    """As where the recipient's signing key was replaced within the week."""
    former, present = chain(), chain()
    with office.opened() as vault:
        take(vault, former, message=1)
        take(vault, present, message=2)
        assert held(vault) == (0, present)
        take(vault, former, message=3)
        assert held(vault) == (0, former)


def test_no_thread_is_answered_under_a_chain_before_a_message_came(office: Office) -> None:
    """One of a later week, whose envelope was set aside, is not chosen."""
    read, unread = chain(), chain()
    with office.opened() as vault:
        with vault.db.transaction():
            remember_chain(vault.db, vault.genesis_id, THREAD, Week(WEEK + 1), unread)
        assert chain_of_thread(vault.db, THREAD) is None
        take(vault, read)
        assert held(vault) == (0, read)
        take(vault, unread, Week(WEEK + 1), message=2)
        assert held(vault) == (0, unread)


def test_a_chain_is_used_up_at_128(office: Office) -> None:
    with office.opened() as vault:
        take(vault, chain())
        use(vault, 127)
        assert records_left(vault.db, THREAD) == 1
        with vault.db.transaction():
            step_chains(vault.db, vault.genesis_id, 16, WEEK)
        assert records_left(vault.db, THREAD) == 0


def test_a_step_moves_every_chain_and_those_of_its_weeks_that_come_later(office: Office) -> None:
    """A message that came after the backup may have been answered in the life before."""
    known, later, next_week = chain(), chain(), chain()
    with office.opened() as vault:
        take(vault, known)
        with vault.db.transaction():
            step_chains(vault.db, vault.genesis_id, 16, WEEK)
        assert held(vault) == (16, next_chain_key(known, vault.genesis_id, 16))
        take(vault, later, message=2)
        assert held(vault) == (16, next_chain_key(later, vault.genesis_id, 16))
        take(vault, next_week, Week(WEEK + 1), message=3)
        assert held(vault) == (0, next_week)


def test_no_page_keeps_a_chain_key_whose_record_is_in_a_batch(
    office: Office, server: Server, source: Source
) -> None:
    """With hundreds of chains beside it, so that the database grew and dealt its pages anew."""
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        (vk,) = {
            one.signing_key for one in server.directory.recipients if one.id == vault.recipient
        }
        c_0 = pair_chain(source.keys, vault.recipient, vk, WEEK)
        used = [next_chain_key(c_0, vault.genesis_id, index) for index in range(4)]
        kept = next_chain_key(c_0, vault.genesis_id, 4)
        assert c_0.secret in decrypted_pages(office.vault(), office.keys[vault.recipient])
        for number in range(4):
            ReplyWriter(vault, at(DAY)).reply(1, f"Question {number}")
            with vault.db.transaction():
                for _ in range(100):
                    thread = ThreadId(os.urandom(32))
                    remember_chain(vault.db, vault.genesis_id, thread, WEEK, chain())
    office.carry(server.folder / "out")
    found = decrypted_pages(office.vault(), office.keys["investigations"])
    assert [key.secret in found for key in used] == [False] * 4
    assert kept.secret in found


def test_a_transaction_leaves_nothing_in_its_journal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the pages as they were, and what is removed stays on the disk."""
    seen: list[bytes] = []

    def watched(journal: Path) -> None:
        seen.append(journal.read_bytes())
        overwrite_file(journal)
        seen.append(journal.read_bytes())

    with office.opened() as vault:
        take(vault, chain())
        monkeypatch.setattr(database, "overwrite_file", watched)
        use(vault, 1)
    before, after = seen[0], seen[1]
    # A page of 4,096 bytes at the least, which SQLite seals anew for it.
    assert len(before) > 4096
    assert is_overwritten(before[512:4096], after[512:4096])
    assert (office.vault() / "cases.db-journal").read_bytes() == b""


def test_a_journal_that_is_still_needed_is_left_alone(office: Office) -> None:
    journal = Path(f"{office.vault()}/cases.db-journal")
    with office.opened() as vault:
        journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 and more")
        vault.db.wipe_journal()
        assert journal.read_bytes().endswith(b"and more")
        journal.unlink()


def test_what_is_kept_of_a_slot_goes_once_its_envelope_is_read(office: Office) -> None:
    content_key, c_0, address = os.urandom(32), chain(), Address(os.urandom(32))
    slot = OpenedSlot(2, content_key, c_0, THREAD, WEEK, KeyHash(bytes(32)))
    body = bytes(32_768)
    with office.opened() as vault:
        with vault.db.transaction():
            add_envelope(vault.db, address, "set-aside", "Malformed", DAY)
            number = remember_chain(vault.db, vault.genesis_id, THREAD, WEEK, c_0)
            set_newest_message(vault.db, number, 1)
            add_set_aside(vault.db, SetAside(address, body, slot, number))
        assert set_aside(vault.db, address).slot == slot
        assert content_key in decrypted_pages(office.vault(), office.keys[vault.recipient])
        use(vault, 1)
        assert set_aside(vault.db, address).slot.chain == held(vault)[1]
        with vault.db.transaction():
            add_envelope(vault.db, address, "message", "", DAY)
        found = decrypted_pages(office.vault(), office.keys[vault.recipient])
    assert content_key not in found
    assert c_0.secret not in found
