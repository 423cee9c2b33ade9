"""What can happen to a case, a frozen class a kind: see kinds.py."""

from dataclasses import dataclass
from typing import ClassVar

from caseworker.log.members import number, octets, word, words

_ID_SIZE = 16
_WORD_MAX_SIZE = 64
_FLAGS_MAX = 16


@dataclass(frozen=True)
class CaseEvent:
    """Something that happened to a case."""

    kind: ClassVar[str]
    case: int


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
