"""What runs out is said in time, with the command to type."""

import pytest

from caseworker.days import until_text
from caseworker.office.alarms import Alarm, alarms
from caseworker.vault.condition import set_behind
from tests.caseworker.practice import DAY, Office, Server, at
from tests.caseworker.test_office_keys import real_root, renew


def alarms_on(office: Office, day: int, recipient: str = "investigations") -> list[Alarm]:
    """What a vault warns of on a day."""
    with office.opened(recipient) as vault:
        return alarms(vault, day)


def test_nothing_is_said_while_all_is_well(office: Office) -> None:
    assert alarms_on(office, DAY + 6) == []


@pytest.mark.parametrize(("days", "loud"), [(7, False), (13, False), (14, True), (21, True)])
def test_a_directory_is_due_from_its_seventh_day_and_loudly_from_the_fourteenth(
    office: Office, days: int, loud: bool
) -> None:
    (alarm,) = alarms_on(office, DAY + days)
    assert (alarm.text.startswith("the directory"), alarm.loud) == (True, loud)
    assert "caseworker export" in alarm.command


def test_a_vault_that_signs_no_directory_waits_for_a_bundle(office: Office) -> None:
    (alarm,) = alarms_on(office, DAY + 8, "board")
    assert "caseworker import" in alarm.command


def test_a_delegation_is_said_to_end_14_days_ahead(office: Office) -> None:
    renew(office, DAY + 69)
    for day, said in ((DAY + 75, False), (DAY + 76, True)):
        texts = [one.text for one in alarms_on(office, day)]
        assert any(text.startswith("the root's delegation ends") for text in texts) == said


def test_keys_are_said_to_run_out_21_days_ahead(office: Office) -> None:
    texts = [one.text for one in alarms_on(office, DAY + 80, "board")]
    assert any("intake keys" in text for text in texts)


def test_the_loudest_comes_first(office: Office) -> None:
    with office.opened() as vault, vault.db.transaction():
        set_behind(vault.db, True)
    first, *_ = alarms_on(office, DAY + 80)
    assert first.loud
    assert first.command.startswith("caseworker restored")


def test_an_office_that_slept_for_a_year_is_renewed_like_any_other(
    office: Office, server: Server
) -> None:
    renewal = renew(office, DAY + 400, ask_root=real_root(office))
    assert renewal.new_delegation
    (path,) = renewal.bundles.values()
    server.take(path)
    assert server.directory.expires == at(DAY + 421).day
    assert alarms_on(office, DAY + 400) == []
    assert alarms_on(office, DAY + 400, "board") == []


@pytest.mark.parametrize(
    ("away", "text"),
    [(182, "in 182 days"), (1, "tomorrow"), (0, "today"), (-1, "yesterday"), (-9, "9 days ago")],
)
def test_until_when_something_holds_is_said_as_people_say_it(away: int, text: str) -> None:
    """The day comes first: nothing holds "until in 182 days"."""
    assert until_text(20_962, 20_962 - away) == f"until 24 May 2027, {text}"
