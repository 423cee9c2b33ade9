"""What ends when, and how loud: the rules that server and desk share."""

from dataclasses import replace

import pytest

from crypto.days import later
from crypto.directory import Delegation, Directory, Policy, Recipient
from crypto.names import Day, FormHash, GenesisId
from crypto.running_out import (
    Ending,
    Ends,
    acceptance_ending,
    age_of,
    delegation_ending,
    directory_ending,
    ending_with,
    is_cut_by_keys,
    keys_ending,
    keys_endings,
)

ISSUED = Day(20_000)
FULL = later(ISSUED, 21)
DIRECTORY = Directory(
    genesis_id=GenesisId(bytes(32)),
    sequence=1,
    issued=ISSUED,
    expires=FULL,
    names={},
    addresses=(),
    recipients=tuple(Recipient(name, {}, bytes(32), ()) for name in ("board", "main")),
    retired=(),
    directory_recipient="main",
    servers=(),
    form=FormHash(bytes(32)),
    batch_size=64,
    release=0,
    mirrors=(),
    policy=Policy(180, 365, 0, 0, 0),
    contacts=(),
    delegation=Delegation(1, ISSUED, later(ISSUED, 90), bytes(32)),
    roots=(bytes(32),),
    sha256=bytes(32),
)
CUT = replace(DIRECTORY, expires=later(ISSUED, 10))


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (6, None),
        (7, Ending(Ends.DIRECTORY, FULL, is_over=False, loud=False)),
        (14, Ending(Ends.DIRECTORY, FULL, is_over=False, loud=True)),
        (21, Ending(Ends.DIRECTORY, FULL, is_over=True, loud=True)),
    ],
)
def test_a_directory_is_said_to_end_after_a_week_and_loudly_after_two(
    age: int, said: Ending | None
) -> None:
    assert directory_ending(DIRECTORY, later(ISSUED, age)) == said


def test_a_directory_that_keys_cut_short_counts_as_old_from_its_end_back() -> None:
    assert is_cut_by_keys(CUT)
    assert age_of(CUT, ISSUED) == 11
    assert directory_ending(CUT, ISSUED) is not None


def test_one_that_the_delegation_ends_is_not_cut_by_keys() -> None:
    short = replace(CUT, delegation=replace(CUT.delegation, end=CUT.expires))

    assert not is_cut_by_keys(short)
    assert directory_ending(short, ISSUED) is None


def test_a_delegation_is_said_to_end_two_weeks_before_and_is_loud_when_it_has() -> None:
    delegation, end = DIRECTORY.delegation, DIRECTORY.delegation.end

    assert delegation_ending(delegation, later(end, -15)) is None
    said = delegation_ending(delegation, later(end, -14))
    assert said == Ending(Ends.DELEGATION, end, is_over=False, loud=False)
    assert delegation_ending(delegation, end) == replace(said, is_over=True, loud=True)


def test_keys_are_said_to_end_three_weeks_before() -> None:
    assert keys_ending("main", FULL, later(FULL, -22)) is None
    said = keys_ending("main", FULL, later(FULL, -21))
    assert said == Ending(Ends.KEYS, FULL, is_over=False, loud=False, whose="main")


def test_a_cut_that_no_known_card_made_is_of_somebody_whose_card_is_not_known() -> None:
    said = keys_endings(CUT, {"main": later(CUT.expires, 60)}, ISSUED)

    assert said == [Ending(Ends.KEYS, CUT.expires, is_over=False, loud=False, whose="board")]
    assert keys_endings(CUT, {"main": CUT.expires}, ISSUED)[0].whose == "main"


def test_a_card_that_is_not_known_ends_with_the_directory_only_where_asked() -> None:
    ends = {"main": later(FULL, 1)}

    assert ending_with(DIRECTORY, ends, unknown=True) == ["board"]
    assert ending_with(DIRECTORY, ends, unknown=False) == []
    assert ending_with(DIRECTORY, {"main": FULL}, unknown=False) == ["main"]


def test_the_server_is_said_to_take_no_more_after_thirty_days_and_loudly_after_38() -> None:
    assert acceptance_ending("main", ISSUED, later(ISSUED, 29)) is None
    said = acceptance_ending("main", ISSUED, later(ISSUED, 30))
    assert said == Ending(
        Ends.ACCEPTANCE, later(ISSUED, 38), is_over=False, loud=False, whose="main"
    )
    assert acceptance_ending("main", ISSUED, later(ISSUED, 38)) == replace(
        said, is_over=True, loud=True
    )
