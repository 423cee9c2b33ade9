"""What of an office ends when, and how loud that is said: SPEC 10.4. Pure: the day is an argument.

Server and desk put their own words to it, and the commands that each can type. What ends on a day
no longer holds on that day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from crypto.card import Card
from crypto.days import first_day, later
from crypto.directory import Delegation, Directory, signing_keys_of
from crypto.lifetimes import (
    DAYS_A_WEEK,
    DELEGATION_WARN_DAYS,
    DIRECTORY_LOUD_DAYS,
    DIRECTORY_MAX_DAYS,
    DIRECTORY_RENEW_DAYS,
    KEYS_WARN_DAYS,
    UNCONFIRMED_REFUSE_DAYS,
    UNCONFIRMED_WARN_DAYS,
)
from crypto.names import Day

__all__ = [
    "Ending",
    "Ends",
    "acceptance_ending",
    "age_of",
    "card_end",
    "card_ends",
    "delegation_ending",
    "directory_ending",
    "ending_with",
    "is_cut_by_keys",
    "keys_ending",
    "keys_endings",
]


class Ends(Enum):
    """What comes to an end."""

    DIRECTORY = auto()
    DELEGATION = auto()
    KEYS = auto()
    """The intake keys of a recipient, as its newest card lists them."""
    ACCEPTANCE = auto()
    """The server's taking of messages, since a recipient confirms none."""


@dataclass(frozen=True)
class Ending:
    """Something that a person should do something about: what, on which day, and whose it is.

    `whose` is a recipient id, or several joined by " or " where it is not known which.
    """

    what: Ends
    day: Day
    is_over: bool
    loud: bool
    whose: str = ""


def directory_ending(directory: Directory, day: Day) -> Ending | None:
    """Return that a directory ends, once it is due to be renewed."""
    age, is_over = age_of(directory, day), day >= directory.expires
    if age < DIRECTORY_RENEW_DAYS and not is_over:
        return None
    loud = age >= DIRECTORY_LOUD_DAYS or is_over
    return Ending(Ends.DIRECTORY, directory.expires, is_over, loud)


def delegation_ending(delegation: Delegation, day: Day) -> Ending | None:
    """Return that the root's delegation ends, once it is time to fetch the root key."""
    return _ending(Ends.DELEGATION, delegation.end, day, DELEGATION_WARN_DAYS)


def keys_ending(whose: str, end: Day, day: Day) -> Ending | None:
    """Return that a recipient's keys end, once a new card is wanted; `end` is its card's."""
    return _ending(Ends.KEYS, end, day, KEYS_WARN_DAYS, whose)


def keys_endings(directory: Directory, ends: Mapping[str, Day], day: Day) -> list[Ending]:
    """Return which recipients' keys end, by the cards that are known (`card_ends`).

    Where none of these ended a directory that was cut short, it was one of those not known.
    """
    found = dict(ends)
    unknown = [one.id for one in directory.recipients if one.id not in ends]
    if unknown and is_cut_by_keys(directory) and directory.expires not in ends.values():
        found[" or ".join(unknown)] = directory.expires
    endings = (keys_ending(whose, end, day) for whose, end in found.items())
    return [ending for ending in endings if ending]


def acceptance_ending(whose: str, since: Day, day: Day) -> Ending | None:
    """Return that a recipient's unconfirmed envelopes, the oldest of the day `since`, wait long."""
    end = later(since, UNCONFIRMED_REFUSE_DAYS)
    return _ending(
        Ends.ACCEPTANCE, end, day, UNCONFIRMED_REFUSE_DAYS - UNCONFIRMED_WARN_DAYS, whose
    )


def age_of(directory: Directory, day: Day) -> int:
    """Return a directory's age in days; of one that keys cut short, counted back from its end.

    Where the delegation ends it, no newer card makes it longer, and that is said in time.
    """
    age = day - directory.issued
    if not is_cut_by_keys(directory):
        return age
    return max(age, DIRECTORY_MAX_DAYS - (directory.expires - day))


def is_cut_by_keys(directory: Directory) -> bool:
    """Tell whether a directory ends early because somebody's keys do."""
    return directory.expires < min(directory.issued + DIRECTORY_MAX_DAYS, directory.delegation.end)


def card_end(card: Card) -> Day:
    """Return the day on which a card's last key gives way."""
    return later(first_day(card.keys[-1].week), DAYS_A_WEEK)


def card_ends(directory: Directory, cards: Iterable[Card]) -> dict[str, Day]:
    """Return where the newest card of each recipient ends, as far as it is among these.

    One that ends before the directory is older than what the desk has that signed it.
    """
    known = list(cards)
    ends: dict[str, Day] = {}
    for recipient in directory.recipients:
        signers = signing_keys_of(directory, recipient.id)[:1]
        found = [
            card_end(card)
            for card in known
            if card.recipient == recipient.id
            and (card.signing_key in signers or card.old_signing_key in signers)
        ]
        end = max(found, default=Day(0))
        if end >= directory.expires:
            ends[recipient.id] = end
    return ends


def ending_with(directory: Directory, ends: Mapping[str, Day], *, unknown: bool) -> list[str]:
    """Return the recipients whose card ends no later than a directory, and would end the next.

    `unknown` says whether one whose card is not known counts among them.
    """
    without = directory.expires + (0 if unknown else 1)
    return [
        one.id for one in directory.recipients if ends.get(one.id, without) <= directory.expires
    ]


def _ending(what: Ends, end: Day, day: Day, warn_days: int, whose: str = "") -> Ending | None:
    if day < end - warn_days:
        return None
    return Ending(what, end, day >= end, day >= end, whose)
