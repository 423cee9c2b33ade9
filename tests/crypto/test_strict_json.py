"""JSON is read in one way only, and members exactly as their format says: SPEC 5."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import Malformed
from crypto.strict_json import Fields, JsonValue, encode_json, parse_json

KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(0, 2**53 - 1) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: _depth(value) <= 8)
# Made of what JSON is made of, so that some of it is JSON.
NEARLY = st.text(st.sampled_from('{}[]":,\\ 01-.eEunfalstr\n\u00e9"a'), max_size=30)


def _depth(value: JsonValue) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@given(VALUES)
def test_what_was_encoded_is_read_back(value: JsonValue) -> None:
    assert parse_json(encode_json(value)) == value


@given(NEARLY.map(str.encode) | st.binary(max_size=40))
def test_a_text_is_refused_or_the_only_one_of_its_value(data: bytes) -> None:
    try:
        value = parse_json(data)
    except Malformed:
        return
    assert encode_json(value) == data


@given(VALUES, st.data())
def test_white_space_is_refused_wherever_it_stands_outside_strings(
    value: JsonValue, data: st.DataObject
) -> None:
    text = encode_json(value).decode()
    outside = [m.start() for m in re.finditer(r'"(?:[^"\\]|\\.)*"|.', text, re.DOTALL)]
    place = data.draw(st.sampled_from([*outside, len(text)]))

    with pytest.raises(Malformed):
        parse_json((text[:place] + " " + text[place:]).encode())


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_brackets_without_end_are_refused_as_any_other_text(opening: bytes) -> None:
    with pytest.raises(Malformed):
        parse_json(opening * 200_000)


def test_a_number_of_a_million_digits_is_refused_before_it_is_computed() -> None:
    with pytest.raises(Malformed):
        parse_json(b"9" * 1_000_000)


@pytest.mark.parametrize(
    "value",
    [-1, 2**53, 1.0, b"bytes", {1: 2}, {"A": 1}, {"a": object()}, "\ud800", [0] * 1025, {"": 1}],
)
def test_a_value_outside_the_grammar_is_not_encoded(value: object) -> None:
    with pytest.raises(Malformed):
        encode_json(value)


def test_a_value_nested_too_deep_is_not_encoded() -> None:
    value: list[object] = []
    for _ in range(8):
        value = [value]

    with pytest.raises(Malformed):
        encode_json(value)


def test_a_value_that_holds_itself_is_not_encoded() -> None:
    value: list[object] = []
    value.append(value)

    with pytest.raises(Malformed):
        encode_json(value)


MEMBERS: dict[str, JsonValue] = {
    "text": "жук",
    "number": 7,
    "bytes": "00ff",
    "true": True,
    "nothing": None,
    "list": ["a", "bc"],
    "objects": [{"a": 1}, {}],
    "inner": {"a": 1},
    "map": {"en": "one", "ru": "один"},
}


def test_members_are_read_by_their_type() -> None:
    fields = Fields(MEMBERS)

    assert fields.text("text", 6, 6) == "жук"
    assert fields.integer("number", 7, 7) == 7
    assert fields.hex("bytes", 2) == b"\x00\xff"
    assert fields.is_null("nothing")
    assert not fields.is_null("text")
    assert fields.choice("text", ["жук", "кот"]) == "жук"
    assert fields.array("list", 2, 2) == ["a", "bc"]
    assert fields.texts("list", 0, 9, max_bytes=2, min_bytes=1) == ["a", "bc"]
    assert [one.has("a") for one in fields.objects("objects", 2, 2)] == [True, False]
    assert fields.object("inner").integer("a") == 1
    assert fields.text_map("map", 1, 2, 8) == {"en": "one", "ru": "один"}


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("text", ("missing", 9)),
        ("text", ("text", 5)),
        ("text", ("text", 9, 7)),
        ("text", ("number", 9)),
        ("text", ("nothing", 9)),
        ("integer", ("missing",)),
        ("integer", ("number", 8)),
        ("integer", ("number", 0, 6)),
        ("integer", ("true",)),
        ("integer", ("text",)),
        ("integer", ("nothing",)),
        ("hex", ("bytes", 1)),
        ("hex", ("bytes", 3)),
        ("hex", ("text", 3)),
        ("hex", ("number", 1)),
        ("choice", ("text", ["кот"])),
        ("choice", ("number", ["7"])),
        ("choice", ("list", ["a"])),
        ("array", ("list", 3, 9)),
        ("array", ("list", 0, 1)),
        ("array", ("inner", 0, 9)),
        ("texts", ("list", 0, 9, 1)),
        ("texts", ("list", 0, 9, 9, 2)),
        ("texts", ("objects", 0, 9)),
        ("objects", ("list", 0, 9)),
        ("object", ("list",)),
        ("object", ("missing",)),
        ("text_map", ("map", 3, 9, 9)),
        ("text_map", ("map", 0, 1, 9)),
        ("text_map", ("map", 0, 9, 7)),
        ("text_map", ("inner", 0, 9, 9)),
        ("text_map", ("list", 0, 9, 9)),
        ("is_null", ("missing",)),
    ],
)
def test_a_member_of_another_type_length_or_range_is_refused(
    call: str, arguments: tuple[object, ...]
) -> None:
    with pytest.raises(Malformed):
        getattr(Fields(MEMBERS), call)(*arguments)


@pytest.mark.parametrize("text", ["AB", "a", "0g", " 0", "0x", "٠٠", "0\n"])
def test_only_lower_case_hexadecimal_is_read(text: str) -> None:
    with pytest.raises(Malformed):
        Fields({"a": text}).hex("a", 1)


@pytest.mark.parametrize("value", [None, [], "a", 1, True])
def test_only_an_object_has_members(value: JsonValue) -> None:
    with pytest.raises(Malformed):
        Fields(value)


@pytest.mark.parametrize("critical", [["new"], ["a", "new"], "a", [1], None, {}])
def test_a_critical_member_that_is_unknown_is_refused(critical: JsonValue) -> None:
    with pytest.raises(Malformed):
        Fields({"a": 1, "critical": critical}, known=["a"])


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_read_as_what_it_is(value: bool) -> None:
    assert Fields({"a": value}).boolean("a") is value


@pytest.mark.parametrize("value", [0, 1, "true", None, [], {}])
def test_nothing_else_is_read_as_a_boolean(value: JsonValue) -> None:
    with pytest.raises(Malformed):
        Fields({"a": value}).boolean("a")


def test_unknown_members_are_ignored_unless_they_are_critical() -> None:
    fields = Fields({"a": 1, "new": 2, "critical": ["a", "critical"]}, known=["a"])

    assert fields.integer("a") == 1


def test_an_inner_object_knows_no_critical_members() -> None:
    assert Fields({"a": {"critical": ["new"]}}).object("a").has("critical")
