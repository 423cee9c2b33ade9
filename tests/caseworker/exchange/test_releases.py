"""Batches that leave once a week: at the first export on or after a weekday."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from caseworker.exchange.outbound import exporting
from caseworker.exchange.outbound.releases import next_release
from caseworker.keys.directories import known_directory
from caseworker.vault.folder import Vault
from caseworker.work.replying import ReplyWriter
from crypto.directory import Directory
from crypto.names import Day
from tests.offices.vaults import DAY, Office, Server, Source, at

# A Thursday, and its week's days from Monday on.
THURSDAY = Day(7 * (DAY // 7))


@pytest.fixture
def on_mondays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An office whose directory lets batches leave on Mondays."""

    def known(vault: Vault) -> Directory:
        return replace(known_directory(vault), release=1)

    monkeypatch.setattr(exporting, "known_directory", known)
    yield


def test_without_a_release_day_every_export_makes_batches(office: Office) -> None:
    with office.opened() as vault:
        assert next_release(vault.db, DAY, 0) is None


@pytest.mark.parametrize(
    ("weekday", "days"), [(4, 7), (5, 1), (6, 2), (7, 3), (1, 4), (2, 5), (3, 6)]
)
def test_the_next_release_is_the_next_such_day(office: Office, weekday: int, days: int) -> None:
    """The office's first bundle, with a batch, was made on a day of this week."""
    with office.opened() as vault:
        with vault.db.transaction():
            vault.db.run("UPDATE outgoing SET made_day = ?", THURSDAY)
        assert next_release(vault.db, THURSDAY, weekday) == THURSDAY + days
        assert next_release(vault.db, Day(THURSDAY + days), weekday) is None
        assert next_release(vault.db, Day(THURSDAY + 30), weekday) is None


@pytest.mark.usefixtures("on_mondays")
def test_between_two_releases_an_export_makes_no_batch_and_says_when_the_next_leaves(
    reported: Office, server: Server, source: Source
) -> None:
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
    monday = next(day for day in range(DAY + 1, DAY + 8) if day % 7 == 4)
    for day in range(DAY, monday):
        waiting = reported.carry(server.folder / f"out-{day}", day)
        assert (waiting.new_batches, waiting.next_release) == (0, monday)
        assert (len(waiting.waiting), len(waiting.new_replies)) == (1, 0)

    late = reported.carry(server.folder / "late", monday + 1)
    assert (late.new_batches, late.next_release, late.waiting) == (1, None, ())
    again = reported.carry(server.folder / "again", monday + 2)
    assert (again.new_batches, again.next_release) == (0, monday + 7)
    server.take(server.folder / "again")
    assert [one.text for one in server.replies(source)] == ["Where was it?"]
