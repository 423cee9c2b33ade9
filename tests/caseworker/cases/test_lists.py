"""Lists of cases and replies: they say what the log says, or they are made anew from it."""

import random
from pathlib import Path

import pytest

from caseworker.cases.flags import flags_by_case, flags_of_case
from caseworker.cases.folding import all_cases, case_log
from caseworker.cases.lists import (
    count_waiting_parts,
    list_cases,
    mend_lists,
    new_cases,
    waiting_replies,
)
from caseworker.cases.states import State
from caseworker.log.case_events import Acknowledged, Replied
from caseworker.log.chain import append_event
from caseworker.log.texts import add_text
from caseworker.vault.arrivals import add_envelope
from caseworker.vault.database import Database, open_database
from caseworker.vault.folder import Vault
from caseworker.vault.messages import MessageProof, add_message, all_messages, message_mark
from caseworker.work.replying import ReplyWriter
from crypto.names import Address, ThreadId
from ground.shell.refusals import Refusal
from tests.caseworker.cases.test_flagged_cases import mark
from tests.offices.vaults import DAY, Office, Server, Source, at

# What somebody with the vault's key, or a fault of a disk or of this program, may do to the lists.
ALTERED = {
    "state": "UPDATE case_rows SET state = 'acknowledged'",
    "nonsense": "UPDATE case_rows SET state = 'lost'",
    "day": "UPDATE case_rows SET received_day = 1",
    "acknowledged": "UPDATE case_rows SET acknowledged = 1 - acknowledged",
    "no case": "DELETE FROM case_rows",
    "another case": "INSERT INTO case_rows VALUES (7, 1, 1, 'new', 0, 0)",
    "sealed": "UPDATE reply_rows SET batch = 1, first_index = 0",
    "no reply": "DELETE FROM reply_rows",
    "another's reply": "UPDATE reply_rows SET case_number = 7",
    "another text": "UPDATE reply_rows SET text_id = zeroblob(32)",
}


def states(vault: Vault) -> list[State]:
    """The state of each case, as a list says it."""
    return [case.state for case in list_cases(vault.db)]


def test_a_case_goes_through_its_states(office: Office, server: Server, source: Source) -> None:
    server.report(source)
    office.bring(*server.export())
    with office.opened() as vault:
        assert states(vault) == [State.NEW]
        ReplyWriter(vault, at(DAY)).acknowledge(1)
        assert (states(vault), new_cases(vault.db)) == ([State.ACKNOWLEDGED], [])
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
        assert states(vault) == [State.REPLIED]
    server.report(source, "At the bridge.", kind="follow-up")
    office.bring(*server.export())
    with office.opened() as vault:
        assert states(vault) == [State.SOURCE_WROTE_AGAIN]
        (case,) = list_cases(vault.db)
        assert (case.received_day, case.messages, case.waiting) == (DAY, 2, 2)


def test_what_waits_is_what_the_log_says(reported: Office, server: Server) -> None:
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
        ReplyWriter(vault, at(DAY)).acknowledge(1)
        waiting = waiting_replies(vault.db)
        assert [one.kind for one in waiting] == ["acknowledgement", "reply"]
        assert sorted(waiting, key=lambda one: one.number) == case_log(vault.db, 1).waiting
        thread = message_mark(vault.db, 1).thread_id
        assert count_waiting_parts(vault.db, thread) == sum(one.parts for one in waiting)
        assert count_waiting_parts(vault.db, ThreadId(bytes(32))) == 0
    reported.carry(server.folder / "out")
    with reported.opened() as vault:
        assert waiting_replies(vault.db) == []
        assert mend_lists(vault.db) == []


