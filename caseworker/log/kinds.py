"""What can happen, a frozen class a kind; what stands in the log is said here and nowhere else.

The name of a kind, the names of its members and their order never change: old logs are read by
them. A kind that is not wanted any more stays, to be read. A kind of a newer version is read as an
`UnknownEvent`, and cannot be written. Why these are dataclasses: log/decisions/.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from caseworker.log.members import (
    number,
    numbers,
    octets,
    read_members,
    truth,
    word,
    words,
    write_members,
)
from crypto.errors import Malformed
from crypto.strict_json import Fields

__all__ = [
    "KINDS",
    "Acknowledged",
    "CalledBack",
    "CardCompared",
    "CardMade",
    "CarriedOut",
    "CaseEvent",
    "DirectoryIssued",
    "Event",
    "Exported",
    "Imported",
    "KeysDestroyed",
    "Looked",
    "Noted",
    "Received",
    "Replied",
    "Saved",
    "Sealed",
    "SigningKeyMade",
    "UnknownEvent",
    "VaultEvent",
    "WrittenEvent",
    "body_of",
    "case_of",
    "kind_of",
    "read_event",
]

_ID_SIZE = 16
_WORD_MAX_SIZE = 64
_FLAGS_MAX = 16
_WEEKS_MAX = 1000


@dataclass(frozen=True)
class CaseEvent:
    """Something that happened to a case."""

    kind: ClassVar[str]
    case: int


@dataclass(frozen=True)
class VaultEvent:
    """Something that happened to the vault as a whole."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class UnknownEvent:
    """Something that a newer version of this program wrote: it changes nothing here."""

    name: str
    case: int | None


Event = CaseEvent | VaultEvent | UnknownEvent


# ---- Of a case ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Received(CaseEvent):
    """A message came, `report` or `follow-up`, in the envelope of an address."""

    kind = "received"
    message: int = number(1)
    message_kind: str = word(_WORD_MAX_SIZE, "kind")
    envelope: bytes = octets()


@dataclass(frozen=True)
class Looked(CaseEvent):
    """A person answers the case although it is flagged."""

    kind = "looked"
    flags: tuple[str, ...] = words(_FLAGS_MAX, _WORD_MAX_SIZE)


@dataclass(frozen=True)
class WrittenEvent(CaseEvent):
    """Something was written to the source, as an answer to a message, and waits."""

    reply: bytes = octets(_ID_SIZE)
    message: int = number(1)
    parts: int = number(1)
    text: bytes = octets()


@dataclass(frozen=True)
class Acknowledged(WrittenEvent):
    """An acknowledgement was released."""

    kind = "acknowledged"


@dataclass(frozen=True)
class Replied(WrittenEvent):
    """A reply was written."""

    kind = "replied"


@dataclass(frozen=True)
class Sealed(CaseEvent):
    """A reply went into a batch; its records have the reply indexes from the first on."""

    kind = "sealed"
    reply: bytes = octets(_ID_SIZE)
    batch: int = number(1)
    first_index: int = number()


@dataclass(frozen=True)
class CalledBack(CaseEvent):
    """The batch of a reply can never be taken: the reply waits again."""

    kind = "called-back"
    reply: bytes = octets(_ID_SIZE)
    batch: int = number(1)


@dataclass(frozen=True)
class CarriedOut(CaseEvent):
    """A reply was in a bundle, of this SHA-256, that was written."""

    kind = "carried-out"
    reply: bytes = octets(_ID_SIZE)
    bundle: bytes = octets()


@dataclass(frozen=True)
class Saved(CaseEvent):
    """The case was saved as so many files."""

    kind = "saved"
    files: int = number()


@dataclass(frozen=True)
class Noted(CaseEvent):
    """A caseworker wrote a note."""

    kind = "noted"
    text: bytes = octets()


# ---- Of the vault -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported(VaultEvent):
    """A part of an inbound bundle was imported; how many of its items became what."""

    kind = "imported"
    sha256: bytes = octets()
    export: bytes = octets(_ID_SIZE)
    part: int = number(1)
    parts: int = number(1)
    messages: int = number()
    duplicates: int = number()
    set_aside: int = number()
    unopened: int = number()
    read_after_all: int = number()
    chunks: int = number()
    chunks_left: int = number()


@dataclass(frozen=True)
class Exported(VaultEvent):
    """An outbound bundle of this SHA-256 was written."""

    kind = "exported"
    bundle: bytes = octets()
    batches: int = number()
    items: int = number()


@dataclass(frozen=True)
class CardMade(VaultEvent):
    """The recipient's card of a number was made, with so many keys that no card had before."""

    kind = "card-made"
    card: int = number(1)
    new_keys: int = number()


@dataclass(frozen=True)
class KeysDestroyed(VaultEvent):
    """The intake secrets of these weeks are gone; whether a person was asked."""

    kind = "keys-destroyed"
    weeks: tuple[int, ...] = numbers(_WEEKS_MAX)
    asked: bool = truth()


@dataclass(frozen=True)
class CardCompared(VaultEvent):
    """A person compared a card that was carried here with what its recipient said."""

    kind = "card-compared"
    recipient: str = word(_WORD_MAX_SIZE)
    card: int = number(1)
    sha256: bytes = octets()


@dataclass(frozen=True)
class SigningKeyMade(VaultEvent):
    """The recipient has a new signing key; the one before signs its cards too, unless lost."""

    kind = "signing-key-made"
    public_key: bytes = octets()
    old_key_lost: bool = truth()


@dataclass(frozen=True)
class DirectoryIssued(VaultEvent):
    """A directory that ends on a day was issued here."""

    kind = "directory-issued"
    delegation: int = number()
    sequence: int = number()
    expires: int = number()


_CLASSES: tuple[type[CaseEvent] | type[VaultEvent], ...] = (
    Received,
    Looked,
    Acknowledged,
    Replied,
    Sealed,
    CalledBack,
    CarriedOut,
    Saved,
    Noted,
    Imported,
    Exported,
    CardMade,
    KeysDestroyed,
    CardCompared,
    SigningKeyMade,
    DirectoryIssued,
)
# Every kind of event, by its name in the log: a closed list.
KINDS: Final = {event_class.kind: event_class for event_class in _CLASSES}


def kind_of(event: Event) -> str:
    """Return the name of an event's kind; ValueError where this version does not write it."""
    if isinstance(event, UnknownEvent) or type(event) not in _CLASSES:
        raise ValueError("an event of an unknown kind")
    return event.kind


def case_of(event: Event) -> int | None:
    """Return the number of the case that an event is about, if it is about one."""
    return None if isinstance(event, VaultEvent) else event.case


def body_of(event: Event) -> dict[str, object]:
    """Return what is particular to an event, for its JSON."""
    return write_members(event)


def read_event(kind: str, case: int | None, body: Fields) -> Event:
    """Return an event of the log; Malformed where it is not as its kind is written."""
    event_class = KINDS.get(kind)
    if event_class is None:
        return UnknownEvent(kind, case)
    if issubclass(event_class, VaultEvent) != (case is None):
        raise Malformed("an event of a case without its number, or the other way round")
    return event_class(*(() if case is None else (case,)), **read_members(event_class, body))
