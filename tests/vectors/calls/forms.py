"""Calls of area form."""

from typing import Any

from crypto.form import Form, Question, read_form
from crypto.names import FormHash

Members = dict[str, Any]


def shown_form(form: Form) -> Members:
    """Return the questions of a form, each with the members that its kind has."""
    return {"questions": list(map(_shown_question, form.questions))}


def _shown_question(question: Question) -> Members:
    shown: Members = {
        "id": question.id,
        "kind": question.kind,
        "heading": dict(question.heading),
        "help": {language: list(texts) for language, texts in question.help.items()},
    }
    if question.kind == "text":
        shown |= {"most": question.most, "rows": question.rows, "files": question.files}
    if question.kind == "choice":
        choices = [{"id": one.id, "label": dict(one.label)} for one in question.choices]
        shown |= {"choices": choices, "several": question.several, "files": question.files}
    return shown


def _read_form(vector: Members) -> object:
    return shown_form(read_form(vector["text"].encode(), FormHash(bytes.fromhex(vector["hash"]))))


CALLS = {"read_form": _read_form}
