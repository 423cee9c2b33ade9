"""What runs out in a vault, with the command that renews it."""

from dataclasses import dataclass

from caseworker.keys.cards import own_card
from caseworker.keys.directories import (
    ends_before_next,
    ends_with_delegation,
    known_directory,
    stray_directory,
)
from caseworker.keys.signing import active_signing_key, is_named
from caseworker.keys.upkeep import lost_keys
from caseworker.office.root_file import newest_root_file
from caseworker.vault.arrivals import oldest_unconfirmed_day
from caseworker.vault.condition import is_behind
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, held_signing_key, newest_card, newest_signing_key
from caseworker.vault.taken import standing_confirmations
from crypto.card import read_card
from crypto.directory import Directory
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.running_out import (
    acceptance_ending,
    card_end,
    delegation_ending,
    directory_ending,
    is_cut_by_keys,
    keys_ending,
)
from ground.shell.figures import distance_text
from ground.shell.foreign import ForeignText, foreign_path


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
        *_stray(vault),
        *_lost(vault, today),
        *_signing_key(vault),
        *_directory(vault, today),
        *_delegation(vault, today),
        *_keys(vault, today),
        *_keys_of_others(vault, today),
        *_unconfirmed(vault, today),
    ]
    return sorted(found, key=lambda warning: not warning.loud)


def _behind(vault: Vault) -> list[Alarm]:
    if not is_behind(vault.db):
        return []
    text = "the server has more of this vault than it knows: it came from a backup"
    return [Alarm(text, f"caseworker restored {_folder(vault)}", loud=True)]


def _stray(vault: Vault) -> list[Alarm]:
    stray = stray_directory(vault)
    if stray is None:
        return []
    text = (
        f"the server has a directory, number {stray.sequence}, that this vault did not issue: it "
        "came from a backup, or somebody else has the directory key"
    )
    command = (
        f"caseworker restored {_folder(vault)}, or if it is no backup: {_renew_command(vault)}"
    )
    return [Alarm(text, command, loud=True)]


def _signing_key(vault: Vault) -> list[Alarm]:
    """Warn while the directory names another signing key of the recipient than the newest."""
    newest = newest_signing_key(vault.db)
    if is_named(vault):
        return []
    again = f"caseworker office new-signing-key {_folder(vault)} --out FILE"
    named = active_signing_key(known_directory(vault), vault.recipient)
    is_held = named is not None and held_signing_key(vault.db, named) is not None
    if newest.is_first or (newest.vouched and not is_held):
        text = "the directory names a signing key of this recipient that this vault does not hold"
        return [Alarm(text, f"{again} --old-key-lost", loud=True)]
    text = "the directory does not name this vault's new signing key yet: carry its card"
    return [Alarm(text, again if newest.vouched else f"{again} --old-key-lost")]


def _lost(vault: Vault, today: int) -> list[Alarm]:
    weeks = lost_keys(vault, known_directory(vault), today)
    if not weeks:
        return []
    text = f"this vault lost {len(weeks)} of its keys that the directory names"
    return [Alarm(text, f"caseworker export {_folder(vault)} --out FILE", loud=True)]


def _directory(vault: Vault, today: int) -> list[Alarm]:
    directory = known_directory(vault)
    if today < directory.issued - CLOCK_GRACE_DAYS:
        text = (
            f"the directory begins {distance_text(directory.issued, today)}: this machine's clock "
            "is behind, or was ahead when it was issued"
        )
        return [Alarm(text, f"set the clock; if it is right: {_renew_command(vault)}", loud=True)]
    ending = directory_ending(directory, today)
    if ending is None:
        return []
    when = distance_text(ending.day, today)
    text = f"the directory expired: {when}" if ending.is_over else f"the directory expires {when}"
    return [Alarm(text, _lengthen_command(vault, directory), ending.loud)]


def _lengthen_command(vault: Vault, directory: Directory) -> str:
    """Return what brings a directory that lasts longer: first what would cut it short again."""
    export = f"caseworker export {_folder(vault)} --out FILE"
    if directory_key(vault.db) is None:
        fetch = f"caseworker import {_folder(vault)} FILE, with a newer bundle from the server"
        # Whose keys they are is not known here, and one's own card may be lost on the way.
        first = f"{export}, carry it to the server; then: " if is_cut_by_keys(directory) else ""
        return f"{first}{fetch}"
    lengthens = _renew_command(vault) if ends_with_delegation(vault, directory) else export
    others = [name for name in ends_before_next(vault, directory) if name != vault.recipient]
    return f"{_fetch_command(vault, others)}; then: {lengthens}" if others else lengthens


def _fetch_command(vault: Vault, recipients: list[str]) -> str:
    return (
        f"caseworker import {_folder(vault)} FILE, with a bundle that the server wrote after it "
        f"took one from {' and from '.join(recipients)}"
    )


def _delegation(vault: Vault, today: int) -> list[Alarm]:
    ending = delegation_ending(known_directory(vault).delegation, today)
    if directory_key(vault.db) is None or ending is None:
        return []
    ends = "ended" if ending.is_over else "ends"
    text = f"the root's delegation {ends}: {distance_text(ending.day, today)}"
    return [Alarm(text, _renew_command(vault), ending.loud)]


def _folder(vault: Vault) -> ForeignText:
    return foreign_path(vault.folder)


def _renew_command(vault: Vault) -> str:
    """Return what renews the office: its folder is above the vault's, its root key on a stick."""
    office = vault.folder.absolute().parent.parent
    there = newest_root_file(office).exists()
    root = "" if there else " --root FILE"
    return f"caseworker office renew {foreign_path(office)}{root}, with the root key"


def _keys(vault: Vault, today: int) -> list[Alarm]:
    card = own_card(vault)
    ending = keys_ending(vault.recipient, card_end(card) if card else today, today)
    if ending is None:
        return []
    text = f"the intake keys on this vault's card run out: {distance_text(ending.day, today)}"
    return [Alarm(text, f"caseworker export {_folder(vault)} --out FILE", ending.loud)]


def _keys_of_others(vault: Vault, today: int) -> list[Alarm]:
    """Warn, in the directory's vault, of recipients whose newest card here runs out."""
    if directory_key(vault.db) is None:
        return []
    others = [one.id for one in known_directory(vault).recipients if one.id != vault.recipient]
    documents = [newest_card(vault.db, name) for name in others]
    cards = [read_card(document, vault.genesis_id) for document in documents if document]
    endings = [keys_ending(card.recipient, card_end(card), today) for card in cards]
    return [
        Alarm(
            f"the intake keys of {ending.whose}, as far as they are known here, run out: "
            f"{distance_text(ending.day, today)}",
            _fetch_command(vault, [ending.whose]),
            ending.loud,
        )
        for ending in endings
        if ending
    ]


def _unconfirmed(vault: Vault, today: int) -> list[Alarm]:
    """Warn of envelopes that the server, as far as this vault knows, still counts as waiting."""
    since = oldest_unconfirmed_day(vault.db, standing_confirmations(vault))
    if since is None or acceptance_ending(vault.recipient, since, today) is None:
        return []
    text = (
        f"envelopes that came {distance_text(since, today)} are not confirmed on the server, "
        "which takes no report once they wait too long"
    )
    command = f"caseworker export {_folder(vault)} --out FILE, then carry it to the server"
    return [Alarm(text, command)]
