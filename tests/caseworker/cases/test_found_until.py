"""Nobody is answered who would not find it: the last day is that of the source's own reading."""

import pytest

from caseworker.cases.found_until import found_until
from caseworker.keys.directories import known_directory
from caseworker.vault.folder import Vault
from caseworker.work.acknowledge_cases import acknowledge_cases
from caseworker.work.replying import ReplyWriter
from crypto.names import Day
from ground.shell.refusals import Refusal
from tests.offices.vaults import DAY, Office, Server, Source, at


def last_day(vault: Vault, source: Source) -> Day:
    """The last day on which this source finds an answer."""
    kept = known_directory(vault).policy.codename_days
    until = found_until(vault.db, source.keys.thread_id, kept)
    assert until is not None
    return until


def test_the_last_day_is_the_last_on_which_its_source_finds_an_answer(
    reported: Office, server: Server, source: Source
) -> None:
    with reported.opened() as vault:
        until = last_day(vault, source)
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
    reported.carry(server.folder / "out")
    server.take(server.folder / "out")
    assert [one.text for one in server.replies(source, until)] == ["Where was it?"]
    assert server.replies(source, until + 1) == []


def test_a_reply_is_written_on_the_last_day_and_refused_after_it(
    reported: Office, source: Source
) -> None:
    with reported.opened() as vault:
        until = last_day(vault, source)
        late = ReplyWriter(vault, at(until + 1))
        with pytest.raises(Refusal, match="nobody looks for an answer to case 1") as refusal:
            late.check(1)
        assert "Once the source writes again" in refusal.value.hint
        with pytest.raises(Refusal, match="nobody looks"):
            late.reply(1, "Where was it?")
        assert list(acknowledge_cases(vault, at(until + 1), [1]).refused) == [1]
        all_new = acknowledge_cases(vault, at(until + 1), None)
        assert (all_new.passed_over, all_new.refused) == ((1,), {})
        ReplyWriter(vault, at(until)).check(1)
        ReplyWriter(vault, at(until)).reply(1, "Where was it?")


def test_a_source_that_wrote_again_is_answered_for_longer(
    reported: Office, server: Server, source: Source
) -> None:
    with reported.opened() as vault:
        before = last_day(vault, source)
    server.report(source, "More of it.", kind="follow-up", key_day=DAY + 7)
    reported.bring(*server.export())
    with reported.opened() as vault:
        assert last_day(vault, source) == before + 7
