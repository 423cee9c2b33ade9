"""Every kind of event, by its name in the log; what stands in the log is said here alone.

Each kind is a frozen class (case_events.py, vault_events.py) whose fields say by their types how
they stand in the JSON (members.py). The names of kinds and members, and the order of the members,
never change: old logs are read by them. A kind that is not wanted any more stays, to be read. A
kind of a newer version is read as an `UnknownEvent`, and cannot be written. Why these are
dataclasses: decisions/.
"""

from dataclasses import dataclass
from typing import Final

from caseworker.log.case_events import (
    Acknowledged,
    CalledBack,
    CarriedOut,
    CaseEvent,
    Looked,
    Noted,
    Received,
    Replied,
    Saved,
    Sealed,
)
from caseworker.log.members import read_members, write_members
from caseworker.log.vault_events import (
    CardCompared,
    CardMade,
    DirectoryIssued,
    Exported,
    FoundRestored,
    Imported,
    KeysDestroyed,
    ServerDropped,
    ServerPinned,
    SigningKeyMade,
    VaultEvent,
)
from crypto.errors import Malformed
from crypto.strict_json import Fields


@dataclass(frozen=True)
class UnknownEvent:
    """Something that a newer version of this program wrote: it changes nothing here."""

    name: str
    case: int | None


Event = CaseEvent | VaultEvent | UnknownEvent

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
    FoundRestored,
    ServerPinned,
    ServerDropped,
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