@pytest.mark.parametrize("statement", ALTERED.values(), ids=ALTERED)
def test_lists_that_differ_from_the_log_are_found_and_made_anew(
    reported: Office, statement: str
) -> None:
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
        before = list_cases(vault.db), waiting_replies(vault.db)
        with vault.db.transaction():
            assert vault.db.run(statement)
        assert mend_lists(vault.db) in ([1], [7], [1, 7])
        assert (list_cases(vault.db), waiting_replies(vault.db)) == before
        assert mend_lists(vault.db) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reply_rows SET case_number = 7",
        "UPDATE reply_rows SET text_id = (SELECT id FROM texts WHERE text = 'Of another matter.')",
        "UPDATE reply_rows SET reply_id = zeroblob(16)",
        "UPDATE reply_rows SET message = 2",
    ],
)
def test_a_reply_of_which_its_case_does_not_know_is_not_sealed(
    reported: Office, server: Server, statement: str
) -> None:
    server.report(Source(server.genesis_id), "Another matter.")
    reported.bring(*server.export())
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
        with vault.db.transaction():
            add_text(vault.db, "Of another matter.")
            assert vault.db.run(statement)
    with pytest.raises(Refusal, match="not what the log of the case says"):
        reported.carry(server.folder / "out")
    assert not (server.folder / "out").exists()
    with reported.opened() as vault:
        assert mend_lists(vault.db)
    assert len(reported.carry(server.folder / "out").new_replies) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM folded",
        "UPDATE folded SET shape = 0",
        "UPDATE folded SET hash = zeroblob(32)",
        "UPDATE folded SET event = 9999",
    ],
    ids=["older version", "other rows", "other log", "longer log"],
)
def test_rows_that_were_folded_from_something_else_are_never_read(
    reported: Office, statement: str
) -> None:
    with reported.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
        before = list_cases(vault.db), waiting_replies(vault.db)
        with vault.db.transaction():
            vault.db.run("UPDATE case_rows SET state = 'new'")
            vault.db.run("UPDATE reply_rows SET batch = 1")
            vault.db.run(statement)
        assert (list_cases(vault.db), waiting_replies(vault.db)) == before


def test_what_was_added_to_the_log_alone_stands_in_the_lists(reported: Office) -> None:
    with reported.opened() as vault:
        assert states(vault) == [State.NEW]
        with vault.db.transaction():
            text = add_text(vault.db, "Where was it?")
            append_event(vault, at(DAY), Acknowledged(1, bytes(16), 1, 1, text))
            append_event(vault, at(DAY), Replied(1, bytes(15) + b"\x01", 1, 1, text))
        assert states(vault) == [State.REPLIED]
        assert len(waiting_replies(vault.db)) == 2
        assert mend_lists(vault.db) == []


def test_a_change_that_is_taken_back_is_taken_back_in_the_lists_too(reported: Office) -> None:
    with reported.opened() as vault:
        with pytest.raises(KeyError), vault.db.transaction():
            append_event(vault, at(DAY), Acknowledged(1, bytes(16), 1, 1, bytes(32)))
            assert states(vault) == [State.ACKNOWLEDGED]
            raise KeyError
        assert states(vault) == [State.NEW]
        assert all_cases(vault.db)[1].state is State.NEW


def random_messages(db: Database, seed: int) -> None:
    """Messages that share a lot with each other."""
    chance = random.Random(seed)
    with db.transaction():
        for number in range(1, 40):
            one = mark(
                number,
                chance.randrange(1, 15),
                thread_id=bytes([chance.randrange(12)]) * 32,
                commitment=bytes([chance.randrange(12)]) * 32,
                kind=chance.choice(["report", "follow-up"]),
                message_id=bytes([chance.randrange(3)]) * 16,
                within_key_dates=chance.random() < 0.9,
            )
            address = bytes([number]) * 32
            add_envelope(db, Address(address), "message", "", DAY)
            add_message(db, one, MessageProof(Address(address), b"", b"", b""))


@pytest.mark.parametrize("seed", range(5))
def test_the_flags_of_a_case_are_those_that_all_messages_give_it(tmp_path: Path, seed: int) -> None:
    db = open_database(tmp_path / "db", bytes(32))
    random_messages(db, seed)
    flags = flags_by_case(all_messages(db))
    assert len(flags) > 5
    assert {number: flags_of_case(db, number) for number in range(1, 16)} == {
        number: flags.get(number, set()) for number in range(1, 16)
    }
