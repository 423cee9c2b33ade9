"""What stands in the log of each kind of event: the bytes that are in old vaults, and hashed."""

import hashlib
import json

import pytest

from caseworker.cases.folding import case_log
from caseworker.cases.states import State
from caseworker.log import case_events, vault_events
from caseworker.log.case_events import WrittenEvent
from caseworker.log.chain import all_entries, append_event, verify_log
from caseworker.log.kinds import KINDS, Event, UnknownEvent, body_of, read_event
from caseworker.log.rows import LogRow, append_to_log, last_of_log, last_row_of_log
from crypto.errors import Malformed
from crypto.strict_json import Fields, encode_json, parse_json
from tests.offices.vaults import DAY, Office, at

ID = bytes(15) + b"\x01"
HASH = bytes(31) + b"\x02"
HEX_ID = "00000000000000000000000000000001"
HEX_HASH = "0000000000000000000000000000000000000000000000000000000000000002"

# Kind, case, an event, and its body as it has always been written.
WRITTEN: list[tuple[str, int | None, Event, str]] = [
    (
        "received",
        3,
        case_events.Received(3, 7, "follow-up", HASH),
        f'{{"message":7,"kind":"follow-up","envelope":"{HEX_HASH}"}}',
    ),
    (
        "looked",
        3,
        case_events.Looked(3, ("no-report", "two-versions")),
        '{"flags":["no-report","two-versions"]}',
    ),
    (
        "acknowledged",
        3,
        case_events.Acknowledged(3, ID, 7, 1, HASH),
        f'{{"reply":"{HEX_ID}","message":7,"parts":1,"text":"{HEX_HASH}"}}',
    ),
    (
        "replied",
        3,
        case_events.Replied(3, ID, 7, 2, HASH),
        f'{{"reply":"{HEX_ID}","message":7,"parts":2,"text":"{HEX_HASH}"}}',
    ),
    (
        "sealed",
        3,
        case_events.Sealed(3, ID, 5, 0),
        f'{{"reply":"{HEX_ID}","batch":5,"first_index":0}}',
    ),
    ("called-back", 3, case_events.CalledBack(3, ID, 5), f'{{"reply":"{HEX_ID}","batch":5}}'),
    (
        "carried-out",
        3,
        case_events.CarriedOut(3, ID, HASH),
        f'{{"reply":"{HEX_ID}","bundle":"{HEX_HASH}"}}',
    ),
    ("saved", 3, case_events.Saved(3, 4), '{"files":4}'),
    ("noted", 3, case_events.Noted(3, HASH), f'{{"text":"{HEX_HASH}"}}'),
    (
        "imported",
        None,
        vault_events.Imported(HASH, ID, 1, 2, 3, 4, 5, 6, 7, 8, 9),
        f'{{"sha256":"{HEX_HASH}","export":"{HEX_ID}","part":1,"parts":2,"messages":3,'
        '"duplicates":4,"set_aside":5,"unopened":6,"read_after_all":7,"chunks":8,"chunks_left":9}',
    ),
    (
        "exported",
        None,
        vault_events.Exported(HASH, 1, 3),
        f'{{"bundle":"{HEX_HASH}","batches":1,"items":3}}',
    ),
    ("card-made", None, vault_events.CardMade(2, 14), '{"card":2,"new_keys":14}'),
    (
        "keys-destroyed",
        None,
        vault_events.KeysDestroyed((2968, 2969), False),
        '{"weeks":[2968,2969],"asked":false}',
    ),
    (
        "card-compared",
        None,
        vault_events.CardCompared("board", 2, HASH),
        f'{{"recipient":"board","card":2,"sha256":"{HEX_HASH}"}}',
    ),
    (
        "signing-key-made",
        None,
        vault_events.SigningKeyMade(HASH, True),
        f'{{"public_key":"{HEX_HASH}","old_key_lost":true}}',
    ),
    (
        "directory-issued",
        None,
        vault_events.DirectoryIssued(1, 2, 20_804),
        '{"delegation":1,"sequence":2,"expires":20804}',
    ),
    ("found-restored", None, vault_events.FoundRestored(7), '{"batch":7}'),
    (
        "server-pinned",
        None,
        vault_events.ServerPinned(HASH),
        f'{{"public_key":"{HEX_HASH}"}}',
    ),
    (
        "server-dropped",
        None,
        vault_events.ServerDropped(HASH),
        f'{{"public_key":"{HEX_HASH}"}}',
    ),
]


