"""Which recipient has confirmed which item: a file of 128 bytes a slot, written whole at imports.

    tie         16 bytes  of the item's record in the index, wherever that lies now
    recipients  8 × 8     the beginnings of SHA-256 of their ids, sorted; zeros where there is none
    zero        16 bytes
    check       32 bytes  SHA-256 of a label and all before it

A slot without a marked item has a tie that is random. A record that is torn, or whose tie is no
item's, marks nothing: its item is exported once more. So a mark can cost nobody an item.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Final

from intake.storage.slots.records import TIE_SIZE, Item

__all__ = ["MARKS_MAX", "MARK_SIZE", "Marks", "encode_marks", "read_marks", "recipient_tag"]

MARK_SIZE: Final = 128
"""Bytes of a mark record."""

MARKS_MAX: Final = 8
"""Recipients that can mark one item: those who are, and who were while it lay there."""

_TAG_SIZE: Final = 8
_LABEL: Final = b"fidelio marks\x00"
_CHECKED_SIZE: Final = 96
_NOBODY: Final = bytes(_TAG_SIZE)

Marks = dict[bytes, frozenset[bytes]]
"""By an item's tie, the tags of the recipients that have it."""


def recipient_tag(recipient: str) -> bytes:
    """Return what stands for a recipient in a mark."""
    return hashlib.sha256(recipient.encode()).digest()[:_TAG_SIZE]


def encode_marks(
    items: Iterable[Item], marks: Mapping[bytes, frozenset[bytes]], slots: int
) -> bytes:
    """Return the content of a marks file for so many slots."""
    by_slot = {item.slot: item.tie for item in items if marks.get(item.tie)}
    return b"".join(
        _encode(by_slot[slot], marks[by_slot[slot]]) if slot in by_slot else _encode_none()
        for slot in range(slots)
    )


def read_marks(content: bytes) -> tuple[Marks, list[int]]:
    """Return all marks, and the slots of records that are not what was written."""
    marks: Marks = {}
    damaged = []
    for slot, start in enumerate(range(0, len(content) - MARK_SIZE + 1, MARK_SIZE)):
        record = content[start : start + MARK_SIZE]
        fields = record[:_CHECKED_SIZE]
        if record[_CHECKED_SIZE:] != _check(fields):
            damaged.append(slot)
            continue
        tags = frozenset(_tags(fields))
        if tags:
            marks[fields[:TIE_SIZE]] = tags
    return marks, damaged


def _tags(fields: bytes) -> Iterable[bytes]:
    for start in range(TIE_SIZE, TIE_SIZE + MARKS_MAX * _TAG_SIZE, _TAG_SIZE):
        tag = fields[start : start + _TAG_SIZE]
        if tag != _NOBODY:
            yield tag


def _encode(tie: bytes, tags: frozenset[bytes]) -> bytes:
    fields = (tie + b"".join(sorted(tags))).ljust(_CHECKED_SIZE, b"\x00")
    return fields + _check(fields)


def _encode_none() -> bytes:
    return _encode(os.urandom(TIE_SIZE), frozenset())


def _check(fields: bytes) -> bytes:
    return hashlib.sha256(_LABEL + fields).digest()
