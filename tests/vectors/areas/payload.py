"""Payloads: SPEC 7.1."""

import json
from collections.abc import Callable, Iterator

from crypto.envelope import split_text
from tests.vectors.messages import Members, message, payload_of, spoiled, with_files
from tests.vectors.people import RECIPIENTS
from tests.vectors.vector import Vector, accepted, randomness, refused

PLAIN = payload_of(message())
FULL = payload_of(with_files())
_MEMBERS = tuple(json.loads(FULL))
_Spoil = Callable[[Members], object]


def vectors() -> Iterator[Vector]:
    """Yield payloads that are read, texts that are split, and each kind of bad payload."""
    yield from _good()
    yield from _names()
    yield from _split()
    yield from _outside_the_grammar()
    yield from _bad_members()
    yield from _bad_answers()
    yield from _bad_recipients()
    yield from _bad_files()


def _good() -> Iterator[Vector]:
    longest = {
        "client": "c" * 64,
        "language": "x" * 16,
        "answers": {f"q{n}": "ж" * 1000 for n in range(12)}
        | {f"c{n}": [f"{letter}-{'x' * 29}_" for letter in "ab"] for n in range(28)},
    }
    for variant, payload, read in (
        ("", PLAIN, PLAIN),
        ("files", FULL, FULL),
        ("longest", _with(PLAIN, longest), None),
        ("unknown_member", _with(PLAIN, {"later": [1, {"a": None}]}), PLAIN),
        ("critical", _with(PLAIN, {"critical": ["text", "fill", "critical"]}), PLAIN),
        ("inner_critical", spoiled(FULL, _critical_inside), FULL),
        ("other_order", spoiled(PLAIN, _reverse), PLAIN),
        ("most_choices", _with(PLAIN, {"answers": {"a": [f"c{n}" for n in range(32)]}}), None),
        ("critical_answer", _with(PLAIN, {"answers": {"critical": ["text"]}}), None),
    ):
        yield accepted(
            "_".join(filter(None, ("payload_ok", variant))),
            "A payload that is read; the result is how it would be written.",
            "parse_payload",
            (read or payload).decode(),
            text=payload.decode(),
        )


def _names() -> Iterator[Vector]:
    """Yield payloads with a file whose name is refused, which costs the name alone."""
    for variant, name in (
        ("path", "../a"),
        ("dots", ".."),
        ("empty", ""),
        ("bidi", "a\u202eb"),
        ("newer_than_unicode_14", "a\U00013439b"),
        ("space", " a"),
        ("long", "a" * 121),
    ):
        bad = spoiled(FULL, lambda value, name=name: value["attachments"][0].update(name=name))  # type: ignore[misc]
        read = spoiled(FULL, lambda value: value["attachments"][0].update(name="file"))
        yield accepted(
            f"payload_ok_name_{variant}",
            "A file name that is refused is read as `file`.",
            "parse_payload",
            read.decode(),
            text=bad.decode(),
        )


def _split() -> Iterator[Vector]:
    said, full = message(), with_files()
    for variant, sealed, letter, count in (
        ("short", said, "a", 100),
        ("ascii", said, "a", 40_000),
        ("cyrillic", said, "ж", 20_000),
        ("owls", said, "🦉", 9_000),
        ("escaped", said, "\x01", 5_000),
        ("quotes", said, '"', 20_000),
        ("beside_files", full, "ж", 20_000),
    ):
        kept, rest = split_text(sealed, RECIPIENTS, letter * count)
        yield accepted(
            f"payload_ok_split_{variant}",
            "How much of a text, one letter many times, stays in the envelope with this payload.",
            "split_text",
            {"kept": len(kept), "rest": len(rest)},
            text=payload_of(sealed).decode(),
            letter=letter,
            count=count,
        )


