"""What of a bundle's public items was not believed."""

from dataclasses import dataclass

from crypto.errors import ProtocolError


@dataclass(frozen=True)
class DirectoryRefused:
    """The directory is none, or not this office's."""

    reason: ProtocolError


@dataclass(frozen=True)
class CardRefused:
    """A card is none, or not its recipient's."""

    reason: ProtocolError


@dataclass(frozen=True)
class CardWithoutKeys:
    """A card came without all of the keys that it lists."""

    recipient: str


@dataclass(frozen=True)
class CardWithKeysOfOthers:
    """A card lists keys that others have already: one copied them."""

    recipient: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class FormMissing:
    """The directory names a form that did not come with it, or is none."""


LeftOut = DirectoryRefused | FormMissing | CardRefused | CardWithoutKeys | CardWithKeysOfOthers
