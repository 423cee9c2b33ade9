"""What runs out in a vault or went wrong, as values: commands put words to them.

Each has `loud`: whether it cannot wait.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from caseworker.keys.board_weight import live_board_size
from caseworker.keys.cards import own_card
from caseworker.keys.directories import (
    ends_before_next,
    ends_with_delegation,
    known_directory,
    stray_directory,
)
from caseworker.keys.servers import newest_exports
from caseworker.keys.signing import active_signing_key, is_named
from caseworker.keys.upkeep import lost_keys
from caseworker.vault.arrivals import oldest_unconfirmed_day
from caseworker.vault.condition import awaits_bundle_of, backup_is_due
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, held_signing_key, newest_card, newest_signing_key
from caseworker.vault.servers import pinned_servers, servers_seen
from caseworker.vault.taken import confirmations_under_way
from crypto.card import read_card
from crypto.directory import Directory
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day
from crypto.running_out import (
    Ending,
    acceptance_ending,
    card_end,
    delegation_ending,
    directory_ending,
    is_cut_by_keys,
    keys_ending,
)

__all__ = [
    "Alarm",
    "BoardHeavy",
    "DirectoryEnds",
    "EndAlarm",
    "KeysLost",
    "Lengthens",
    "SigningKeyNotNamed",
    "StrayDirectory",
    "Trouble",
    "TroubleAlarm",
    "alarms",
    "safekeeping_alarms",
]


class Trouble(Enum):
    """What there is nothing more to say about than that it is so."""

    AWAITS_BUNDLE = auto()
    """After a restore nothing is exported before a newer bundle came."""
    BACKUP_DUE = auto()
    """No backup holds the newest keys of this vault."""
    SIGNING_KEY_NOT_HELD = auto()
    """The directory names a signing key of this recipient that is not here."""
    DIRECTORY_AHEAD = auto()
    """The directory begins later than this machine's clock says."""
    NO_SERVER = auto()
    """Bundles came, and none by a server that is believed."""
    SERVER_NOT_NAMED = auto()
    """The directory does not list the servers that a person compared yet."""
    UNCONFIRMED = auto()
    """Envelopes wait on the server, as far as is known here, since the day given."""


_NO_DAY: Final = Day(0)
# A slow line, as over Tor, takes minutes for the first, and the second is more than people wait.
_BOARD_WARN: Final = 16_000_000
_BOARD_SPLIT: Final = 48_000_000


@dataclass(frozen=True)
class TroubleAlarm:
    """A trouble, and the day that it is about, where there is one."""

    trouble: Trouble
    loud: bool
    day: Day = _NO_DAY


@dataclass(frozen=True)
class StrayDirectory:
    """The server has a directory of this number that this vault did not issue."""

    sequence: int
    loud: bool = True


@dataclass(frozen=True)
class KeysLost:
    """So many keys of this vault that the directory names are not held."""

    number: int
    loud: bool = True


@dataclass(frozen=True)
class SigningKeyNotNamed:
    """The directory does not name the newest signing key yet, which the old one vouches for."""

    vouched: bool
    loud: bool = False


class Lengthens(Enum):
    """What brings a directory that lasts longer."""

    IMPORT = auto()
    EXPORT = auto()
    RENEWAL = auto()


@dataclass(frozen=True)
class DirectoryEnds:
    """The directory ends, and what lengthens it: a deed here, after what would cut it short again.

    That is a bundle by way of the server `after` some recipients, or one's own, `exports_first`.
    """

    ending: Ending
    lengthens: Lengthens
    after: tuple[str, ...] = ()
    exports_first: bool = False

    @property
    def loud(self) -> bool:
        """Whether it cannot wait."""
        return self.ending.loud


@dataclass(frozen=True)
class EndAlarm:
    """The root's delegation, or a recipient's keys, end; `is_own` of this vault's own keys."""

    ending: Ending
    is_own: bool = False

    @property
    def loud(self) -> bool:
        """Whether it cannot wait."""
        return self.ending.loud


@dataclass(frozen=True)
class BoardHeavy:
    """The board has so many bytes, all of which each visit loads; `loud` once it is too many."""

    size: int
    loud: bool


Alarm = (
    TroubleAlarm
    | BoardHeavy
    | StrayDirectory
    | KeysLost
    | SigningKeyNotNamed
    | DirectoryEnds
    | EndAlarm
)


def alarms(vault: Vault, today: Day) -> list[Alarm]:
    """Return what a person should do something about, the most urgent first."""
    found: list[Alarm] = [
        *_stray(vault),
        *_lost(vault, today),
        *_signing_key(vault),
        *_directory(vault, today),
        *_delegation(vault, today),
        *_keys(vault, today),
        *_keys_of_others(vault, today),
        *_unconfirmed(vault, today),
        *_board(vault, today),
        *_servers(vault),
    ]
    return sorted(found, key=lambda alarm: not alarm.loud)


