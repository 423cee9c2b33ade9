"""The chain: adding an event, reading events, and proving that none was altered.

An event is JSON; what is hashed are its bytes:

    {"number", "day", "time", "author", "kind", "case", "body", "previous"}

`case` is null where an event is about the vault as a whole. `previous` is the SHA-256 of the bytes
of the event before, zeros for the first. Texts that people wrote stand outside, named by a salted
hash (log/texts.py), so that they can be deleted in their time without breaking the chain.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from caseworker.log.kinds import Event, body_of, case_of, kind_of, read_event
from caseworker.log.rows import (
    LogRow,
    append_to_log,
    last_of_log,
    last_row_of_log,
    read_log,
    read_log_of_case,
    rows_that_name,
)
from caseworker.log.texts import altered_texts
from caseworker.log.vault_events import Exported
from caseworker.moments import Moment
from caseworker.vault.database import Database
from caseworker.vault.folder import Vault
from crypto.errors import Malformed
from crypto.names import Day
from crypto.strict_json import Fields, encode_json, parse_json
from ground.shell.refusals import Refusal

_HASH_SIZE = 32
_WORD_MAX_SIZE = 64


@dataclass(frozen=True)
class Entry:
    """An entry of the log: what happened, when, and by whom."""

    number: int
    moment: Moment
    author: str
    event: Event


def append_event(vault: Vault, moment: Moment, event: Event) -> None:
    """Add an event at the end of the log, within the transaction of what it tells of.

    ValueError for one that only a newer version of this program knows.
    """
    last, previous = last_of_log(vault.db)
    kind, case_number = kind_of(event), case_of(event)
    content = encode_json(
        {
            "number": last + 1,
            "day": moment.day,
            "time": moment.time,
            "author": vault.author,
            "kind": kind,
            "case": case_number,
            "body": body_of(event),
            "previous": previous.hex(),
        }
    )
    digest = hashlib.sha256(content).digest()
    append_to_log(vault.db, LogRow(last + 1, case_number, kind, content, digest))


def all_entries(db: Database) -> Iterator[Entry]:
    """Yield the whole log in its order."""
    return (_entry(_fields(row)) for row in read_log(db))


def entries_of_case(db: Database, case_number: int) -> Iterator[Entry]:
    """Yield what the log says of a case, in its order."""
    return (_entry(_fields(row)) for row in read_log_of_case(db, case_number))


def ends_with_export(db: Database) -> tuple[int, bytes] | None:
    """Return day and SHA-256 of the bundle whose export is the last thing that happened, if so."""
    row = last_row_of_log(db)
    if row is None or row.kind != Exported.kind:
        return None
    entry = _entry(_fields(row))
    return (entry.moment.day, entry.event.bundle) if isinstance(entry.event, Exported) else None


def was_exported(db: Database, bundle: bytes) -> bool:
    """Tell whether the log knows of a bundle, given by its SHA-256, that was written."""
    events = (_entry(_fields(row)).event for row in rows_that_name(db, Exported.kind, bundle))
    return any(isinstance(event, Exported) and event.bundle == bundle for event in events)


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
    found = (_entry(fields).number, _case(fields), _kind(fields))
    if found != (row.number, row.case_number, row.kind) or row.number != number:
        raise Malformed("a row that differs from its event")
    if fields.hex("previous", _HASH_SIZE) != previous:
        raise Malformed("an event that does not follow the one before")
    if hashlib.sha256(row.content).digest() != row.hash:
        raise Malformed("an event with another hash")


def _entry(fields: Fields) -> Entry:
    return Entry(
        number=fields.integer("number", 1),
        moment=Moment(Day(fields.integer("day")), fields.text("time", _WORD_MAX_SIZE)),
        author=fields.text("author", _WORD_MAX_SIZE),
        event=read_event(_kind(fields), _case(fields), fields.object("body")),
    )


def _kind(fields: Fields) -> str:
    return fields.text("kind", _WORD_MAX_SIZE)


def _case(fields: Fields) -> int | None:
    return None if fields.is_null("case") else fields.integer("case", 1)
