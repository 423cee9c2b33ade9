"""What runs out is said in time, with the command to type."""

from dataclasses import replace

import pytest

from caseworker.commands.alarm_words import WordedAlarm, alarms_in_words
from caseworker.keys.cards import own_card
from caseworker.keys.directories import known_directory
from caseworker.keys.servers import ServerChanges, change_servers, server_digest
from caseworker.office.root_file import ROOT_FILE
from crypto.directory import Directory
from crypto.names import Day
from crypto.signing import SigningKey
from ground.shell.figures import until_text
from tests.caseworker.office.test_office_keys import real_root, renew
from tests.offices.courier import Go
from tests.offices.vaults import DAY, SERVER_KEY, Office, Server, Source, at


def alarms_on(office: Office, day: int, recipient: str = "investigations") -> list[WordedAlarm]:
    """What a vault warns of on a day."""
    with office.opened(recipient) as vault:
        return alarms_in_words(vault, Day(day))


def test_nothing_is_said_while_all_is_well(office: Office) -> None:
    assert alarms_on(office, DAY + 6) == []


@pytest.mark.parametrize(("days", "loud"), [(7, False), (13, False), (14, True), (21, True)])
def test_a_directory_is_due_from_its_seventh_day_and_loudly_from_the_fourteenth(
    office: Office, days: int, loud: bool
) -> None:
    (alarm,) = alarms_on(office, DAY + days)
    assert (alarm.text.startswith("the directory"), alarm.loud) == (True, loud)
    assert "caseworker export" in alarm.command


def cut_short(office: Office, days: int) -> Directory:
    """A directory of so few days: the other vault sends no card, and its keys end with it."""
    for day in range(DAY + 7, DAY + 92 - days, 7):
        renew(office, day, ["investigations"], ask_root=real_root(office))
    with office.opened() as vault:
        directory = known_directory(vault)
    assert directory.expires - directory.issued == days
    return directory


@pytest.mark.parametrize(("left", "loud"), [(14, False), (8, False), (7, True), (0, True)])
def test_a_directory_that_was_cut_short_is_due_as_long_before_its_end(
    office: Office, left: int, loud: bool
) -> None:
    alarm = said(office, cut_short(office, 14).expires - left, "the directory expire")
    assert alarm is not None
    assert alarm.loud == loud


def test_a_directory_of_seven_days_is_loud_from_the_first(office: Office) -> None:
    alarm = said(office, cut_short(office, 7).issued, "the directory expires")
    assert alarm is not None
    assert alarm.loud


def lengthening(office: Office, day: int, recipient: str = "investigations") -> str:
    """The command that is named where the directory nears its end."""
    alarm = said(office, day, "the directory expire", recipient)
    assert alarm is not None
    return alarm.command


def test_a_directory_that_was_cut_short_asks_for_the_card_that_cut_it(office: Office) -> None:
    """No export here makes it longer before that card has come."""
    assert lengthening(office, cut_short(office, 7).issued) == (
        f"caseworker import {office.vault()} FILE, with a bundle that the server wrote after it "
        f"took one from board; then: caseworker export {office.vault()} --out FILE"
    )


def test_a_vault_whose_keys_cut_the_directory_short_is_told_to_deliver_its_card(
    office: Office, go: Go
) -> None:
    day = cut_short(office, 7).issued
    go.deliver("investigations", day)
    go.fetch("board", day)
    assert lengthening(office, day, "board") == (
        f"caseworker export {office.vault('board')} --out FILE, carry it to the server; then: "
        f"caseworker import {office.vault('board')} FILE, with a newer bundle from the server"
    )


def test_a_directory_that_was_cut_short_is_replaced_as_soon_as_the_card_has_come(
    office: Office, go: Go
) -> None:
    """Not after its seventh day, which would be after its end."""
    day = cut_short(office, 7).issued + 1
    go.deliver("investigations", day)
    go.fetch("board", day)
    go.deliver("board", day)
    go.fetch("investigations", day)
    go.deliver("investigations", day)
    assert go.server.directory.expires == day + 21
    assert alarms_on(office, day) == []


def test_a_directory_that_cannot_last_longer_is_not_issued_again(office: Office, go: Go) -> None:
    directory = cut_short(office, 7)
    go.deliver("investigations", directory.issued + 1)
    assert go.server.directory.sequence == directory.sequence


@pytest.mark.parametrize("left", [3, 0])
def test_a_directory_that_ends_with_the_delegation_asks_for_the_root(
    office: Office, left: int
) -> None:
    """Without the root no export makes it longer."""
    for day in range(DAY + 40, DAY + 80, 39):
        renew(office, day, ask_root=real_root(office))
    with office.opened() as vault:
        end = known_directory(vault).delegation.end
    for day in (end - 20, end - 10):
        office.carry(office.folder / f"out-{day}", day)
    assert lengthening(office, end - left) == (
        f"caseworker office renew {office.folder}, with the root key"
    )


@pytest.mark.parametrize("recipient", ["investigations", "board"])
def test_a_directory_of_days_to_come_is_loud(office: Office, recipient: str) -> None:
    """Of two clocks that differ by so much one is wrong; sources take no such directory."""
    assert said(office, DAY - 2, "the directory begins", recipient) is None
    alarm = said(office, DAY - 3, "the directory begins", recipient)
    assert alarm is not None
    assert (alarm.loud, alarm.command.startswith("set the clock")) == (True, True)


def test_a_vault_that_signs_no_directory_waits_for_a_bundle(office: Office) -> None:
    (alarm,) = alarms_on(office, DAY + 8, "board")
    assert "caseworker import" in alarm.command


