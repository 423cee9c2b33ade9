"""What a source answered, with the words in which it was asked where the vault has that form.

SPEC 10.5. What a form does not know, or nobody here has, is shown as it stands.
"""

from dataclasses import dataclass

from caseworker.vault.database import Database
from caseworker.vault.forms import form_of
from crypto.directory import name_in
from crypto.form import Question, first_form, form_hash, parse_form
from crypto.payload import Answer, Payload

__all__ = ["AnswerView", "answers_of"]

# The desk speaks it; forms have it under "und" at the least, or something is shown all the same.
_LANGUAGE = "en"


@dataclass(frozen=True)
class AnswerView:
    """An answer: `answer` as it came, `heading` the question's words, `said` the answer's lines.

    Where the form is not here, or does not know it, `heading` is the question's id and a choice is
    its own.
    """

    question: str
    answer: Answer
    heading: str
    said: tuple[str, ...]


def answers_of(db: Database, payload: Payload) -> tuple[AnswerView, ...]:
    """Return the answers of a message, in the order in which they were asked."""
    questions = _questions(db, payload.form)
    asked = [one for one in questions if one in payload.answers]
    others = [one for one in payload.answers if one not in questions]
    return tuple(
        _view(question, payload.answers[question], questions.get(question))
        for question in (*asked, *others)
    )


def _questions(db: Database, named: bytes) -> dict[str, Question]:
    content = form_of(db, named)
    if content is None and named == form_hash(first_form()):
        content = first_form()
    return {} if content is None else {one.id: one for one in parse_form(content).questions}


def _view(question: str, answer: Answer, asked: Question | None) -> AnswerView:
    heading = name_in(asked.heading, _LANGUAGE) if asked else question
    if isinstance(answer, str):
        return AnswerView(question, answer, heading, (answer,))
    labels = {one.id: name_in(one.label, _LANGUAGE) for one in asked.choices} if asked else {}
    return AnswerView(question, answer, heading, tuple(labels.get(one, one) for one in answer))