def safekeeping_alarms(vault: Vault) -> list[Alarm]:
    """Return what should be done lest a vault be lost, or after it was."""
    found: list[Alarm] = []
    if awaits_bundle_of(vault.db) is not None:
        found.append(TroubleAlarm(Trouble.AWAITS_BUNDLE, loud=True))
    if backup_is_due(vault.db):
        found.append(TroubleAlarm(Trouble.BACKUP_DUE, loud=False))
    return found


def _stray(vault: Vault) -> list[Alarm]:
    stray = stray_directory(vault)
    return [StrayDirectory(stray.sequence)] if stray else []


def _lost(vault: Vault, today: Day) -> list[Alarm]:
    weeks = lost_keys(vault, known_directory(vault), today)
    return [KeysLost(len(weeks))] if weeks else []


def _signing_key(vault: Vault) -> list[Alarm]:
    """Warn while the directory names another signing key of the recipient than the newest."""
    newest = newest_signing_key(vault.db)
    if is_named(vault):
        return []
    named = active_signing_key(known_directory(vault), vault.recipient)
    is_held = named is not None and held_signing_key(vault.db, named) is not None
    if newest.is_first or (newest.vouched and not is_held):
        return [TroubleAlarm(Trouble.SIGNING_KEY_NOT_HELD, loud=True)]
    return [SigningKeyNotNamed(newest.vouched)]


def _directory(vault: Vault, today: Day) -> list[Alarm]:
    directory = known_directory(vault)
    if today < directory.issued - CLOCK_GRACE_DAYS:
        return [TroubleAlarm(Trouble.DIRECTORY_AHEAD, loud=True, day=directory.issued)]
    ending = directory_ending(directory, today)
    return [_directory_ends(vault, directory, ending)] if ending else []


def _directory_ends(vault: Vault, directory: Directory, ending: Ending) -> DirectoryEnds:
    if directory_key(vault.db) is None:
        # Whose keys they are is not known here, and one's own card may be lost on the way.
        cut = is_cut_by_keys(directory)
        return DirectoryEnds(ending, Lengthens.IMPORT, exports_first=cut)
    by_root = ends_with_delegation(vault, directory)
    lengthens = Lengthens.RENEWAL if by_root else Lengthens.EXPORT
    others = (name for name in ends_before_next(vault, directory) if name != vault.recipient)
    return DirectoryEnds(ending, lengthens, after=tuple(others))


def _delegation(vault: Vault, today: Day) -> list[Alarm]:
    ending = delegation_ending(known_directory(vault).delegation, today)
    return [EndAlarm(ending)] if ending and directory_key(vault.db) else []


def _keys(vault: Vault, today: Day) -> list[Alarm]:
    card = own_card(vault)
    ending = keys_ending(vault.recipient, card_end(card) if card else today, today)
    return [EndAlarm(ending, is_own=True)] if ending else []


def _keys_of_others(vault: Vault, today: Day) -> list[Alarm]:
    """Warn, in the directory's vault, of recipients whose newest card here runs out."""
    if directory_key(vault.db) is None:
        return []
    others = [one.id for one in known_directory(vault).recipients if one.id != vault.recipient]
    documents = [newest_card(vault.db, name) for name in others]
    cards = [read_card(document, vault.genesis_id) for document in documents if document]
    endings = [keys_ending(card.recipient, card_end(card), today) for card in cards]
    return [EndAlarm(ending) for ending in endings if ending]


def _unconfirmed(vault: Vault, today: Day) -> list[Alarm]:
    """Warn of envelopes that the server, as far as this vault knows, still counts as waiting."""
    since = oldest_unconfirmed_day(vault.db, confirmations_under_way(vault))
    if since is None or acceptance_ending(vault.recipient, since, today) is None:
        return []
    return [TroubleAlarm(Trouble.UNCONFIRMED, loud=False, day=since)]


def _board(vault: Vault, today: Day) -> list[Alarm]:
    size = live_board_size(vault, today)
    return [BoardHeavy(size, size >= _BOARD_SPLIT)] if size >= _BOARD_WARN else []


def _servers(vault: Vault) -> list[Alarm]:
    if directory_key(vault.db):
        listed = set(known_directory(vault).servers)
        if listed != set(pinned_servers(vault.db)):
            return [TroubleAlarm(Trouble.SERVER_NOT_NAMED, loud=False)]
        return []
    if servers_seen(vault.db) and not any(newest_exports(vault).values()):
        return [TroubleAlarm(Trouble.NO_SERVER, loud=False)]
    return []
