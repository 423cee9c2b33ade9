"""Forms: SPEC 10.5."""

import hashlib
from collections.abc import Iterator

from crypto.form import parse_form
from crypto.strict_json import encode_json
from tests.vectors.calls.forms import shown_form
from tests.vectors.forms import CHOICE, FORM, LATER, TEXT, Members, form
from tests.vectors.vector import Vector, accepted, refused


def vectors() -> Iterator[Vector]:
    """Yield forms that are read, and each kind that is not."""
    yield from _good()
    yield from _outside_the_grammar()
    yield from _bad_questions()
    yield from _repeated()
    what = "The form is not the one that the directory names."
    wanted = hashlib.sha256(form(TEXT)).digest()
    yield refused("form_hash", what, "Unauthentic", "read_form", **_read(FORM, wanted))
    what = "Another form, which is outside its grammar too."
    bad = form()
    yield refused(
        "form_hash", what, "Unauthentic", "read_form", variant="grammar", **_read(bad, wanted)
    )


def _texts(*sizes: int) -> dict[str, list[str]]:
    """Return a `help` in one language, a paragraph of each size."""
    return {"en": ["x" * size for size in sizes]}


def _languages(count: int) -> list[str]:
    return [f"l{place}" for place in range(count)]


def _good() -> Iterator[Vector]:
    longest = TEXT | {
        "id": "a" + "-" * 31,
        "heading": dict.fromkeys(_languages(16), "ж" * 100),
        "help": _texts(*[1000] * 8),
        "most": 2000,
        "rows": 40,
        "files": True,
    }
    for variant, what, data in (
        ("", "A form with a question of each kind, and one of an unknown kind.", FORM),
        ("longest", "As much as a text question can say.", form(longest)),
        ("least", "As little.", form(TEXT | {"heading": {"und": ""}, "help": {}, "most": 1})),
        ("most_choices", "32 choices.", form(_choices(32))),
        ("most_questions", "40 questions.", form(*(TEXT | {"id": f"q{n}"} for n in range(40)))),
        (
            "one_of_two",
            "Two choices, of which one may be chosen.",
            form(_choices(2, several=False)),
        ),
        ("unknown_member", "Unknown members.", form(TEXT | {"more": 1}, more=[None])),
        ("inner_critical", "`critical` in a question.", form(TEXT | {"critical": ["more"]})),
        ("same_id", "A choice of a question's id.", form(TEXT | {"id": "here"}, CHOICE)),
        ("largest", "65,536 bytes.", _of_size(65_536)),
        (
            "unknown_kind",
            "A question of another kind may have any other member.",
            form(LATER | {"choices": 3, "most": "", "files": None}),
        ),
    ):
        shown = shown_form(parse_form(data))
        name = "_".join(filter(None, ("form_ok", variant)))
        yield accepted(name, what, "read_form", shown, **_read(data))


def _outside_the_grammar() -> Iterator[Vector]:
    what = "Outside the grammar."
    for variant, data in {
        "empty": b"",
        "array": b"[]",
        "white_space": FORM + b"\n",
        "version": form(TEXT, form=2),
        "version_text": form(TEXT, form="1"),
        "no_version": encode_json({"questions": [TEXT]}),
        "no_questions": form(),
        "questions_missing": encode_json({"form": 1}),
        "41_questions": form(*(TEXT | {"id": f"q{n}"} for n in range(41))),
        "question_text": form("who"),  # type: ignore[arg-type]
        "critical": form(TEXT, critical=["more"], more=1),
    }.items():
        yield _refused("form_json", variant, what, data)
    data = _of_size(65_537)
    yield _refused("form_size", "", f"{len(data)} bytes.", data)


