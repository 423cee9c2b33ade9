"""The form: what a source is asked, beside the message itself: SPEC 10.5.

A file of the office that the directory names by its hash, so that an office can ask what it needs
without a new version of any program.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from crypto.errors import Malformed, Unauthentic
from crypto.names import FormHash
from crypto.strict_json import Fields, JsonValue, parse_json

__all__ = [
    "FORM_MAX_SIZE",
    "Choice",
    "Form",
    "Question",
    "first_form",
    "form_hash",
    "is_question_id",
    "parse_form",
    "read_form",
]

FORM_MAX_SIZE = 65_536

_VERSION = 1
_QUESTIONS_MAX = 40
_CHOICES_MIN, _CHOICES_MAX = 2, 32
_LANGUAGES_MAX = 16
_NAME_MAX_SIZE = 200
_KIND_MAX_SIZE = 32
_PARAGRAPHS_MAX = 8
_PARAGRAPH_MAX_SIZE = 1000
_ANSWER_MAX_SIZE = 2000
_ROWS_MAX = 40
_ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LANGUAGE = re.compile(r"[a-z][a-z0-9-]{1,15}")
_MEMBERS = ("form", "questions")


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from, and its words by language."""

    id: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One question. `heading` and `help` (paragraphs) are by language.

    Of kind "text": at most `most` bytes, in a field of `rows` lines. Of kind "choice": one of
    `choices`, or several. `files`: whether files are chosen with it. Of another kind, which a
    client passes over, only these three are known.
    """

    id: str
    kind: str
    heading: Mapping[str, str]
    help: Mapping[str, tuple[str, ...]]
    files: bool = False
    most: int = 0
    rows: int = 0
    choices: tuple[Choice, ...] = ()
    several: bool = False


@dataclass(frozen=True)
class Form:
    """All questions, in the order in which they are asked."""

    questions: tuple[Question, ...]


def form_hash(data: bytes) -> FormHash:
    """Return the SHA-256 by which a directory names a form."""
    return FormHash(hashlib.sha256(data).digest())


def read_form(data: bytes, wanted: FormHash) -> Form:
    """Return the form of a file that has the wanted SHA-256 (32 bytes).

    Raises Unauthentic where it has another, and what `parse_form` raises.
    """
    if form_hash(data) != wanted:
        raise Unauthentic("a form that is not the one of the directory")
    return parse_form(data)


def parse_form(data: bytes) -> Form:
    """Return the form of a file; Malformed outside the grammar."""
    if len(data) > FORM_MAX_SIZE:
        raise Malformed("a form too long")
    fields = Fields(parse_json(data), known=_MEMBERS)
    fields.integer("form", _VERSION, _VERSION)
    questions = tuple(map(_question, fields.objects("questions", 1, _QUESTIONS_MAX)))
    _check_differ([question.id for question in questions])
    return Form(questions)


@cache
def first_form() -> bytes:
    """Return the form that an office has which chose no other: five questions."""
    return files("crypto").joinpath("first_form.json").read_bytes()


def is_question_id(text: str) -> bool:
    """Tell whether a text can name a question, or a choice."""
    return _ID.fullmatch(text) is not None


def _question(fields: Fields) -> Question:
    kind = fields.text("kind", _KIND_MAX_SIZE)
    question = Question(_id(fields), kind, _names(fields, "heading"), _help(fields))
    if kind == "text":
        _refuse_members(fields, "choices", "several")
        return replace(
            question,
            files=fields.boolean("files"),
            most=fields.integer("most", 1, _ANSWER_MAX_SIZE),
            rows=fields.integer("rows", 1, _ROWS_MAX),
        )
    if kind == "choice":
        _refuse_members(fields, "most", "rows")
        choices = tuple(map(_choice, fields.objects("choices", _CHOICES_MIN, _CHOICES_MAX)))
        _check_differ([choice.id for choice in choices])
        return replace(
            question,
            files=fields.boolean("files"),
            choices=choices,
            several=fields.boolean("several"),
        )
    return question


def _choice(fields: Fields) -> Choice:
    return Choice(_id(fields), _names(fields, "label"))


def _id(fields: Fields) -> str:
    text = fields.text("id", 32)
    if not is_question_id(text):
        raise Malformed("an id outside its grammar")
    return text


def _names(fields: Fields, name: str) -> dict[str, str]:
    names = fields.text_map(name, 1, _LANGUAGES_MAX, _NAME_MAX_SIZE)
    _check_languages(names)
    return names


def _help(fields: Fields) -> dict[str, tuple[str, ...]]:
    paragraphs = fields.members("help", 0, _LANGUAGES_MAX)
    _check_languages(paragraphs)
    return {language: _paragraphs(value) for language, value in paragraphs.items()}


def _paragraphs(value: JsonValue) -> tuple[str, ...]:
    fields = Fields({"paragraphs": value})
    return tuple(fields.texts("paragraphs", 1, _PARAGRAPHS_MAX, _PARAGRAPH_MAX_SIZE))


def _refuse_members(fields: Fields, *names: str) -> None:
    if any(map(fields.has, names)):
        raise Malformed("a question with a member of another kind")


def _check_differ(ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise Malformed("one id twice")


def _check_languages(names: Mapping[str, object]) -> None:
    if not all(map(_LANGUAGE.fullmatch, names)):
        raise Malformed("words under something other than a language")
