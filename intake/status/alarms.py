"""What runs out on a server, or waits too long there, with the command to type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.card import read_card
from crypto.days import later
from crypto.directory import Directory, server_fingerprint
from crypto.lifetimes import ENVELOPE_KEPT_DAYS, UNCONFIRMED_REFUSE_DAYS
from crypto.names import Day
from crypto.running_out import (
    acceptance_ending,
    card_ends,
    delegation_ending,
    directory_ending,
    ending_with,
    is_cut_by_keys,
    keys_endings,
)
from ground.shell.figures import counted, date_text
from ground.shell.foreign import ForeignText, foreign_path
from intake.server.naming import ServerNaming, naming
from intake.storage.condition import Condition

_DESK_RENEWS: Final = "at the desk: caseworker office renew DIR"
_SHOWN_SLOTS: Final = 8
_RENEWS_WITH_ROOT: Final = f"{_DESK_RENEWS} --root FILE, with the root key"


@dataclass(frozen=True)
class Alarm:
    """Something that a person should do something about, and what to type."""

    text: str
    command: str
    loud: bool = False


def alarms(condition: Condition, path: Path, day: Day) -> list[Alarm]:
    """Return what runs out on a day, the most urgent first. `path` is that of the data folder."""
    directory, folder = condition.directory, foreign_path(path)
    disk = [*_copies_on_write(condition, folder), *_damage(condition, folder)]
    if directory is None:
        begin = f"intake import --data {folder} FILE"
        return [Alarm("there is no office here yet, so nobody can report", begin), *disk]
    cards = [read_card(one, directory.genesis_id) for one in condition.cards]
    ends = card_ends(directory, cards)
    found = [
        *_directory(directory, ends, folder, day),
        *_delegation(directory, day),
        *_keys(directory, ends, day),
        *_unconfirmed(condition, directory, folder, day),
        *_server(condition, directory, folder),
        *disk,
    ]
    return sorted(found, key=lambda alarm: not alarm.loud)


def _directory(
    directory: Directory, ends: Mapping[str, Day], folder: ForeignText, day: Day
) -> Iterator[Alarm]:
    ending = directory_ending(directory, day)
    if ending is None:
        return
    end = ending.day
    if ending.is_over:
        text = f"THE DIRECTORY EXPIRED on {date_text(end)}, and nobody can report"
    elif ending.loud:
        when = "tomorrow" if end - day == 1 else f"in {counted(end - day, 'day')}"
        text = f"THE DIRECTORY EXPIRES {when} ({date_text(end)}), then nobody can report"
    else:
        age = counted(day - directory.issued, "day")
        text = f"the directory is {age} old and expires on {date_text(end)}"
    renew = _RENEWS_WITH_ROOT if end == directory.delegation.end else _DESK_RENEWS
    command = f"{renew}, then here: intake import --data {folder} FILE"
    is_cut = is_cut_by_keys(directory)
    # The card of whom would end the next one may not have come to the desk that signs.
    late = [
        one
        for one in ending_with(directory, ends, unknown=is_cut)
        if one != directory.directory_recipient
    ]
    if late or is_cut:
        command = f"{_bring_cards(late, directory, folder)}; {command}"
    yield Alarm(text, command, ending.loud)


def _bring_cards(late: list[str], directory: Directory, folder: ForeignText) -> str:
    """Return how the desk that signs gets the cards without which it makes no longer directory."""
    take = f"here: intake import --data {folder} FILE; "
    return (
        f"{''.join(f'{_desk_exports(name)}, then {take}' for name in late)}here: intake export"
        f" --data {folder} --recipient {directory.directory_recipient} --out FILE; at the desk:"
        " caseworker import VAULT FILE"
    )


def _desk_exports(recipient: str) -> str:
    return f"at the desk of {recipient}: caseworker export VAULT --out FILE"


def _delegation(directory: Directory, day: Day) -> Iterator[Alarm]:
    ending = delegation_ending(directory.delegation, day)
    if ending:
        verb = "ended" if ending.is_over else "ends"
        text = f"the root's delegation {verb} on {date_text(ending.day)}"
        yield Alarm(text, _RENEWS_WITH_ROOT, ending.loud)


def _keys(directory: Directory, ends: Mapping[str, Day], day: Day) -> Iterator[Alarm]:
    for ending in keys_endings(directory, ends, day):
        verb = "ended" if ending.is_over else "end"
        text = f"the intake keys of {ending.whose} {verb} on {date_text(ending.day)}"
        yield Alarm(text, _desk_exports(ending.whose), ending.loud)


def _unconfirmed(
    condition: Condition, directory: Directory, folder: ForeignText, day: Day
) -> Iterator[Alarm]:
    for recipient in directory.recipients:
        age = condition.unconfirmed_days(recipient.id, day)
        ending = acceptance_ending(recipient.id, later(day, -age), day)
        if ending is None:
            continue
        waits = f"{recipient.id} has not confirmed envelopes for {counted(age, 'day')}"
        text = (
            f"NOTHING IS ACCEPTED: {waits}, and after {ENVELOPE_KEPT_DAYS} they are deleted"
            if ending.is_over
            else f"{waits}; after {UNCONFIRMED_REFUSE_DAYS} nothing is accepted any more"
        )
        command = f"intake export --data {folder} --recipient {recipient.id} --out FILE"
        yield Alarm(text, command, ending.loud)


def _server(condition: Condition, directory: Directory, folder: ForeignText) -> Iterator[Alarm]:
    key = condition.server_key
    if key is None or naming(key, directory) is not ServerNaming.STRANGERS:
        return
    signs = directory.directory_recipient
    yield Alarm(
        "THE DIRECTORY NAMES OTHER SERVERS, NOT THIS ONE: it was moved or restored without its key,"
        " or somebody else speaks in its name, who could have reports lost",
        f"here: intake export --data {folder} --recipient {signs} --out FILE; at the desk of"
        f' {signs}: caseworker import VAULT FILE, then {_DESK_RENEWS} --server "DIGITS", with'
        f" these, which nobody may bring by the same stick: {server_fingerprint(key)}",
        loud=True,
    )


def order_alarm(file_system: str, folder: ForeignText) -> Alarm:
    """Return what there is to say of a data folder on a file system that never writes in place."""
    return Alarm(
        f"the data folder lies on {file_system}, which keeps what is written over: whoever seizes"
        " the disk sees in which order things came, and what was deleted",
        f"stop the server, then copy {folder} to an ext4 or XFS disk and serve it there",
    )


def _copies_on_write(condition: Condition, folder: ForeignText) -> Iterator[Alarm]:
    if condition.copies_on_write is not None:
        yield order_alarm(condition.copies_on_write, folder)


def _damage(condition: Condition, folder: ForeignText) -> Iterator[Alarm]:
    """Name the damaged places, the first few of each file."""
    for file in sorted({place.file for place in condition.damage}):
        for repaired in (False, True):
            slots = sorted(
                place.slot
                for place in condition.damage
                if place.file == file and place.repaired is repaired
            )
            if not slots:
                continue
            shown = ", ".join(map(str, slots[:_SHOWN_SLOTS]))
            more = f" and {len(slots) - _SHOWN_SLOTS} more" if len(slots) > _SHOWN_SLOTS else ""
            loss = (
                "the other copy is whole, and the server repairs it when it starts"
                if repaired
                else "each costs one report or file at most"
            )
            text = f"the disk has damaged {file} at slot {shown}{more}: {loss}"
            yield Alarm(text, f"look after the disk under {folder}: smartctl -a DISK")
