"""What can happen to a case, a frozen class a kind: see kinds.py."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from caseworker.log.members import Count, Hash, Id, Number, Words, word_named


@dataclass(frozen=True)
class CaseEvent:
    """Something that happened to a case."""

    kind: ClassVar[str]
    case: int


@dataclass(frozen=True)
class Received(CaseEvent):
    """A message came, `report` or `follow-up`, in the envelope of an address."""

    kind = "received"
    message: Number
    message_kind: Annotated[str, word_named("kind")]
    envelope: Hash


@dataclass(frozen=True)
class Looked(CaseEvent):
    """A person answers the case although it is flagged."""

    kind = "looked"
    flags: Words


@dataclass(frozen=True)
class WrittenEvent(CaseEvent):
    """Something was written to the source, as an answer to a message, and waits."""

    reply: Id
    message: Number
    parts: Number
    text: Hash


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
    reply: Id
    batch: Number
    first_index: Count


@dataclass(frozen=True)
class CalledBack(CaseEvent):
    """The batch of a reply can never be taken: the reply waits again."""

    kind = "called-back"
    reply: Id
    batch: Number


@dataclass(frozen=True)
class CarriedOut(CaseEvent):
    """A reply was in a bundle, of this SHA-256, that was written."""

    kind = "carried-out"
    reply: Id
    bundle: Hash


@dataclass(frozen=True)
class Saved(CaseEvent):
    """The case was saved as so many files."""

    kind = "saved"
    files: Count


@dataclass(frozen=True)
class Noted(CaseEvent):
    """A caseworker wrote a note."""

    kind = "noted"
    text: Hash
