"""Whose word on the server counts: the first one compared, the others listed, the newest export.

What proves itself is taken from any bundle; all else from those alone. See SPEC 14.1.
"""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from caseworker.cases.conversation import MessageView, conversation
from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound.belief import Belief
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.keys.directories import issue_directory, known_directory
from caseworker.keys.servers import (
    ServerChanges,
    change_servers,
    newest_export_day,
    server_digest,
)
from caseworker.vault.arrival_weeks import week_of_arrival
from caseworker.vault.arrivals import taken_lines, unconfirmed_envelopes
from caseworker.vault.believed_servers import believed_servers
from caseworker.vault.key_slots import VaultKey
from caseworker.vault.servers import pinned_servers
from caseworker.vault.taken import to_repeat
from crypto.names import Address, Week
from crypto.signing import SigningKey
from ground.shell.refusals import Refusal
from tests.offices.vaults import DAY, SERVER_KEY, Office, Server, Source, at, make_office

WEEK = DAY // 7


def courier_of(server: Server) -> Server:
    """Somebody who has all that the server has, but for its key."""
    return replace(server, key=SigningKey(os.urandom(32)))


def lines_here(office: Office, to: str = "investigations") -> set[int]:
    """The numbers of what a vault believes that the server took of its own."""
    with office.opened(to) as vault:
        return {one.number for one in taken_lines(vault.db) if one.recipient == to}


def stands_by(office: Office, to: str = "investigations") -> int | None:
    """The day of the export by which a vault stands."""
    with office.opened(to) as vault:
        return newest_export_day(vault)


def never(_server: bytes) -> None:
    """Nobody is to be asked."""
    raise AssertionError("a server was to be compared")


def no(_server: bytes) -> None:
    """Whoever compares finds that it is another."""
    raise Refusal("the bundle was not imported", "nothing was changed")


# ---- the first server ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def new_office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, VaultKey]]:
    """An office that has met no server. It is copied, never used."""
    folder = tmp_path_factory.mktemp("new") / "office"
    return folder, make_office(folder)


@pytest.fixture
def young(new_office: tuple[Path, dict[str, VaultKey]], tmp_path: Path) -> Office:
    """An office of one's own that has met no server."""
    folder, keys = new_office
    shutil.copytree(folder, tmp_path / "young")
    return Office(tmp_path / "young", keys)


@pytest.fixture
def first_server(young: Office, tmp_path: Path) -> Server:
    """A server that has taken its first bundle."""
    with young.opened() as vault:
        server = Server(vault.genesis_id, tmp_path)
    server.take(young.folder / "first.bundle")
    return server


def test_the_first_server_is_compared_once_and_listed_by_the_next_export(
    young: Office, first_server: Server
) -> None:
    compared: list[bytes] = []
    result = young.bring(*first_server.export(), compare=compared.append)
    assert compared == [SERVER_KEY.public_key]
    assert result.believed is not None
    assert result.believed.belief is Belief.ALL
    young.bring(*first_server.export(), compare=never)
    young.carry(first_server.folder / "second")
    first_server.take(first_server.folder / "second")
    assert first_server.directory.servers == (SERVER_KEY.public_key,)
    assert first_server.directory.sequence == 2


def test_a_server_that_a_person_does_not_know_is_not_heard_at_all(
    young: Office, first_server: Server
) -> None:
    first_server.report(Source(first_server.genesis_id))
    with pytest.raises(Refusal, match="was not imported"):
        young.bring(*first_server.export(), compare=no)
    with young.opened() as vault:
        assert not all_cases(vault.db)
        assert pinned_servers(vault.db) == ()


