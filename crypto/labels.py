"""Every label that this protocol uses: SPEC 2.1. None is used for two purposes."""

from enum import Enum
from functools import lru_cache

from crypto.names import GenesisId
from crypto.sizes import GENESIS_ID_SIZE

__all__ = ["Label", "bound", "labelled"]


class Label(Enum):
    """What some bytes are hashed, signed, sealed or derived for."""

    CODENAME_CHECK = "fidelio/1 codename check"
    CODENAME_SALT = "fidelio/1 codename salt"
    SOURCE_SIGNING = "fidelio/1 source signing"
    RECIPIENT_SET_KEY = "fidelio/1 recipient set key"
    RECIPIENT_SET = "fidelio/1 recipient set"
    PAIR = "fidelio/1 pair"
    SLOT = "fidelio/1 slot"
    SLOTS = "fidelio/1 slots"
    COMMIT = "fidelio/1 commit"
    MESSAGE = "fidelio/1 message"
    FILE_AEAD_KEY = "fidelio/1 file aead key"
    FILE_ID_KEY = "fidelio/1 file id key"
    CHUNK = "fidelio/1 chunk"
    FILE = "fidelio/1 file"
    TAG = "fidelio/1 tag"
    SALT = "fidelio/1 salt"
    NEXT = "fidelio/1 next"
    REPLY = "fidelio/1 reply"
    REPLY_MESSAGE = "fidelio/1 reply message"
    SUCCESSOR = "fidelio/1 successor"
    DELEGATION = "fidelio/1 delegation"
    DIRECTORY = "fidelio/1 directory"
    CARD = "fidelio/1 card"
    BATCH = "fidelio/1 batch"
    CONFIRMATION = "fidelio/1 confirmation"
    PUZZLE = "fidelio/1 puzzle"
    INBOUND_BUNDLE = "fidelio/1 inbound bundle"
    OUTBOUND_BUNDLE = "fidelio/1 outbound bundle"
    SEALED_FILE = "fidelio/1 sealed file"
    DIRECTORY_FILE = "fidelio/1 directory file"


def labelled(label: Label) -> bytes:
    """Return the label with its length, one byte, in front."""
    text = label.value.encode("ascii")
    return bytes([len(text)]) + text


# A source that reads the board asks for two of these some ten thousand times.
@lru_cache(maxsize=128)
def bound(label: Label, genesis_id: GenesisId) -> bytes:
    """Return the label bound to the office of `genesis_id`, 32 bytes."""
    if len(genesis_id) != GENESIS_ID_SIZE:
        raise ValueError("a genesis id has 32 bytes")
    return labelled(label) + genesis_id
