"""JSON that can be written in one way only: SPEC 5.

`parse_json` accepts exactly what `encode_json` writes. `Fields` reads the members of one object
with everything that a format says of them; what is outside raises Malformed.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import NoReturn

from crypto.errors import Malformed

__all__ = ["Fields", "JsonValue", "encode_json", "parse_json"]

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]

# SPEC 5
INTEGER_MAX = 2**53 - 1
_INTEGER_MAX_DIGITS = 16
_DEPTH_MAX = 8
_ELEMENTS_MAX = 1024
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
# A string, or from its opening quote to the end of the data where it is not closed: each byte is
# looked at once, whatever the data.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def encode_json(value: object) -> bytes:
    """Return the only JSON text of a value of None, bool, int, str, list, tuple and dict.

    Raises Malformed where the value is outside the grammar.
    """
    _check(value, 1)
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise Malformed("a text with half of a surrogate pair") from None


def parse_json(data: bytes) -> JsonValue:
    """Return the value of a JSON text; Malformed where it is not written in the only way."""
    data = bytes(data)
    _check_brackets(data)
    try:
        value: JsonValue = json.loads(
            data.decode(),
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            object_pairs_hook=_object,
        )
    except ValueError:
        raise Malformed("not JSON") from None
    if encode_json(value) != data:
        raise Malformed("JSON that is not written in its only way")
    return value


class Fields:
    """The members of one object, each read with all that its format says of it.

    `known` is given for a top-level object, and names every member that the format defines for
    it: Malformed where `critical` asks for another. Members that nobody reads are ignored.
    """

    def __init__(self, value: JsonValue, *, known: Collection[str] | None = None) -> None:
        if not isinstance(value, dict):
            raise Malformed("something other than an object")
        self._members = value
        if known is not None and self.has("critical"):
            self._check_critical({"critical", *known})

    def has(self, name: str) -> bool:
        """Tell whether there is a member of this name."""
        return name in self._members

    def is_null(self, name: str) -> bool:
        """Tell whether the member is null."""
        return self._member(name) is None

    def text(self, name: str, max_bytes: int, min_bytes: int = 0) -> str:
        """Return a string of `min_bytes` to `max_bytes` in UTF-8."""
        return _text(self._member(name), max_bytes, min_bytes)

    def integer(self, name: str, low: int = 0, high: int = INTEGER_MAX) -> int:
        """Return an integer of `low` to `high`."""
        value = self._member(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Malformed("a member that is not an integer in its range")
        return value

    def boolean(self, name: str) -> bool:
        """Return whether the member is true."""
        value = self._member(name)
        if not isinstance(value, bool):
            raise Malformed("a member that is neither true nor false")
        return value

    def hex(self, name: str, size: int) -> bytes:
        """Return `size` bytes, written as lower-case hexadecimal."""
        value = self._member(name)
        if not isinstance(value, str) or len(value) != 2 * size or not _HEX.fullmatch(value):
            raise Malformed("a member that is not lower-case hexadecimal of its size")
        return bytes.fromhex(value)

    def choice(self, name: str, choices: Collection[str]) -> str:
        """Return a string that is one of `choices`."""
        value = self._member(name)
        if not isinstance(value, str) or value not in choices:
            raise Malformed("a member that is none of its choices")
        return value

    def array(self, name: str, low: int, high: int) -> list[JsonValue]:
        """Return an array of `low` to `high` elements."""
        value = self._member(name)
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise Malformed("a member that is not an array of its length")
        return value

    def texts(
        self, name: str, low: int, high: int, max_bytes: int = INTEGER_MAX, min_bytes: int = 0
    ) -> list[str]:
        """Return an array of `low` to `high` strings of `min_bytes` to `max_bytes` in UTF-8."""
        return [_text(value, max_bytes, min_bytes) for value in self.array(name, low, high)]

    def objects(self, name: str, low: int, high: int) -> list["Fields"]:
        """Return an array of `low` to `high` objects."""
        return [Fields(value) for value in self.array(name, low, high)]

    def object(self, name: str) -> "Fields":
        """Return an object."""
        return Fields(self._member(name))

    def members(self, name: str, low: int, high: int) -> dict[str, JsonValue]:
        """Return the `low` to `high` members of an object, whatever they are."""
        value = self._member(name)
        if not isinstance(value, dict) or not low <= len(value) <= high:
            raise Malformed("a member that is not an object of its length")
        return value

    def text_map(self, name: str, low: int, high: int, max_bytes: int) -> dict[str, str]:
        """Return an object of `low` to `high` members, strings of at most `max_bytes` in UTF-8."""
        members = self.members(name, low, high)
        return {key: _text(text, max_bytes, 0) for key, text in members.items()}

    def _check_critical(self, known: Collection[str]) -> None:
        if not set(self.texts("critical", 0, _ELEMENTS_MAX)).issubset(known):
            raise Malformed("a critical member that this version does not know")

    def _member(self, name: str) -> JsonValue:
        if name not in self._members:
            raise Malformed("a member is missing")
        return self._members[name]


def _text(value: JsonValue, max_bytes: int, min_bytes: int) -> str:
    if not isinstance(value, str) or not min_bytes <= len(value.encode()) <= max_bytes:
        raise Malformed("something other than a text of its length")
    return value


def _check_brackets(data: bytes) -> None:
    """Refuse what is nested too deep before a parser follows it down."""
    depth = 0
    for bracket in _brackets(data):
        depth += 1 if bracket in b"[{" else -1
        if depth > _DEPTH_MAX:
            raise Malformed("JSON nested too deep")


def _brackets(data: bytes) -> Iterator[int]:
    return (byte for byte in _STRING.sub(b"", data) if byte in b"[]{}")


def _check(value: object, depth: int) -> None:
    """Return if a value is within the limits; Malformed otherwise."""
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if not 0 <= value <= INTEGER_MAX:
            raise Malformed("an integer out of range")
        return
    if not isinstance(value, list | tuple | dict):
        raise Malformed("a value that JSON does not have")
    if depth > _DEPTH_MAX:
        raise Malformed("JSON nested too deep")
    if len(value) > _ELEMENTS_MAX:
        raise Malformed("too many elements")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise Malformed("a key outside its grammar")
    for element in value.values() if isinstance(value, dict) else value:
        _check(element, depth + 1)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("one key twice in an object")
    return members


def _integer(digits: str) -> int:
    # Asked before it becomes a number: a very long one takes long.
    if len(digits) > _INTEGER_MAX_DIGITS:
        raise Malformed("an integer out of range")
    return int(digits)


def _refuse_number(_digits: str) -> NoReturn:
    raise Malformed("a number that is not an integer")