def test_another_vault_reads_reports_and_believes_nothing_before_the_directory_lists_the_server(
    young: Office, first_server: Server
) -> None:
    first_server.report(Source(first_server.genesis_id))
    young.carry(first_server.folder / "board", recipient="board")
    first_server.take(first_server.folder / "board")
    result = young.bring(*first_server.export("board"), to="board", compare=never)
    assert result.counts.messages == 1
    assert result.believed is not None
    assert (result.believed.belief, result.believed.export_day) == (Belief.NO_SERVER_YET, None)
    assert lines_here(young, "board") == set()
    young.bring(*first_server.export())
    young.carry(first_server.folder / "second")
    first_server.take(first_server.folder / "second")
    result = young.bring(*first_server.export("board"), to="board", compare=never)
    assert result.believed is not None
    assert (result.believed.belief, result.believed.export_day) == (Belief.ALL, DAY)
    assert lines_here(young, "board") == {1}


# ---- what a courier can say ----------------------------------------------------------------------


def test_of_a_bundle_that_a_courier_signed_messages_alone_are_taken(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source, "True.", files=[("a", b"bytes")])
    office.carry(server.folder / "lost")
    courier = courier_of(server)
    courier.number = 2**50
    with office.opened() as vault:
        waiting = to_repeat(vault)
    courier.take(server.folder / "lost")
    result = office.bring(*courier.export(day=DAY + 300))
    assert result.counts.messages == 1
    assert result.believed is not None
    assert result.believed.belief is Belief.OTHER_SERVER
    assert result.believed.export_day is None
    assert lines_here(office) == set()
    with office.opened() as vault:
        assert to_repeat(vault) == waiting
        assert unconfirmed_envelopes(vault.db) == [sealed.address]
        assert missing_parts(vault) == {}


def test_a_higher_number_of_a_courier_makes_no_bundle_of_the_server_an_older_one(
    office: Office, server: Server
) -> None:
    courier = courier_of(server)
    courier.number = 2**52
    office.bring(*courier.export())
    result = office.bring(*server.export())
    assert result.believed is not None
    assert result.believed.belief is Belief.ALL


def test_an_older_bundle_is_believed_for_nothing_but_what_proves_itself(
    office: Office, server: Server, source: Source
) -> None:
    """A statement that the server took since does not come back as not taken."""
    server.report(source)
    old = server.export()
    office.carry(server.folder / "out")
    server.take(server.folder / "out")
    office.bring(*server.export(day=DAY + 1), day=DAY + 1)
    taken = lines_here(office)
    assert taken
    result = office.bring(*old, day=DAY + 2)
    assert result.believed is not None
    assert (result.believed.belief, result.believed.export_day) == (Belief.OLDER, DAY + 1)
    assert lines_here(office) == taken
    assert stands_by(office) == DAY + 1


