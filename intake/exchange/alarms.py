"""What runs out on a server, or waits too long there, with the command to type."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.card import read_card
from crypto.directory import Directory, signing_keys_of
from crypto.sizes import DIRECTORY_MAX_DAYS
from intake.exchange.dates import iso
from intake.storage import items, office, retention
from intake.storage.container import Kind

DIRECTORY_WARN_DAYS: Final = 7
"""Age of a directory at which a new one should be on its way."""

DIRECTORY_LOUD_DAYS: Final = 14
"""Age of a directory at which it is urgent."""

DELEGATION_WARN_DAYS: Final = 14
"""Days before a delegation's end at which the root key is wanted."""

KEYS_WARN_DAYS: Final = 21
"""Days before the end of a recipient's last intake key at which a new card is wanted."""

_DESK_RENEWS: Final = "at the desk: caseworker office renew DIR"


@dataclass(frozen=True)
class Alarm:
    """Something that a person should do something about, and what to type."""

    text: str
    command: str
    loud: bool = False


def alarms(
    connection: sqlite3.Connection, directory: Directory | None, folder: Path, day: int
) -> list[Alarm]:
    """Return what runs out on a day, the most urgent first. `folder` is the data folder."""
    if directory is None:
        begin = f"intake import --data {folder} FILE"
        return [Alarm("there is no office here yet, so nobody can report", begin)]
    found = [
        *_directory(directory, folder, day, _without_card(connection, directory)),
        *_delegation(directory, day),
        *_keys(connection, directory, day),
        *_unconfirmed(connection, directory, folder, day),
    ]
    return sorted(found, key=lambda alarm: not alarm.loud)


def _directory(
    directory: Directory, folder: Path, day: int, without_card: list[str]
) -> Iterator[Alarm]:
    end = min(directory.expires, directory.delegation.end)
    age = day - directory.issued
    is_short = end - directory.issued < DIRECTORY_MAX_DAYS and end < directory.delegation.end
    if is_short:
        # Cut short at the end of somebody's keys, it is due earlier than by its age. Where the
        # delegation ends it, that is said by a warning of its own, in time.
        age = max(age, DIRECTORY_MAX_DAYS - (end - day))
    if age < DIRECTORY_WARN_DAYS and day < end:
        return
    if day >= end:
        text = f"THE DIRECTORY EXPIRED on {iso(end)}, and nobody can report"
    elif age >= DIRECTORY_LOUD_DAYS:
        when = "tomorrow" if end - day == 1 else f"in {end - day} days"
        text = f"THE DIRECTORY EXPIRES {when} ({iso(end)}), then nobody can report"
    else:
        text = f"the directory is {day - directory.issued} days old and expires on {iso(end)}"
    command = f"{_DESK_RENEWS}, then here: intake import --data {folder} FILE"
    if is_short and without_card:
        names = ", ".join(without_card)
        command = (
            f"at the desk of {names}: caseworker export VAULT --out FILE; here: intake import"
            f" --data {folder} FILE, and an export for the vault that signs; {command}"
        )
    yield Alarm(text, command, loud=age >= DIRECTORY_LOUD_DAYS or day >= end)


def _without_card(connection: sqlite3.Connection, directory: Directory) -> list[str]:
    """Return the recipients whose keys are here as far as the directory lists them alone."""
    known = {
        read_card(one.card, directory.genesis_id).recipient for one in office.cards(connection)
    }
    return [one.id for one in directory.recipients if one.id not in known]


def _delegation(directory: Directory, day: int) -> Iterator[Alarm]:
    end = directory.delegation.end
    if day < end - DELEGATION_WARN_DAYS:
        return
    text = f"the root's delegation {'ended' if day >= end else 'ends'} on {iso(end)}"
    yield Alarm(text, f"{_DESK_RENEWS} --root FILE, with the root key", loud=day >= end)


def _keys(connection: sqlite3.Connection, directory: Directory, day: int) -> Iterator[Alarm]:
    """Warn where the newest card of a recipient ends; one that came without a card is unknown."""
    cards = [read_card(one.card, directory.genesis_id) for one in office.cards(connection)]
    for recipient in directory.recipients:
        signers = signing_keys_of(directory, recipient.id)[:1]
        weeks = [
            card.keys[-1].week
            for card in cards
            if card.recipient == recipient.id
            and (card.signing_key in signers or card.old_signing_key in signers)
        ]
        end = 7 * (max(weeks) + 1) if weeks else None
        if end is None or day < end - KEYS_WARN_DAYS:
            continue
        text = f"the intake keys of {recipient.id} {'ended' if day >= end else 'end'} on {iso(end)}"
        command = f"at the desk of {recipient.id}: caseworker export VAULT --out FILE"
        yield Alarm(text, command, loud=day >= end)


def _unconfirmed(
    connection: sqlite3.Connection, directory: Directory, folder: Path, day: int
) -> Iterator[Alarm]:
    for recipient in directory.recipients:
        weeks = items.waiting(connection, Kind.ENVELOPE, recipient.id)
        age = max((retention.age(week, day) for week in weeks), default=0)
        if age < retention.WARN_DAYS:
            continue
        refuses = age >= retention.REFUSE_DAYS
        text = (
            f"NOTHING IS ACCEPTED: {recipient.id} has not confirmed envelopes for {age} days, and"
            f" after {retention.ENVELOPE_DAYS} they are deleted"
            if refuses
            else f"{recipient.id} has not confirmed envelopes for {age} days; after"
            f" {retention.REFUSE_DAYS} nothing is accepted any more"
        )
        command = f"intake export --data {folder} --recipient {recipient.id} --out FILE"
        yield Alarm(text, command, loud=refuses)
