"""How the members of an event stand in its JSON: each declared with its field, and read by that.

An event is a frozen dataclass. Each of its fields says by one of the functions below what its
member is; the order of the fields is that of the members, which the log's hashes cover.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any

from crypto.errors import Malformed
from crypto.strict_json import Fields

HASH_SIZE = 32
_MEMBER = "member"


@dataclass(frozen=True)
class _Member:
    name: str
    read: Callable[[Fields, str], object]
    write: Callable[[Any], object]


def number(low: int = 0) -> Any:
    """Declare a count, a day or a number, of at least `low`."""
    return _declared("", lambda body, name: body.integer(name, low), _same)


def numbers(most: int) -> Any:
    """Declare a tuple of at most so many numbers."""
    return _declared("", lambda body, name: _read_numbers(body, name, most), list)


def octets(size: int = HASH_SIZE) -> Any:
    """Declare so many bytes, a hash or an id; they stand as hexadecimal."""
    return _declared("", lambda body, name: body.hex(name, size), bytes.hex)


def word(max_bytes: int, name: str = "") -> Any:
    """Declare a text of the program's own; `name` is the member's where the field's is another."""
    return _declared(name, lambda body, name: body.text(name, max_bytes), _same)


def words(most: int, max_bytes: int) -> Any:
    """Declare a tuple of at most so many texts of the program's own."""
    return _declared("", lambda body, name: tuple(body.texts(name, 0, most, max_bytes)), list)


def truth() -> Any:
    """Declare whether something is so."""
    return _declared("", lambda body, name: body.boolean(name), _same)


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
def _members(event_class: Any) -> tuple[tuple[str, _Member], ...]:
    return tuple((one.name, _member(one)) for one in fields(event_class) if _MEMBER in one.metadata)


def _member(declared: "Field[Any]") -> _Member:
    member: _Member = declared.metadata[_MEMBER]
    return _Member(member.name or declared.name, member.read, member.write)


def _declared(
    name: str, read: Callable[[Fields, str], object], write: Callable[[Any], object]
) -> Any:
    return field(metadata={_MEMBER: _Member(name, read, write)})


def _read_numbers(body: Fields, name: str, most: int) -> tuple[int, ...]:
    found = body.array(name, 0, most)
    if not all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in found):
        raise Malformed("something other than a list of numbers")
    return tuple(one for one in found if isinstance(one, int))


def _same(value: object) -> object:
    return value