def _outside_the_grammar() -> Iterator[Vector]:
    text = PLAIN.decode()
    for variant, bad in {
        "empty": b"",
        "array": b"[]",
        "null": b"null",
        "white_space": text.replace(":", ": ", 1).encode(),
        "duplicate_key": text.replace("{", '{"kind":"report",', 1).encode(),
        "float": text.replace('"day":', '"day":1.5,"d":').encode(),
        "escape": text.replace("invoice", "\\u0069nvoice").encode(),
        "trailing": PLAIN + b"\n",
        "utf8": text.encode().replace(b"invoice", b"\xffnvoice"),
    }.items():
        yield _refused("payload_json", "A payload outside the grammar.", bad, variant)
    criticals: dict[str, object] = {
        "unknown": ["later"],
        "unknown_there": ["text", "later"],
        "number": [1],
        "text": "text",
    }
    for variant, critical in criticals.items():
        members: Members = {"critical": critical, "later": 1}
        yield _refused(
            "payload_critical", "A critical member that is unknown.", _with(PLAIN, members), variant
        )
    for member in _MEMBERS:
        payload = spoiled(FULL, lambda value, member=member: value.pop(member))  # type: ignore[misc]
        yield _refused("payload_member_missing", f"No member {member}.", payload, member)


def _bad_members() -> Iterator[Vector]:
    wrong: dict[str, Members] = {
        "kind": {"kind": "reply"},
        "day_text": {"day": "20799"},
        "day_null": {"day": None},
        "day_true": {"day": True},
        "recipients_none": {"recipients": []},
        "recipients_object": {"recipients": {}},
        "language_short": {"language": "e"},
        "language_long": {"language": "e" * 17},
        "language_upper_case": {"language": "EN"},
        "language_underscore": {"language": "pt_br"},
        "client_long": {"client": "c" * 65},
        "directory_number": {"directory": 41},
        "directory_sequence": {"directory": {"delegation": 3}},
        "form_short": {"form": "00" * 31},
        "form_null": {"form": None},
        "answers_array": {"answers": []},
        "answers_long": {"answers": {"who": "a" * 2001}},
        "answers_long_in_bytes": {"answers": {"who": "ж" * 1001}},
        "answers_key": {"answers": {"Who": ""}},
        "text_null": {"text": None},
        "rest_array": {"rest": []},
        "rest_without_hash": {"rest": {"size": 1, "key": "00" * 32, "chunks": 1}},
        "attachments_null": {"attachments": None},
        "fill_none": {"fill": {"key": "00" * 32, "chunks": 0}},
        "fill_many": {"fill": {"key": "00" * 32, "chunks": 65_536}},
        "set_token_null": {"set_token": None},
    }
    for variant, members in wrong.items():
        yield _refused(
            "payload_member_type", "A member out of range.", _with(PLAIN, members), variant
        )
    for variant, change in {
        "five_recipients": lambda value: value["recipients"].extend(
            _sealed_for(f"r{n}", n) for n in range(3)
        ),
        "recipient_slot": lambda value: value["recipients"][0].update(slot=4),
        "recipient_id": lambda value: value["recipients"][0].update(id="-a"),
        "recipient_id_long": lambda value: value["recipients"][0].update(id="a" * 33),
        "attachment_size": lambda value: value["attachments"][0].update(size="1"),
        "attachment_type_long": lambda value: value["attachments"][0].update(type="a" * 101),
        "attachment_chunks": lambda value: value["attachments"][1].update(chunks=0),
    }.items():
        yield _refused(
            "payload_member_type", "A member out of range.", spoiled(FULL, change), variant
        )
    token = json.loads(PLAIN)["set_token"]
    for variant, text in (
        ("upper_case", token.upper()),
        ("short", token[:-2]),
        ("long", token + "00"),
        ("odd", token + "0"),
        ("no_digit", "g" + token[1:]),
    ):
        yield _refused(
            "payload_hex", "Bytes written otherwise.", _with(PLAIN, {"set_token": text}), variant
        )


def _bad_answers() -> Iterator[Vector]:
    for variant, answers in {
        "41": {f"q{n}": "" for n in range(41)},
        "number": {"who": 1},
        "null": {"who": None},
        "true": {"who": True},
        "object": {"who": {"text": "a"}},
        "no_choice": {"who": []},
        "33_choices": {"who": [f"c{n}" for n in range(33)]},
        "choice_twice": {"who": ["a", "b", "a"]},
        "choice_number": {"who": ["a", 1]},
        "choice_array": {"who": [["a"]]},
        "choice_empty": {"who": [""]},
        "choice_upper_case": {"who": ["A"]},
        "choice_digit": {"who": ["1a"]},
        "choice_long": {"who": ["a" * 33]},
        "choice_new_line": {"who": ["a\n"]},
    }.items():
        payload = _with(PLAIN, {"answers": answers})
        yield _refused("payload_answers", "Answers out of range.", payload, variant)


