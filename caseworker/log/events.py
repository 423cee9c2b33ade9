"""The log: what happened, by whom and when; append-only, each event with the hash before it.

An event is JSON; what is hashed are its bytes:

    {"number", "day", "time", "author", "kind", "case", "body", "previous"}

`case` is null where an event is about the vault as a whole. `previous` is the SHA-256 of the bytes
of the event before, zeros for the first. Texts that people wrote stand outside, named by a salted
hash (vault/log.py), so that they can be deleted in their time without breaking the chain.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from caseworker.log.rows import (
    LogRow,
    altered_texts,
    append_to_log,
    last_of_log,
    last_row_of_log,
    read_log,
    read_log_of_case,
)
from caseworker.vault.database import Database
from caseworker.vault.folder import Vault
from crypto.errors import Malformed
from crypto.strict_json import Fields, encode_json, parse_json
from ground.days import Moment
from ground.shell.refusals import Refusal

_HASH_SIZE = 32
_WORD_MAX_SIZE = 64

# Every kind of event, closed list.
RECEIVED = "received"
LOOKED = "looked"
ACKNOWLEDGED = "acknowledged"
REPLIED = "replied"
SEALED = "sealed"
CALLED_BACK = "called-back"
CARRIED_OUT = "carried-out"
SAVED = "saved"
NOTED = "noted"
IMPORTED = "imported"
EXPORTED = "exported"
CARD_MADE = "card-made"
KEYS_DESTROYED = "keys-destroyed"
CARD_COMPARED = "card-compared"
SIGNING_KEY_MADE = "signing-key-made"
DIRECTORY_ISSUED = "directory-issued"
KINDS = frozenset(
    {
        RECEIVED,
        LOOKED,
        ACKNOWLEDGED,
        REPLIED,
        SEALED,
        CALLED_BACK,
        CARRIED_OUT,
        SAVED,
        NOTED,
        IMPORTED,
        EXPORTED,
        CARD_MADE,
        KEYS_DESTROYED,
        CARD_COMPARED,
        SIGNING_KEY_MADE,
        DIRECTORY_ISSUED,
    }
)


@dataclass(frozen=True)
class Event:
    """One event of the log; `body` says what is particular to its kind."""

    number: int
    moment: Moment
    author: str
    kind: str
    case_number: int | None
    body: Fields


def append_event(
    vault: Vault, moment: Moment, kind: str, case_number: int | None, body: Mapping[str, object]
) -> None:
    """Add an event at the end of the log, within the transaction of what it tells of."""
    if kind not in KINDS:
        raise ValueError("an event of an unknown kind")
    last, previous = last_of_log(vault.db)
    content = encode_json(
        {
            "number": last + 1,
            "day": moment.day,
            "time": moment.time,
            "author": vault.author,
            "kind": kind,
            "case": case_number,
            "body": dict(body),
            "previous": previous.hex(),
        }
    )
    digest = hashlib.sha256(content).digest()
    append_to_log(vault.db, LogRow(last + 1, case_number, kind, content, digest))


def all_events(db: Database) -> Iterator[Event]:
    """Yield all events in their order."""
    return (_event(_fields(row)) for row in read_log(db))


def events_of_case(db: Database, case_number: int) -> Iterator[Event]:
    """Yield the events of a case in their order."""
    return (_event(_fields(row)) for row in read_log_of_case(db, case_number))


def ends_with_export(db: Database) -> tuple[int, bytes] | None:
    """Return day and SHA-256 of the bundle whose export is the last thing that happened, if so."""
    row = last_row_of_log(db)
    if row is None or row.kind != EXPORTED:
        return None
    event = _event(_fields(row))
    return event.moment.day, event.body.hex("bundle", _HASH_SIZE)


def was_exported(db: Database, bundle: bytes) -> bool:
    """Tell whether the log knows of a bundle, given by its SHA-256, that was written."""
    return any(
        event.kind == EXPORTED and event.body.hex("bundle", _HASH_SIZE) == bundle
        for event in all_events(db)
    )


def verify_log(db: Database) -> int:
    """Return how many events there are; Refusal where the chain, or a text, was altered."""
    previous = bytes(_HASH_SIZE)
    count = 0
    for row in read_log(db):
        count += 1
        try:
            _check_link(row, count, previous)
        except Malformed:
            raise Refusal(
                f"the log was altered at event {count}",
                "what follows cannot be trusted: compare with your last backup",
            ) from None
        previous = row.hash
    if altered_texts(db):
        raise Refusal("a text that the log names was altered", "compare with your last backup")
    return count


def _fields(row: LogRow) -> Fields:
    # Written by this program, so that the strict parser, five times as slow, is left to verify_log.
    return Fields(json.loads(row.content))


def _check_link(row: LogRow, number: int, previous: bytes) -> None:
    fields = Fields(parse_json(row.content))
    event = _event(fields)
    found = (row.number, row.case_number, row.kind)
    if found != (event.number, event.case_number, event.kind) or row.number != number:
        raise Malformed("a row that differs from its event")
    if fields.hex("previous", _HASH_SIZE) != previous:
        raise Malformed("an event that does not follow the one before")
    if hashlib.sha256(row.content).digest() != row.hash:
        raise Malformed("an event with another hash")


def _event(fields: Fields) -> Event:
    return Event(
        number=fields.integer("number", 1),
        moment=Moment(fields.integer("day"), fields.text("time", _WORD_MAX_SIZE)),
        author=fields.text("author", _WORD_MAX_SIZE),
        kind=fields.text("kind", _WORD_MAX_SIZE),
        case_number=None if fields.is_null("case") else fields.integer("case", 1),
        body=fields.object("body"),
    )
