"""What a report is asked: the client's own questions, and between them those of the office's form.

The client itself asks for the message, first, and for those who must not see it, last. Their
English sentences are keys of the catalogues in `intake/locale`: whoever shows one looks it up. All
others come from the form that the office's directory names (SPEC 10.5), in its own words.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from crypto.directory import name_in
from crypto.form import Form
from crypto.form import Question as FormQuestion

__all__ = ["OWN_QUESTIONS", "Choice", "Question", "questions_of"]


@dataclass(frozen=True)
class Choice:
    """One of the answers to choose from: its id in the sealed message, and its words."""

    id: str
    label: str


@dataclass(frozen=True)
class Question:
    """One question: a screen of the pages, a prompt of the command line.

    `kind` says where its answer goes: "text" is the message itself, an "answer" or a "choice"
    stands beside it under the question's name, and "recipients" are those who must not read it
    (asked only where an office has several). `help` holds a paragraph each. `rows` is the height of
    its field in lines, `most` the size of an answer in bytes of UTF-8, or None where another limit
    holds. `files` says that files are chosen with it. Of a "choice", one of `choices` may be
    chosen, or several.
    """

    name: str
    kind: Literal["text", "answer", "choice", "recipients"]
    heading: str
    help: tuple[str, ...]
    rows: int = 6
    required: bool = False
    most: int | None = None
    files: bool = False
    choices: tuple[Choice, ...] = ()
    several: bool = False


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return sentence


_TEXT: Final = Question(
    "text",
    "text",
    _("What happened?"),
    (
        _("Tell it in your own words, in any language. Names, places, sums and documents help."),
        _("Do not write who you are, unless you want the office to know."),
    ),
    rows=12,
    required=True,
)

_RECIPIENTS: Final = Question(
    "recipients",
    "recipients",
    _("Who must not see this report?"),
    (
        _(
            "If your report is about someone who works in one of these groups, leave that"
            " group out. Your report is then encrypted to the others only."
        ),
        _("A group that is left out can see that there is a report that it cannot read."),
    ),
)

OWN_QUESTIONS: Final = (_TEXT, _RECIPIENTS)
"""What the client asks itself, first and last."""


def questions_of(form: Form, language: str) -> tuple[Question, ...]:
    """Return all that is asked, in its order, the form's words in a language where it has that.

    Questions of a kind that is not known here are passed over.
    """
    asked = [question for one in form.questions if (question := _asked(one, language))]
    return (_TEXT, *asked, _RECIPIENTS)


def _asked(question: FormQuestion, language: str) -> Question | None:
    common = Question(
        question.id,
        "answer",
        name_in(question.heading, language),
        name_in(question.help, language) if question.help else (),
        files=question.files,
    )
    if question.kind == "text":
        return replace(common, rows=question.rows, most=question.most)
    if question.kind == "choice":
        choices = tuple(Choice(one.id, name_in(one.label, language)) for one in question.choices)
        return replace(common, kind="choice", choices=choices, several=question.several)
    return None
