"""What `intake report` refuses before anybody types a word, naming the other ways to report."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crypto.days import later
from crypto.names import Day, GenesisId
from crypto.office.directory import Delegation
from crypto.sizes import KEM_PUBLIC_KEY_SIZE
from ground.shell.refusals import Refusal
from intake.source.reach.api import connected
from intake.source.reach.office import Office, open_office
from intake.source.reach.pinned import StateFolder
from intake.source.reach.route import Route
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import OfficeServer, free_port, office_server, today

CONTACT = "By post: 1 Practice Street"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


def office_at(port: int, day: int | None = None, **changes: Any) -> PracticeOffice:
    first = today() if day is None else day
    return PracticeOffice.create(Day(first), address=f"http://127.0.0.1:{port}", **changes)


async def opened(
    server: OfficeServer, port: int, state: StateFolder, genesis_id: GenesisId | None = None
) -> Office:
    origin = f"http://127.0.0.1:{port}"
    with office_server(server, port):
        async with connected(Route(origin, None)) as api:
            known = genesis_id or server.office.genesis_id
            office = await open_office(api, origin, known, state)
    state.remember(origin, office.directory)
    return office


async def refused(server: OfficeServer, port: int, state: StateFolder) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await opened(server, port, state)
    return refusal.value


async def test_office_is_opened_with_a_key_for_each_recipient(
    port: int, state: StateFolder
) -> None:
    office = await opened(OfficeServer(office_at(port)), port, state)
    assert set(office.keys) == {"board", "main"}
    assert all(len(key) == KEM_PUBLIC_KEY_SIZE for key in office.keys.values())


async def test_expired_directory_is_refused_with_the_other_ways(
    port: int, state: StateFolder
) -> None:
    server = OfficeServer(office_at(port, today() - 30))
    refusal = await refused(server, port, state)
    assert "has run out" in refusal.message
    assert CONTACT in refusal.hint


async def test_delegation_that_has_ended_is_refused(port: int, state: StateFolder) -> None:
    day = today()
    office = office_at(port, day - 10, expires=day)
    office = replace(
        office, delegation=Delegation(1, later(day, -80), day, office.directory_key.public_key)
    )
    assert "has run out" in (await refused(OfficeServer(office), port, state)).message


@pytest.mark.parametrize("days", [-3, 3])
async def test_clock_that_differs_from_the_servers_is_refused(
    port: int, state: StateFolder, days: int
) -> None:
    server = OfficeServer(office_at(port), day=today() + days)
    refusal = await refused(server, port, state)
    assert "One of them is wrong" in refusal.message


async def test_clock_two_days_off_is_accepted(port: int, state: StateFolder) -> None:
    await opened(OfficeServer(office_at(port), day=today() + 2), port, state)


async def test_directory_from_the_future_is_taken_for_a_wrong_clock(
    port: int, state: StateFolder
) -> None:
    server = OfficeServer(office_at(port, today() + 3))
    assert "clock" in (await refused(server, port, state)).message


async def test_directory_of_another_address_is_refused_naming_the_right_ones(
    port: int, state: StateFolder
) -> None:
    office = PracticeOffice.create(today(), address="https://right.example")
    refusal = await refused(OfficeServer(office), port, state)
    assert "not one of the office's" in refusal.message
    assert "https://right.example" in refusal.hint


async def test_altered_directory_is_refused_without_naming_anything_from_it(
    port: int, state: StateFolder
) -> None:
    office = office_at(port)
    document = office.document()
    server = OfficeServer(office, document=document[:-1] + bytes([document[-1] ^ 1]))
    refusal = await refused(server, port, state)
    assert "not genuine" in refusal.message
    assert CONTACT not in refusal.hint


async def test_another_office_is_refused(port: int, state: StateFolder) -> None:
    server = OfficeServer(office_at(port))
    with pytest.raises(Refusal, match="another office"):
        await opened(server, port, state, genesis_id=GenesisId(bytes(32)))


async def test_key_that_is_not_the_directorys_is_refused(port: int, state: StateFolder) -> None:
    class Swapping(OfficeServer):
        def get(self, path: str) -> bytes | None:
            answer = super().get(path)
            return bytes(KEM_PUBLIC_KEY_SIZE) if path.startswith("/v1/keys/") else answer

    refusal = await refused(Swapping(office_at(port)), port, state)
    assert "not the office's" in refusal.message


async def test_older_directory_than_one_seen_is_refused(port: int, state: StateFolder) -> None:
    """Finding: several, a consumed key served again."""
    office = office_at(port)
    await opened(OfficeServer(office.with_directory()), port, state)
    assert "older directory" in (await refused(OfficeServer(office), port, state)).message


async def test_two_directories_of_one_number_are_refused(port: int, state: StateFolder) -> None:
    office = office_at(port)
    await opened(OfficeServer(office), port, state)
    other = office.with_directory(sequence=1, contacts=())
    assert "contradicts" in (await refused(OfficeServer(other), port, state)).message


async def test_answer_that_is_no_status_is_a_server_that_does_not_answer(
    port: int, state: StateFolder
) -> None:
    class Odd(OfficeServer):
        def get(self, path: str) -> bytes | None:
            return b"<html>" if path == "/v1/status" else super().get(path)

    assert "does not answer" in (await refused(Odd(office_at(port)), port, state)).message


async def test_contacts_that_would_move_the_cursor_are_shown_escaped(
    port: int, state: StateFolder
) -> None:
    office = office_at(port, today() - 30, contacts=("call \x1b[2Jme",))
    assert "<U+001B>[2Jme" in (await refused(OfficeServer(office), port, state)).hint
