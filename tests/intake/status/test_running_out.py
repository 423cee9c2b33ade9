"""`intake status` says in time what runs out, with the command to type: on the day, not before."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crypto.days import later
from crypto.lifetimes import DELEGATION_WARN_DAYS, UNCONFIRMED_REFUSE_DAYS, UNCONFIRMED_WARN_DAYS
from crypto.names import Day
from tests.means.clock import clock_at
from tests.offices.first_import import first_import
from tests.offices.server_process import client, serving, succeed
from tests.offices.signed_office import PracticeOffice

# The first day of a week, as the protocol counts them.
DAY = Day(21_000)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server that took the first bundle of an office on that day, with the card of `main`."""
    return started(tmp_path_factory.mktemp("running-out"), PracticeOffice.create(DAY))


def warnings(data: Path, day: int) -> list[dict[str, Any]]:
    """What `intake status --json` warns of on a day."""
    printed = succeed("status", "--data", data, "--json", env=clock_at(day))
    found: list[dict[str, Any]] = json.loads(printed)["warnings"]
    return found


def texts(found: Sequence[dict[str, Any]], words: str) -> list[tuple[str, bool]]:
    """The commands, and how loud, of the warnings with these words."""
    return [(one["command"], one["loud"]) for one in found if words in one["text"]]


def test_nothing_is_said_before_the_seventh_day(data: Path) -> None:
    assert warnings(data, DAY + 6) == []


@pytest.mark.parametrize(
    ("days", "words", "loud"),
    [
        (7, "is 7 days old", False),
        (13, "is 13 days old", False),
        (14, "EXPIRES in 7 days", True),
        (20, "EXPIRES tomorrow", True),
        (21, "EXPIRED", True),
    ],
)
def test_the_directory_is_due_from_its_seventh_day_and_loudly_from_the_fourteenth(
    data: Path, days: int, words: str, loud: bool
) -> None:
    renew = f"at the desk: caseworker office renew DIR, then here: intake import --data {data} FILE"
    assert texts(warnings(data, DAY + days), words) == [(renew, loud)]


def cut_short(
    delegation_end: int = DAY + 90, ids: tuple[str, ...] = ("board", "main")
) -> PracticeOffice:
    """An office whose directory, of 7 days, ends with the keys of somebody but `main`."""
    office = PracticeOffice.create(DAY, ids=ids).with_directory(issued=DAY, expires=DAY + 7)
    return replace(office, delegation=replace(office.delegation, end=Day(delegation_end)))


def started(folder: Path, office: PracticeOffice, day: int = DAY) -> Path:
    """A server that took the first bundle of an office, with the card of `main`, which signs."""
    return first_import(office, folder / "data", day, clock_at(day))


@pytest.mark.parametrize(
    ("days", "words"), [(0, "EXPIRES in 7 days"), (6, "EXPIRES tomorrow"), (7, "EXPIRED")]
)
def test_a_directory_that_was_cut_short_asks_for_the_card_that_cut_it(
    tmp_path: Path, days: int, words: str
) -> None:
    """Loudly, as near to its end as any other; the desk that signs cannot do without that card."""
    data = started(tmp_path, cut_short())
    assert texts(warnings(data, DAY + days), words) == [
        (
            f"at the desk of board: caseworker export VAULT --out FILE, then here: intake import"
            f" --data {data} FILE; here: intake export --data {data} --recipient main --out FILE;"
            " at the desk: caseworker import VAULT FILE; at the desk: caseworker office renew DIR,"
            f" then here: intake import --data {data} FILE",
            True,
        )
    ]


def test_a_card_that_is_here_already_has_to_reach_the_desk_that_signs(tmp_path: Path) -> None:
    office = cut_short()
    data, card = started(tmp_path, office), tmp_path / "card"
    card.write_bytes(office.outbound("board", DAY, directory=False))
    succeed("import", "--data", data, card, env=clock_at(DAY))
    ((command, _),) = texts(warnings(data, DAY), "EXPIRES in 7 days")
    assert command.startswith(f"here: intake export --data {data} --recipient main --out FILE; ")


def test_the_keys_that_cut_a_directory_short_end_with_it(tmp_path: Path) -> None:
    """Also those of a recipient whose card never came."""
    command = "at the desk of board: caseworker export VAULT --out FILE"
    data = started(tmp_path, cut_short())
    assert texts(warnings(data, DAY), "keys of board end on") == [(command, False)]
    assert texts(warnings(data, DAY + 7), "keys of board ended on") == [(command, True)]
    assert texts(warnings(data, DAY), "keys of main") == []


def test_whose_keys_cut_a_directory_short_is_not_said_where_it_is_not_known(
    tmp_path: Path,
) -> None:
    """Of two whose cards never came, one may have keys for long."""
    data = started(tmp_path, cut_short(ids=("audit", "board", "main")))
    command = "at the desk of audit or board: caseworker export VAULT --out FILE"
    assert texts(warnings(data, DAY), "keys of") == [(command, False)]
    said = [one["text"] for one in warnings(data, DAY + 7) if "keys of" in one["text"]]
    assert [text.split(" ended on")[0] for text in said] == ["the intake keys of audit or board"]


