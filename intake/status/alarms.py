"""What runs out on a server, or waits too long there, with the command to type."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.card import read_card
from crypto.directory import Directory, signing_keys_of
from crypto.sizes import DIRECTORY_MAX_DAYS
from ground.shell.figures import date_text
from ground.shell.foreign import ForeignText, foreign_path
from intake.storage import retention
from intake.storage.condition import Condition

DIRECTORY_WARN_DAYS: Final = 7
"""Age of a directory at which a new one should be on its way."""

DIRECTORY_LOUD_DAYS: Final = 14
"""Age of a directory at which it is urgent."""

DELEGATION_WARN_DAYS: Final = 14
"""Days before a delegation's end at which the root key is wanted."""

KEYS_WARN_DAYS: Final = 21
"""Days before the end of a recipient's last intake key at which a new card is wanted."""

_DESK_RENEWS: Final = "at the desk: caseworker office renew DIR"
_RENEWS_WITH_ROOT: Final = f"{_DESK_RENEWS} --root FILE, with the root key"


@dataclass(frozen=True)
class Alarm:
    """Something that a person should do something about, and what to type."""

    text: str
    command: str
    loud: bool = False


def alarms(found: Condition, path: Path, day: int) -> list[Alarm]:
    """Return what runs out on a day, the most urgent first. `path` is that of the data folder."""
    directory, folder = found.directory, foreign_path(path)
    if directory is None:
        begin = f"intake import --data {folder} FILE"
        return [Alarm("there is no office here yet, so nobody can report", begin)]
    ending = [
        *_directory(found, directory, folder, day),
        *_delegation(directory, day),
        *_keys(found, directory, day),
        *_unconfirmed(found, directory, folder, day),
    ]
    return sorted(ending, key=lambda alarm: not alarm.loud)


def _directory(
    found: Condition, directory: Directory, folder: ForeignText, day: int
) -> Iterator[Alarm]:
    end = min(directory.expires, directory.delegation.end)
    age = day - directory.issued
    if _is_cut_by_keys(directory):
        # It is due earlier than by its age. Where the delegation ends it, that is said by a warning
        # of its own, in time.
        age = max(age, DIRECTORY_MAX_DAYS - (end - day))
    if age < DIRECTORY_WARN_DAYS and day < end:
        return
    if day >= end:
        text = f"THE DIRECTORY EXPIRED on {date_text(end)}, and nobody can report"
    elif age >= DIRECTORY_LOUD_DAYS:
        when = "tomorrow" if end - day == 1 else f"in {end - day} days"
        text = f"THE DIRECTORY EXPIRES {when} ({date_text(end)}), then nobody can report"
    else:
        text = f"the directory is {day - directory.issued} days old and expires on {date_text(end)}"
    renew = _RENEWS_WITH_ROOT if end == directory.delegation.end else _DESK_RENEWS
    command = f"{renew}, then here: intake import --data {folder} FILE"
    late = _late_cards(found, directory)
    if late or _is_cut_by_keys(directory):
        command = f"{_bring_cards(late, directory, folder)}; {command}"
    yield Alarm(text, command, loud=age >= DIRECTORY_LOUD_DAYS or day >= end)


def _is_cut_by_keys(directory: Directory) -> bool:
    return directory.expires < min(directory.issued + DIRECTORY_MAX_DAYS, directory.delegation.end)


def _late_cards(found: Condition, directory: Directory) -> list[str]:
    """Return whose newer card the desk that signs may lack: that of whom would end the next one."""
    ends = _card_ends(found, directory)
    unknown = 0 if _is_cut_by_keys(directory) else directory.expires + 1
    return [
        one.id
        for one in directory.recipients
        if one.id != directory.directory_recipient
        and ends.get(one.id, unknown) <= directory.expires
    ]


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


def _delegation(directory: Directory, day: int) -> Iterator[Alarm]:
    end = directory.delegation.end
    if day < end - DELEGATION_WARN_DAYS:
        return
    text = f"the root's delegation {'ended' if day >= end else 'ends'} on {date_text(end)}"
    yield Alarm(text, _RENEWS_WITH_ROOT, loud=day >= end)


def _keys(found: Condition, directory: Directory, day: int) -> Iterator[Alarm]:
    """Warn where the keys of a recipient end, by its newest card here.

    Where none of these ended a directory that was cut short, it was one of those that are not here.
    """
    ends = _card_ends(found, directory)
    unknown = [one.id for one in directory.recipients if one.id not in ends]
    if unknown and _is_cut_by_keys(directory) and directory.expires not in ends.values():
        ends[" or ".join(unknown)] = directory.expires
    for recipient, end in ends.items():
        if day < end - KEYS_WARN_DAYS:
            continue
        text = (
            f"the intake keys of {recipient} {'ended' if day >= end else 'end'} on {date_text(end)}"
        )
        yield Alarm(text, _desk_exports(recipient), loud=day >= end)


def _card_ends(found: Condition, directory: Directory) -> dict[str, int]:
    """Return where the newest card of each recipient ends, as far as it is here.

    One that ends before the directory is older than what the desk has that signed it.
    """
    cards = [read_card(one, directory.genesis_id) for one in found.cards]
    ends: dict[str, int] = {}
    for recipient in directory.recipients:
        signers = signing_keys_of(directory, recipient.id)[:1]
        weeks = [
            card.keys[-1].week
            for card in cards
            if card.recipient == recipient.id
            and (card.signing_key in signers or card.old_signing_key in signers)
        ]
        end = 7 * (max(weeks, default=-1) + 1)
        if end >= directory.expires:
            ends[recipient.id] = end
    return ends


def _unconfirmed(
    found: Condition, directory: Directory, folder: ForeignText, day: int
) -> Iterator[Alarm]:
    for recipient in directory.recipients:
        age = found.unconfirmed_days(recipient.id, day)
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