def said(
    office: Office, day: int, words: str, recipient: str = "investigations"
) -> WordedAlarm | None:
    """The warning with these words, where there is one."""
    return next((one for one in alarms_on(office, day, recipient) if words in one.text), None)


def test_a_delegation_is_said_to_end_14_days_ahead(office: Office) -> None:
    renew(office, DAY + 69)
    assert said(office, DAY + 75, "delegation ends") is None
    alarm = said(office, DAY + 76, "delegation ends")
    assert alarm is not None
    assert (alarm.command, alarm.loud) == (
        f"caseworker office renew {office.folder}, with the root key",
        False,
    )
    ended = said(office, DAY + 90, "delegation ended")
    assert ended is not None
    assert ended.loud


def test_the_command_asks_for_a_root_key_that_is_not_there(office: Office) -> None:
    (office.folder / ROOT_FILE).unlink()
    alarm = said(office, DAY + 76, "delegation ends")
    assert alarm is not None
    assert "--root FILE" in alarm.command


@pytest.mark.parametrize("recipient", ["investigations", "board"])
def test_keys_are_said_to_run_out_21_days_ahead(office: Office, recipient: str) -> None:
    with office.opened(recipient) as vault:
        card = own_card(vault)
    assert card is not None
    end = 7 * card.keys[-1].week + 7
    assert said(office, end - 22, "this vault's card", recipient) is None
    alarm = said(office, end - 21, "this vault's card", recipient)
    assert alarm is not None
    assert alarm.command == f"caseworker export {office.vault(recipient)} --out FILE"


def test_the_directorys_vault_says_whose_keys_run_out_elsewhere(office: Office) -> None:
    """What ends on another machine ends the office's directories all the same."""
    renew(office, DAY + 40, ["investigations"])
    with office.opened("board") as vault:
        card = own_card(vault)
    assert card is not None
    end = 7 * card.keys[-1].week + 7
    assert said(office, end - 22, "keys of board") is None
    alarm = said(office, end - 21, "keys of board")
    assert alarm is not None
    assert alarm.command.startswith(f"caseworker import {office.vault()} FILE")


def test_envelopes_that_the_server_was_not_told_of_are_said_after_30_days(
    office: Office, server: Server, source: Source
) -> None:
    """Only a bundle from the server that names the confirmation as taken ends it."""
    server.report(source)
    office.bring(*server.export())
    renew(office, DAY + 25)
    words = "not confirmed on the server"
    assert said(office, DAY + 29, words) is None
    alarm = said(office, DAY + 30, words)
    assert alarm is not None
    assert alarm.command.startswith(f"caseworker export {office.vault()} --out FILE")
    office.carry(server.folder / "lost")
    assert said(office, DAY + 30, words) is not None
    office.carry(server.folder / "taken")
    server.take(server.folder / "taken")
    office.bring(*server.export())
    assert said(office, DAY + 30, words) is None


def test_the_loudest_comes_first(office: Office) -> None:
    loud = [one.loud for one in alarms_on(office, DAY + 80)]
    assert {True, False} == set(loud)
    assert loud == sorted(loud, reverse=True)


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


def take_batches(office: Office, number: int, week: int = DAY // 7) -> None:
    """Let the newest export have named so many batches of 256 records of the other recipient."""
    with office.opened() as vault, vault.db.transaction():
        for one in range(number):
            vault.db.run(
                "INSERT INTO taken_lines VALUES (?, 1, 'board', ?, 256, ?, randomblob(32))",
                SERVER_KEY.public_key,
                one + 100,
                week,
            )


@pytest.mark.parametrize(("batches", "loud"), [(60, None), (62, False), (183, False), (184, True)])
def test_a_board_of_16_mb_is_said_and_one_of_48_mb_splits_the_office(
    office: Office, batches: int, loud: bool | None
) -> None:
    take_batches(office, batches)
    alarm = said(office, DAY, "everybody loads all of it")
    assert (alarm and alarm.loud) is loud
    if alarm:
        assert ("split the office" in alarm.command) is loud


def test_batches_that_left_the_board_weigh_nothing(office: Office) -> None:
    take_batches(office, 200, week=DAY // 7 - 27)
    assert said(office, DAY, "everybody loads all of it") is None


def test_a_server_that_was_compared_and_is_not_listed_yet_is_said(
    office: Office, server: Server
) -> None:
    moved = replace(server, key=SigningKey(bytes(32)))
    office.bring(*moved.export())
    with office.opened() as vault:
        changes = ServerChanges(add=(server_digest(moved.key.public_key),))
        change_servers(vault, at(DAY), changes)
    assert said(office, DAY, "does not list the server yet") is not None
    office.carry(server.folder / "listed")
    assert said(office, DAY, "does not list the server yet") is None


def test_a_vault_that_heard_of_no_server_of_the_office_says_so(
    office: Office, server: Server
) -> None:
    words = "no bundle by a server that the directory lists"
    assert said(office, DAY, words, "board") is None
    courier = replace(server, key=SigningKey(bytes(32)))
    office.bring(*courier.export("board"), to="board")
    assert said(office, DAY, words, "board") is not None
    office.bring(*server.export("board"), to="board")
    assert said(office, DAY, words, "board") is None


@pytest.mark.parametrize(
    ("away", "text"),
    [(182, "in 182 days"), (1, "tomorrow"), (0, "today"), (-1, "yesterday"), (-9, "9 days ago")],
)
def test_until_when_something_holds_is_said_as_people_say_it(away: int, text: str) -> None:
    """The day comes first: nothing holds "until in 182 days"."""
    assert until_text(20_962, 20_962 - away) == f"until 24 May 2027, {text}"
