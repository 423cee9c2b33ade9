"""How the members of an event stand in its JSON: each field is of one of the types below.

An event is a frozen dataclass. The type of a field says what its member is; the order of the fields
is that of the members, which the log's hashes cover.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any

from crypto.errors import Malformed
from crypto.strict_json import Fields

_HASH_SIZE = 32
_ID_SIZE = 16
_WORD_MAX_SIZE = 64
_WORDS_MAX = 16
_NUMBERS_MAX = 1000


@dataclass(frozen=True)
class Member:
    """How a member is read and written; `name` is its own where the field's is another."""

    read: Callable[[Fields, str], object]
    write: Callable[[Any], object]
    name: str = ""


def _same(value: object) -> object:
    return value


def _read_numbers(body: Fields, name: str) -> tuple[int, ...]:
    found = body.array(name, 0, _NUMBERS_MAX)
    read = tuple(value for value in found if isinstance(value, int) and not isinstance(value, bool))
    if len(read) != len(found) or min(read, default=0) < 0:
        raise Malformed("something other than a list of numbers")
    return read


def word_named(name: str) -> Member:
    """Return how a word is read and written whose member has another name than its field."""
    return Member(lambda body, name: body.text(name, _WORD_MAX_SIZE), _same, name)


# From 1 on.
Number = Annotated[int, Member(lambda body, name: body.integer(name, 1), _same)]
# From 0 on: a count, an index or a day.
Count = Annotated[int, Member(lambda body, name: body.integer(name), _same)]
Counts = Annotated[tuple[int, ...], Member(_read_numbers, list)]
Truth = Annotated[bool, Member(lambda body, name: body.boolean(name), _same)]
# Bytes stand as hexadecimal.
Hash = Annotated[bytes, Member(lambda body, name: body.hex(name, _HASH_SIZE), bytes.hex)]
Id = Annotated[bytes, Member(lambda body, name: body.hex(name, _ID_SIZE), bytes.hex)]
# Of the program's own, never what somebody wrote.
Word = Annotated[str, Member(lambda body, name: body.text(name, _WORD_MAX_SIZE), _same)]
Words = Annotated[
    tuple[str, ...],
    Member(lambda body, name: tuple(body.texts(name, 0, _WORDS_MAX, _WORD_MAX_SIZE)), list),
]


def write_members(event: object) -> dict[str, object]:
    """Return the members of an event, for its JSON."""
    event_class: Any = type(event)
    return {
        member.name: member.write(getattr(event, attribute))
        for attribute, member in _members(event_class)
    }


def read_members(event_class: Any, body: Fields) -> dict[str, Any]:
    """Return what the fields of an event are; Malformed where the JSON is of another shape."""
    return {
        attribute: member.read(body, member.name) for attribute, member in _members(event_class)
    }


@cache
def _members(event_class: Any) -> tuple[tuple[str, Member], ...]:
    return tuple(
        (declared.name, Member(member.read, member.write, member.name or declared.name))
        for declared in fields(event_class)
        for member in getattr(declared.type, "__metadata__", ())
    )