def test_a_directory_that_ends_with_the_delegation_and_with_keys_asks_for_both(
    tmp_path: Path,
) -> None:
    """The root alone makes it no longer where somebody's keys end on the same day."""
    office, end = PracticeOffice.create(DAY), later(DAY, 91)
    office = office.with_directory(issued=end - 14, expires=end)
    office = replace(office, delegation=replace(office.delegation, first=later(DAY, 7), end=end))
    data, card = started(tmp_path, office, end - 14), tmp_path / "card"
    card.write_bytes(office.outbound("board", DAY, directory=False))
    succeed("import", "--data", data, card, env=clock_at(end - 14))
    ((command, _),) = texts(warnings(data, end - 7), "expires on")
    assert command.startswith("at the desk of board: caseworker export VAULT --out FILE, then here")
    assert "caseworker office renew DIR --root FILE, with the root key" in command


def test_a_card_that_is_older_than_the_directory_tells_no_end_of_keys(tmp_path: Path) -> None:
    """Between desks on one machine cards take a shorter way."""
    office = PracticeOffice.create(DAY)
    data, bundle = started(tmp_path, office), tmp_path / "later"
    day = later(DAY, 84)
    office = office.with_directory(issued=day, expires=day + 21)
    delegation = replace(office.delegation, number=2, first=day, end=later(day, 90))
    office = replace(office, delegation=delegation)
    bundle.write_bytes(office.outbound("main", day, card=None))
    succeed("import", "--data", data, bundle, env=clock_at(day))
    assert warnings(data, day) == []


def test_a_directory_that_ends_with_the_delegation_asks_for_the_root(tmp_path: Path) -> None:
    """No newer card makes it longer; before its end, the delegation's own warning says so."""
    root = "at the desk: caseworker office renew DIR --root FILE, with the root key"
    data = started(tmp_path, cut_short(delegation_end=DAY + 7))
    assert [one["command"] for one in warnings(data, DAY)] == [root]
    expired = texts(warnings(data, DAY + 7), "EXPIRED")
    assert expired == [(f"{root}, then here: intake import --data {data} FILE", True)]
    assert texts(warnings(data, DAY), "keys of") == []


def test_the_root_key_is_wanted_14_days_before_the_delegation_ends(data: Path) -> None:
    end = DAY + 90
    words = "root's delegation end"
    assert texts(warnings(data, end - DELEGATION_WARN_DAYS - 1), words) == []
    command = "at the desk: caseworker office renew DIR --root FILE, with the root key"
    assert texts(warnings(data, end - DELEGATION_WARN_DAYS), words) == [(command, False)]
    assert texts(warnings(data, end), words) == [(command, True)]


def test_new_keys_are_wanted_21_days_before_the_last_one_gives_way(data: Path) -> None:
    """Of a recipient whose card never came, the server knows no end."""
    end = 7 * ((DAY + 90) // 7 + 1)
    assert texts(warnings(data, end - 22), "intake keys") == []
    assert texts(warnings(data, end - 21), "intake keys") == [
        ("at the desk of main: caseworker export VAULT --out FILE", False)
    ]


async def test_envelopes_that_wait_are_said_after_30_days_and_loudly_when_nothing_is_accepted(
    data: Path, tmp_path: Path
) -> None:
    """Days count from the last day of the week in which an envelope came."""
    with serving(data, env=clock_at(DAY)) as server:
        async with client(server) as session:
            envelope = bytes(32_768)
            address = "c35020473aed1b4642cd726cad727b63fff2824ad68cedd7ffb73c7cbd890479"
            async with session.put(f"/v1/envelopes/{address}", data=envelope) as answer:
                assert answer.status == 204
    last_day = 7 * (DAY // 7) + 6
    for_main = f"intake export --data {data} --recipient main --out FILE"
    for_board = f"intake export --data {data} --recipient board --out FILE"
    words = "not confirmed envelopes"
    assert texts(warnings(data, last_day + UNCONFIRMED_WARN_DAYS - 1), words) == []
    for day, loud in (
        (UNCONFIRMED_WARN_DAYS, False),
        (UNCONFIRMED_REFUSE_DAYS - 1, False),
        (UNCONFIRMED_REFUSE_DAYS, True),
    ):
        said = sorted(texts(warnings(data, last_day + day), words))
        assert said == [(for_board, loud), (for_main, loud)]


def test_people_read_the_command_below_each_warning(data: Path) -> None:
    printed = succeed("status", "--data", data, env=clock_at(DAY + 14)).splitlines()
    place = next(at for at, line in enumerate(printed) if line.startswith("WARNING: "))
    assert printed[place + 1].strip().startswith("To type: at the desk: caseworker office renew")
