"""An office with two servers: what one tells says nothing of the other, SPEC 14.1."""

import shutil
from pathlib import Path

import pytest

from caseworker.exchange.inbound.belief import Belief
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.keys.destroying import destroy_old_keys
from caseworker.keys.destruction import Destruction
from caseworker.keys.servers import newest_export_day
from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.vault.key_slots import VaultKey
from caseworker.vault.taken import outgoing_state
from caseworker.work.replying import ReplyWriter
from crypto.days import week_of
from crypto.names import Week
from crypto.signing import SigningKey
from crypto.statements import StatementKind
from tests.offices.vaults import DAY, PROFILE, SERVER_KEY, Office, Server, Source, at, make_office

SECOND_KEY = SigningKey(bytes(31) + b"\x09")
WEEK = week_of(DAY)
# The key of WEEK is accepted until the day before.
PAST = 7 * WEEK + 21


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, VaultKey]]:
    """An office with two servers. It is copied, never used."""
    folder = tmp_path_factory.mktemp("two") / "office"
    return folder, make_office(folder, PROFILE, SERVER_KEY.public_key, SECOND_KEY.public_key)


@pytest.fixture
def office(made: tuple[Path, dict[str, VaultKey]], tmp_path: Path) -> Office:
    """An office of one's own with two servers."""
    folder, keys = made
    shutil.copytree(folder, tmp_path / "office")
    return Office(tmp_path / "office", keys)


@pytest.fixture
def servers(office: Office, tmp_path: Path) -> tuple[Server, Server]:
    """Both servers, each of which has taken the office's first bundle."""
    with office.opened() as vault:
        genesis_id = vault.genesis_id
    both = []
    for name, key in (("a", SERVER_KEY), ("b", SECOND_KEY)):
        (tmp_path / name).mkdir()
        server = Server(genesis_id, tmp_path / name, key=key)
        server.take(office.folder / FIRST_BUNDLE)
        both.append(server)
    return both[0], both[1]


def no(_due: Destruction) -> bool:
    """Nobody says yes."""
    return False


def destroyed(office: Office, day: int) -> set[Week]:
    """The weeks whose keys go on a day without a yes."""
    with office.opened("board") as vault:
        return {one.week for one in destroy_old_keys(vault, at(day), no).gone}


def bring(office: Office, server: Server, day: int = DAY) -> Belief:
    """Bring what a server has to the board's vault."""
    result = office.bring(*server.export("board", day=day), day=day, to="board")
    assert result.believed is not None
    return result.believed.belief


def batches_taken(office: Office) -> list[bool]:
    """Of each batch of the board's vault, whether it was taken."""
    with office.opened("board") as vault:
        state = outgoing_state(vault)
    return [one.taken is not None for one in state if one.row.kind is StatementKind.BATCH]


def test_a_key_stays_until_every_server_has_told_all_that_came_under_it(
    office: Office, servers: tuple[Server, Server]
) -> None:
    """A courier brought the bundles of one alone, and a report lay on the other."""
    first, second = servers
    second.report(Source(second.genesis_id))
    in_a_drawer = second.export("board", day=DAY + 1)
    for day in (*range(DAY, PAST, 7), PAST):
        bring(office, first, day)
        assert destroyed(office, day) == set()
    assert office.bring(*in_a_drawer, day=PAST, to="board").counts.messages == 1
    assert WEEK not in destroyed(office, PAST)
    bring(office, second, PAST)
    assert WEEK in destroyed(office, PAST)


def test_a_part_of_the_second_servers_export_destroys_no_key(
    office: Office, servers: tuple[Server, Server]
) -> None:
    first, second = servers
    for day in range(DAY, PAST, 7):
        bring(office, first, day)
    bring(office, first, PAST)
    begun, rest = second.export("board", day=PAST, parts=2)
    office.bring(begun, day=PAST, to="board")
    bring(office, first, PAST + 1)
    assert destroyed(office, PAST + 1) == set()
    with office.opened("board") as vault:
        assert list(missing_parts(vault).values()) == [[2]]
    office.bring(rest, day=PAST + 1, to="board")
    assert WEEK in destroyed(office, PAST + 1)


def test_a_batch_is_taken_once_both_servers_have_it(
    office: Office, servers: tuple[Server, Server]
) -> None:
    first, second = servers
    source = Source(second.genesis_id)
    second.report(source)
    bring(office, second)
    with office.opened("board") as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Which tender?")
    office.carry(first.folder / "out", DAY, "board")
    first.take(first.folder / "out")
    bring(office, first, DAY + 1)
    assert batches_taken(office) == [False]
    office.carry(second.folder / "out", DAY + 1, "board")
    second.take(second.folder / "out", (DAY + 7) // 7)
    assert {one.text for one in second.replies(source, DAY + 7)} == {"Which tender?"}
    bring(office, second, DAY + 7)
    assert batches_taken(office)[0]
    with office.opened("board") as vault:
        (taken,) = [
            one.taken
            for one in outgoing_state(vault)
            if one.taken and one.row.number == 1 and one.row.kind is StatementKind.BATCH
        ]
    assert taken.week == (DAY + 7) // 7


def test_the_numbers_of_one_server_make_no_bundle_of_the_other_an_older_one(
    office: Office, servers: tuple[Server, Server]
) -> None:
    first, second = servers
    assert bring(office, first, DAY + 2) is Belief.ALL
    assert bring(office, second, DAY + 1) is Belief.ALL
    with office.opened("board") as vault:
        assert newest_export_day(vault) == DAY + 1
    older = second.export("board", day=DAY + 3)
    bring(office, second, DAY + 3)
    result = office.bring(*older, day=DAY + 3, to="board")
    assert result.believed is not None
    assert result.believed.belief is Belief.OLDER