def test_an_older_bundle_brings_the_reports_that_only_it_has(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    (old,) = server.export()
    office.bring(*server.export(envelopes=[]))
    assert office.bring(old).counts.messages == 1


def test_a_later_part_of_the_export_that_counts_is_believed_too(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", os.urandom(600_000))])
    first, second = server.export(parts=2)
    for part in (second, first):
        result = office.bring(part)
        assert result.believed is not None
        assert result.believed.belief is Belief.ALL


def test_the_day_of_an_export_is_never_later_than_that_of_its_import(
    office: Office, server: Server
) -> None:
    office.bring(*server.export(day=DAY + 365))
    assert stands_by(office) == DAY


def test_missing_parts_of_a_forged_export_are_not_waited_for(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, files=[("a", os.urandom(600_000))])
    first, second = server.export(parts=2)
    office.bring(first)
    courier = courier_of(server)
    office.bring(*courier.export(), courier.export(parts=3)[0])
    with office.opened() as vault:
        assert list(missing_parts(vault).values()) == [[2]]
    office.bring(second)
    with office.opened() as vault:
        assert missing_parts(vault) == {}


# ---- the week of arrival -------------------------------------------------------------------------


def arrived(office: Office, address: bytes) -> int:
    """The week in which an envelope came, as the vault keeps it."""
    with office.opened() as vault:
        return week_of_arrival(vault.db, Address(address))


def test_the_week_in_which_an_envelope_came_is_kept_as_the_server_says_it(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source)
    server.weeks[sealed.address] = Week(WEEK - 2)
    office.bring(*server.export())
    assert arrived(office, sealed.address) == WEEK - 2


def test_the_week_of_arrival_stands_beside_the_message(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source)
    server.weeks[sealed.address] = Week(WEEK - 2)
    office.bring(*server.export())
    with office.opened() as vault:
        (message,) = conversation(vault, 1).entries
    assert isinstance(message, MessageView)
    assert message.came_week == WEEK - 2


def test_a_courier_cannot_make_an_envelope_older_and_the_servers_word_comes_later(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source)
    courier = courier_of(server)
    courier.weeks = {sealed.address: Week(1)}
    office.bring(*courier.export())
    assert arrived(office, sealed.address) == WEEK
    server.weeks[sealed.address] = Week(WEEK - 1)
    office.bring(*server.export())
    assert arrived(office, sealed.address) == WEEK - 1


def test_no_envelope_came_after_it_was_imported(
    office: Office, server: Server, source: Source
) -> None:
    sealed = server.report(source)
    server.weeks[sealed.address] = Week(WEEK + 50)
    office.bring(*server.export())
    assert arrived(office, sealed.address) == WEEK


# ---- another server ------------------------------------------------------------------------------


def test_a_moved_server_is_believed_once_a_person_compared_it(
    office: Office, server: Server
) -> None:
    """By the directory's vault at once, by the others from the next directory on."""
    office.bring(*server.export(day=DAY + 90), day=DAY)
    moved = courier_of(server)
    moved.number = 0
    result = office.bring(*moved.export())
    assert result.believed is not None
    assert result.believed.belief is Belief.OTHER_SERVER
    changes = ServerChanges(
        add=(server_digest(moved.key.public_key),), drop=(server_digest(SERVER_KEY.public_key),)
    )
    with office.opened() as vault:
        change_servers(vault, at(DAY), changes)
        assert believed_servers(vault) == (moved.key.public_key,)
        issue_directory(vault, at(DAY))
    office.carry(server.folder / "out")
    moved.take(server.folder / "out")
    for name in ("investigations", "board"):
        result = office.bring(*moved.export(name), to=name, compare=never)
        assert result.believed is not None
        assert result.believed.belief is Belief.ALL
        result = office.bring(*server.export(name, day=DAY + 99), to=name, compare=never)
        assert result.believed is not None
        assert result.believed.belief is Belief.OTHER_SERVER


@pytest.mark.parametrize(
    ("add", "drop", "words"),
    [
        ((bytes(32),), (), "no bundle by a server"),
        ((), (bytes(32),), "is believed here"),
        ((), (server_digest(SERVER_KEY.public_key),), "no server would be left"),
    ],
    ids=["never seen", "not believed", "the last one"],
)
def test_a_change_of_servers_that_makes_no_sense_changes_nothing(
    office: Office, add: tuple[bytes, ...], drop: tuple[bytes, ...], words: str
) -> None:
    with office.opened() as vault:
        with pytest.raises(Refusal, match=words):
            change_servers(vault, at(DAY), ServerChanges(add, drop))
        assert pinned_servers(vault.db) == (SERVER_KEY.public_key,)


def test_a_directory_lists_four_servers_at_most(office: Office, server: Server) -> None:
    others = [courier_of(server) for _ in range(4)]
    for other in others:
        office.bring(*other.export())
    add = tuple(server_digest(other.key.public_key) for other in others)
    with office.opened() as vault:
        with pytest.raises(Refusal, match="4 servers at most"):
            change_servers(vault, at(DAY), ServerChanges(add))
        change_servers(vault, at(DAY), ServerChanges(add[:3]))
        issue_directory(vault, at(DAY))
        assert len(known_directory(vault).servers) == 4