def by_kind(case: tuple[str, int | None, Event, str]) -> str:
    """The kind, to name a test by."""
    return case[0]


def test_every_kind_is_pinned() -> None:
    assert sorted(map(by_kind, WRITTEN)) == sorted(KINDS)


@pytest.mark.parametrize("written", WRITTEN, ids=by_kind)
def test_an_event_is_written_and_read_as_it_always_was(
    written: tuple[str, int | None, Event, str],
) -> None:
    kind, case, event, body = written
    assert encode_json(body_of(event)).decode() == body
    assert read_event(kind, case, Fields(parse_json(body.encode()))) == event


@pytest.mark.parametrize("written", WRITTEN, ids=by_kind)
def test_an_event_without_one_of_its_members_is_malformed(
    written: tuple[str, int | None, Event, str],
) -> None:
    kind, case, _, body = written
    for name in json.loads(body):
        less = {key: value for key, value in json.loads(body).items() if key != name}
        with pytest.raises(Malformed):
            read_event(kind, case, Fields(less))


@pytest.mark.parametrize("written", WRITTEN, ids=by_kind)
def test_an_event_is_of_a_case_or_of_the_vault_as_its_kind_says(
    written: tuple[str, int | None, Event, str],
) -> None:
    kind, case, _, body = written
    with pytest.raises(Malformed):
        read_event(kind, 1 if case is None else None, Fields(json.loads(body)))


@pytest.mark.parametrize("weeks", ['["1"]', "[true]", "[null]", "[[]]"])
def test_a_list_of_numbers_holds_numbers_alone(weeks: str) -> None:
    with pytest.raises(Malformed):
        read_event("keys-destroyed", None, Fields(json.loads(f'{{"weeks":{weeks},"asked":true}}')))


def test_the_log_holds_the_whole_event_as_it_always_did(office: Office) -> None:
    with office.opened() as vault:
        number, previous = last_of_log(vault.db)
        with vault.db.transaction():
            append_event(vault, at(DAY), case_events.Noted(3, HASH))
        row = last_row_of_log(vault.db)
    assert row is not None
    assert row.content.decode() == (
        f'{{"number":{number + 1},"day":20783,"time":"12:00:00","author":"author-1",'
        f'"kind":"noted","case":3,"body":{{"text":"{HEX_HASH}"}},"previous":"{previous.hex()}"}}'
    )


@pytest.mark.parametrize(
    "event", [UnknownEvent("forwarded", 1), WrittenEvent(1, ID, 1, 1, HASH)], ids=["newer", "base"]
)
def test_an_event_of_an_unknown_kind_cannot_be_added(office: Office, event: Event) -> None:
    with office.opened() as vault, pytest.raises(ValueError, match="unknown kind"):
        append_event(vault, at(DAY), event)


def test_an_event_of_a_newer_version_changes_nothing_and_is_verified(reported: Office) -> None:
    with reported.opened() as vault:
        before = case_log(vault.db, 1)
        number, previous = last_of_log(vault.db)
        content = (
            f'{{"number":{number + 1},"day":20783,"time":"12:00:00","author":"author-1",'
            f'"kind":"forwarded","case":1,"body":{{"to":"whom"}},"previous":"{previous.hex()}"}}'
        ).encode()
        digest = hashlib.sha256(content).digest()
        with vault.db.transaction():
            append_to_log(vault.db, LogRow(number + 1, 1, "forwarded", content, digest))
        verify_log(vault.db)
        assert [one.event for one in all_entries(vault.db)][-1] == UnknownEvent("forwarded", 1)
        assert case_log(vault.db, 1) == before
        assert before.state is State.NEW
