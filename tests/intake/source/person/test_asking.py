"""The questions of the office's form, answered at a terminal."""

import io

import pytest

from ground.shell.terminal import Terminal
from intake.questions import Question
from intake.source.person.asking import ask_question


def answered(typed: str, *, rows: int, most: int = 2000) -> tuple[object, str, str]:
    """The answer, what is shown, and what was typed and not read."""
    shown, reader = io.StringIO(), io.StringIO(typed)
    question = Question("who", "answer", "Who?", (), rows=rows, most=most)
    answer = ask_question(Terminal(reader, shown), question)
    return answer, shown.getvalue(), reader.read()


@pytest.mark.parametrize(
    ("typed", "answer", "left"),
    [
        ("The mayor\n\nand others\n.\nnext\n", "The mayor\n\nand others", "next\n"),
        ("\nnext\n", "", "next\n"),
        (".\nnext\n", "", "next\n"),
        ("The mayor\n", "The mayor", ""),
    ],
    ids=["lines", "Enter", "a dot", "the end of input"],
)
def test_an_answer_has_as_many_lines_as_somebody_types(typed: str, answer: str, left: str) -> None:
    given, shown, rest = answered(typed, rows=6)
    assert (given, rest) == (answer, left)
    assert "a line that holds only a dot" in shown


def test_where_the_form_has_room_for_one_line_that_is_said() -> None:
    given, shown, rest = answered("The mayor\nnext\n", rows=1)
    assert (given, rest) == ("The mayor", "next\n")
    assert "One line." in shown


def test_an_answer_that_is_too_long_is_asked_for_anew() -> None:
    given, shown, _rest = answered("too\nlong\n.\nShort\n.\n", rows=2, most=7)
    assert given == "Short"
    assert "too long" in shown
