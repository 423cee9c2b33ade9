"""What can happen to a vault as a whole, a frozen class a kind: see kinds.py."""

from dataclasses import dataclass
from typing import ClassVar

from caseworker.log.members import number, numbers, octets, truth, word

_ID_SIZE = 16
_WORD_MAX_SIZE = 64
_WEEKS_MAX = 1000


@dataclass(frozen=True)
class VaultEvent:
    """Something that happened to the vault as a whole."""

    kind: ClassVar[str]


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