def _bad_recipients() -> Iterator[Vector]:
    changes: dict[str, _Spoil] = {
        "unsorted": lambda value: value["recipients"].reverse(),
        "repeated": lambda value: value["recipients"][1].update(id="board"),
        "one_key": lambda value: value["recipients"][1].update(key=value["recipients"][0]["key"]),
        "one_slot": lambda value: value["recipients"][1].update(slot=2),
    }
    for variant, change in changes.items():
        yield _refused(
            "payload_recipients_order",
            "Recipients unsorted or repeated.",
            spoiled(PLAIN, change),
            variant,
        )


def _bad_files() -> Iterator[Vector]:
    many = [_empty_file(n) for n in range(33)]
    yield _refused("payload_attachments", "33 attachments.", _with(PLAIN, {"attachments": many}))
    same_key: dict[str, _Spoil] = {
        "attachments": lambda value: _copy_key(value["attachments"][0], value["attachments"][1]),
        "rest": lambda value: _copy_key(value["attachments"][0], value["rest"]),
        "fill": lambda value: _copy_key(value["rest"], value["fill"]),
    }
    for variant, change in same_key.items():
        yield _refused(
            "payload_file_key_repeated", "Two files of one key.", spoiled(FULL, change), variant
        )
    wrong_count: dict[str, _Spoil] = {
        "attachment": lambda value: value["attachments"][0].update(chunks=11),
        "attachment_size": lambda value: value["attachments"][0].update(size=12 * 262_128 + 1),
        "rest": lambda value: value["rest"].update(chunks=2),
        "empty": lambda value: value["attachments"][1].update(chunks=2),
    }
    for variant, change in wrong_count.items():
        yield _refused(
            "payload_chunk_count", "Chunks that do not fit.", spoiled(FULL, change), variant
        )
    wrong_fill: dict[str, _Spoil] = {
        "missing": lambda value: value.update(fill=None),
        "short": lambda value: value["fill"].update(chunks=value["fill"]["chunks"] - 1),
        "long": lambda value: value["fill"].update(chunks=value["fill"]["chunks"] + 16),
        "without_files": lambda value: value.update(rest=None, attachments=[]),
        "too_many_chunks": _fill_beyond_all,
    }
    for variant, change in wrong_fill.items():
        yield _refused("payload_fill", "Not padded.", spoiled(FULL, change), variant)


_CONTRADICTIONS = ("payload_file_key_repeated", "payload_chunk_count", "payload_fill")


def _refused(rule: str, what: str, payload: bytes, variant: str = "") -> Vector:
    expect = "Contradictory" if rule in _CONTRADICTIONS else "Malformed"
    try:
        given = {"text": payload.decode()}
    except UnicodeDecodeError:
        given = {"hex": payload.hex()}
    return refused(rule, what, expect, "parse_payload", variant=variant, **given)


def _with(payload: bytes, members: Members) -> bytes:
    return spoiled(payload, lambda value: value.update(members))


def _reverse(value: Members) -> None:
    members = list(reversed(value.items()))
    value.clear()
    value.update(members)


def _critical_inside(value: Members) -> None:
    """Put into each inner object a `critical` of something unknown, which is no more than noise."""
    inner = [value["directory"], value["rest"], value["fill"]]
    for one in (*inner, *value["recipients"], *value["attachments"]):
        one["critical"] = ["later"]


def _sealed_for(recipient_id: str, slot: int) -> Members:
    return {"id": recipient_id, "key": randomness(recipient_id, 32).hex(), "slot": slot}


def _empty_file(number: int) -> Members:
    key = randomness(f"key of empty file {number}", 32)
    return {
        "name": f"{number}",
        "size": 0,
        "type": "",
        "key": key.hex(),
        "chunks": 1,
        "hash": "00" * 32,
    }


def _copy_key(one: Members, other: Members) -> None:
    other["key"] = one["key"]


def _fill_beyond_all(value: Members) -> None:
    """Announce 65,535 chunks, which are not a number that padding leads to."""
    value["attachments"][0].update(size=65_535 * 262_128, chunks=65_535)
    value.update(rest=None, attachments=value["attachments"][:1])
    value["fill"].update(chunks=1)
