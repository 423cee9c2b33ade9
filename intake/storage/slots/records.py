"""The record of a slot in the index: 128 bytes, four in a sector, none across two.

    version  u8        1
    state    u8        free 0, used 1, wiping 2
    office   u16       0
    week     u32       of arrival; of a chunk, in which it was last sent
    key      32 bytes  an envelope's address, a chunk's id
    digest   32 bytes  SHA-256 of the body
    tie      16 bytes  random; what is said elsewhere of this item names it by them
    zero     8 bytes
    check    32 bytes  SHA-256 of a label, the kind, the number of the slot, and all before it

In a record that is not used, everything from the week to the tie is random.
"""

import os
from dataclasses import dataclass, replace
from enum import IntEnum
from hashlib import sha256
from struct import Struct
from typing import Final

from crypto.names import Week
from intake.storage.kinds import Kind

__all__ = [
    "RECORD_SIZE",
    "TIE_SIZE",
    "Item",
    "State",
    "decode",
    "encode_item",
    "encode_unused",
    "new_item",
]

RECORD_SIZE: Final = 128
"""Bytes of a record."""

TIE_SIZE: Final = 16
"""Random bytes by which a mark is tied to its item."""

_VERSION: Final = 1
_OFFICE: Final = 0
_LABEL: Final = b"fidelio slot\x00"
_FIELDS: Final = Struct(">BBHI32s32s16s8x")
_RANDOM: Final = _FIELDS.size - 12
_CHECKED: Final = Struct(">BI")


class State(IntEnum):
    """What a record says of its slot."""

    FREE = 0
    USED = 1
    # Of something deleted whose bytes may still lie there.
    WIPING = 2


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the index has it: address or id (32 bytes), SHA-256 of its bytes, where it lies.

    `week` is that of arrival, for a chunk that in which it was last sent; `tie` is random (16
    bytes) and goes where the item goes.
    """

    kind: Kind
    key: bytes
    digest: bytes
    week: Week
    slot: int
    tie: bytes

    def moved(self, slot: int) -> "Item":
        """Return the same item in another slot."""
        return replace(self, slot=slot)

    def renewed(self, week: Week) -> "Item":
        """Return the same item as of a later week."""
        return replace(self, week=week)


def new_item(kind: Kind, key: bytes, digest: bytes, week: Week, slot: int) -> Item:
    """Return an item that has just come."""
    return Item(kind, key, digest, week, slot, os.urandom(TIE_SIZE))


def encode_item(item: Item) -> bytes:
    """Return the record of a used slot."""
    fields = _FIELDS.pack(_VERSION, State.USED, _OFFICE, item.week, item.key, item.digest, item.tie)
    return fields + _check(item.kind, item.slot, fields)


def encode_unused(kind: Kind, slot: int, state: State = State.FREE) -> bytes:
    """Return the record of a slot that is free, or to be wiped: random where nothing is to say."""
    head = bytes((_VERSION, state)) + _OFFICE.to_bytes(2, "big")
    fields = head + os.urandom(_RANDOM) + bytes(8)
    return fields + _check(kind, slot, fields)


def decode(kind: Kind, slot: int, record: bytes) -> Item | State | None:
    """Return what a record says: an item, or that its slot is free or to be wiped.

    None where it is not what was written.
    """
    fields = record[: _FIELDS.size]
    if record[_FIELDS.size :] != _check(kind, slot, fields):
        return None
    version, state, _, week, key, digest, tie = _FIELDS.unpack(fields)
    if version != _VERSION:
        return None
    if state == State.USED:
        return Item(kind, key, key if key == digest else digest, Week(week), slot, tie)
    return State.WIPING if state == State.WIPING else State.FREE


def _check(kind: Kind, slot: int, fields: bytes) -> bytes:
    return sha256(_LABEL + _CHECKED.pack(kind, slot) + fields).digest()
