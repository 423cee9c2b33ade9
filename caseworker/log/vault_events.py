"""What can happen to a vault as a whole, a frozen class a kind: see kinds.py."""

from dataclasses import dataclass
from typing import ClassVar

from caseworker.log.members import Count, Counts, Hash, Id, Number, Truth, Word


@dataclass(frozen=True)
class VaultEvent:
    """Something that happened to the vault as a whole."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Imported(VaultEvent):
    """A part of an inbound bundle was imported; how many of its items became what."""

    kind = "imported"
    sha256: Hash
    export: Id
    part: Number
    parts: Number
    messages: Count
    duplicates: Count
    set_aside: Count
    unopened: Count
    read_after_all: Count
    chunks: Count
    chunks_left: Count


@dataclass(frozen=True)
class Exported(VaultEvent):
    """An outbound bundle of this SHA-256 was written."""

    kind = "exported"
    bundle: Hash
    batches: Count
    items: Count


@dataclass(frozen=True)
class FoundRestored(VaultEvent):
    """The server named what this vault has not made: it came from a backup, and moved on.

    `batch` is the highest number of a batch that was named.
    """

    kind = "found-restored"
    batch: Count


@dataclass(frozen=True)
class CardMade(VaultEvent):
    """The recipient's card of a number was made, with so many keys that no card had before."""

    kind = "card-made"
    card: Number
    new_keys: Count


@dataclass(frozen=True)
class KeysDestroyed(VaultEvent):
    """The intake secrets of these weeks are gone; whether a person was asked."""

    kind = "keys-destroyed"
    weeks: Counts
    asked: Truth


@dataclass(frozen=True)
class CardCompared(VaultEvent):
    """A person compared a card that was carried here with what its recipient said."""

    kind = "card-compared"
    recipient: Word
    card: Number
    sha256: Hash


@dataclass(frozen=True)
class SigningKeyMade(VaultEvent):
    """The recipient has a new signing key; the one before signs its cards too, unless lost."""

    kind = "signing-key-made"
    public_key: Hash
    old_key_lost: Truth


@dataclass(frozen=True)
class DirectoryIssued(VaultEvent):
    """A directory that ends on a day was issued here."""

    kind = "directory-issued"
    delegation: Count
    sequence: Count
    expires: Count


@dataclass(frozen=True)
class ServerPinned(VaultEvent):
    """A person compared the signing key of a server: what it says is believed from now on."""

    kind = "server-pinned"
    public_key: Hash


@dataclass(frozen=True)
class ServerDropped(VaultEvent):
    """A server's signing key is believed no more."""

    kind = "server-dropped"
    public_key: Hash