def _bad_questions() -> Iterator[Vector]:
    for base, bad in ((TEXT, _bad_texts()), (CHOICE, _bad_choices())):
        for variant, changes in bad.items():
            question = {name: value for name, value in (base | changes).items() if value != _GONE}
            what = "A question outside its table."
            yield _refused("form_question", variant, what, form(question))
    later: dict[str, Members] = {
        "kind_later_no_heading": {"id": "a", "kind": "map", "help": {}},
        "kind_later_id": LATER | {"id": "A"},
    }
    for variant, question in later.items():
        what = "A question of an unknown kind, without what every question has."
        yield _refused("form_question", variant, what, form(question))


_GONE = object()


def _bad_texts() -> dict[str, Members]:
    return {
        "id_missing": {"id": _GONE},
        "id_empty": {"id": ""},
        "id_digit": {"id": "1a"},
        "id_upper_case": {"id": "Who"},
        "id_long": {"id": "a" * 33},
        "id_new_line": {"id": "a\n"},
        "kind_long": {"kind": "k" * 33},
        "kind_null": {"kind": None},
        "heading_text": {"heading": "Who?"},
        "heading_none": {"heading": {}},
        "heading_long": {"heading": {"en": "x" * 201}},
        "heading_language": {"heading": {"e": "Who?"}},
        "heading_17": {"heading": dict.fromkeys(_languages(17), "Who?")},
        "help_missing": {"help": _GONE},
        "help_text": {"help": {"en": "Names."}},
        "help_no_paragraph": {"help": {"en": []}},
        "help_9_paragraphs": {"help": _texts(*[1] * 9)},
        "help_long": {"help": _texts(1001)},
        "help_17": {"help": {language: ["x"] for language in _languages(17)}},
        "help_language": {"help": {"en_us": ["x"]}},
        "most_0": {"most": 0},
        "most_2001": {"most": 2001},
        "most_missing": {"most": _GONE},
        "rows_0": {"rows": 0},
        "rows_41": {"rows": 41},
        "files_number": {"files": 0},
        "files_missing": {"files": _GONE},
        "text_with_choices": {"choices": CHOICE["choices"]},
        "text_with_several": {"several": False},
    }


def _bad_choices() -> dict[str, Members]:
    return {
        "choices_1": {"choices": _choices(1)["choices"]},
        "choices_33": {"choices": _choices(33)["choices"]},
        "choices_missing": {"choices": _GONE},
        "choice_id": {"choices": [{"id": "-a", "label": {"en": "x"}}, _choice(1)]},
        "choice_no_label": {"choices": [{"id": "a"}, _choice(1)]},
        "choice_label": {"choices": [{"id": "a", "label": {}}, _choice(1)]},
        "several_missing": {"several": _GONE},
        "several_text": {"several": "true"},
        "choice_with_most": {"most": 1},
        "choice_with_rows": {"rows": 1},
        "choice_files_missing": {"files": _GONE},
    }


def _repeated() -> Iterator[Vector]:
    twice = CHOICE | {"choices": [_choice(1), _choice(2), _choice(1)]}
    for variant, what, data in (
        ("questions", "Two questions of one id.", form(TEXT, CHOICE | {"id": "who"})),
        (
            "unknown_kind",
            "Two of one id, one of an unknown kind.",
            form(TEXT, LATER | {"id": "who"}),
        ),
        ("choices", "Two choices of one id.", form(twice)),
    ):
        yield _refused("form_ids", variant, what, data)


def _choice(number: int) -> Members:
    return {"id": f"c{number}", "label": {"en": f"Choice {number}"}}


def _choices(count: int, **changed: object) -> Members:
    return CHOICE | {"choices": [_choice(number) for number in range(count)]} | changed


def _of_size(size: int) -> bytes:
    """Return a form of so many bytes, in a member that nobody knows."""
    return form(TEXT, more="x" * (size - len(form(TEXT, more=""))))


def _read(data: bytes, wanted: bytes | None = None) -> dict[str, str]:
    return {"text": data.decode(), "hash": (wanted or hashlib.sha256(data).digest()).hex()}


def _refused(rule: str, variant: str, what: str, data: bytes) -> Vector:
    return refused(rule, what, "Malformed", "read_form", variant=variant, **_read(data))
