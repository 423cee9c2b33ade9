"""What runs out in a vault, with the command that renews it."""

from dataclasses import dataclass

from caseworker.days import DAYS_A_WEEK, distance_text
from caseworker.office.cards import own_card
from caseworker.office.directories import RENEW_AFTER_DAYS, known_directory
from caseworker.office.upkeep import lost_keys
from caseworker.vault.condition import is_behind
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key

# Days before the end at which a warning begins.
_DELEGATION_WARNING = 14
_KEYS_WARNING = 21
# Days after its issue at which a directory's warning becomes loud.
_DIRECTORY_LOUD = 14


@dataclass(frozen=True)
class Alarm:
    """Something that runs out or went wrong, and what to type."""

    text: str
    command: str
    loud: bool = False


def alarms(vault: Vault, today: int) -> list[Alarm]:
    """Return what a person should do something about, the most urgent first."""
    found = [
        *_behind(vault),
        *_lost(vault, today),
        *_directory(vault, today),
        *_delegation(vault, today),
        *_keys(vault, today),
    ]
    return sorted(found, key=lambda warning: not warning.loud)


def _behind(vault: Vault) -> list[Alarm]:
    if not is_behind(vault.db):
        return []
    text = "the server has more of this vault than it knows: it came from a backup"
    return [Alarm(text, f"caseworker restored {vault.folder}", loud=True)]


def _lost(vault: Vault, today: int) -> list[Alarm]:
    weeks = lost_keys(vault, known_directory(vault), today)
    if not weeks:
        return []
    text = f"this vault lost {len(weeks)} of its keys that the directory names"
    return [Alarm(text, f"caseworker export {vault.folder} --out FILE", loud=True)]


def _directory(vault: Vault, today: int) -> list[Alarm]:
    directory = known_directory(vault)
    age = today - directory.issued
    if age < RENEW_AFTER_DAYS:
        return []
    when = distance_text(directory.expires, today)
    text = (
        f"the directory expired: {when}"
        if today >= directory.expires
        else f"the directory expires {when}"
    )
    leads = directory_key(vault.db) is not None
    command = (
        f"caseworker export {vault.folder} --out FILE"
        if leads
        else f"caseworker import {vault.folder} FILE, with a newer bundle from the server"
    )
    return [Alarm(text, command, loud=age >= _DIRECTORY_LOUD)]


def _delegation(vault: Vault, today: int) -> list[Alarm]:
    end = known_directory(vault).delegation.end
    if directory_key(vault.db) is None or today < end - _DELEGATION_WARNING:
        return []
    text = f"the root's delegation ends: {distance_text(end, today)}"
    return [Alarm(text, "caseworker office renew DIR, with the root key", loud=today >= end)]


def _keys(vault: Vault, today: int) -> list[Alarm]:
    card = own_card(vault)
    end = DAYS_A_WEEK * (card.keys[-1].week + 1) if card else today
    if today < end - _KEYS_WARNING:
        return []
    text = f"the intake keys on this vault's card run out: {distance_text(end, today)}"
    return [Alarm(text, f"caseworker export {vault.folder} --out FILE")]
