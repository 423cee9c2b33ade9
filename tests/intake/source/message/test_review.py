"""What a person sees before a message is sent, and what lets it go."""

import io
from pathlib import Path

import pytest

from crypto.form import first_form, parse_form
from crypto.payload import Answer
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from intake.questions import Choice, Question, questions_of
from intake.source.message.plan import Draft
from intake.source.message.review import review

QUESTIONS = questions_of(parse_form(first_form()), "en")


def reviewed(
    text: str,
    typed: str,
    answers: dict[str, Answer] | None = None,
    questions: tuple[Question, ...] = QUESTIONS,
    *,
    is_typed: bool = True,
    sealed_file: Path | None = None,
) -> tuple[str, Refusal | None]:
    """What a terminal shows to somebody who types this, and the refusal it ends with, if any."""
    shown = io.StringIO()
    terminal = Terminal(io.StringIO(typed), shown)
    draft = Draft("report", text, answers or {}, (), ("main",), "en")
    try:
        review(terminal, draft, questions, is_typed=is_typed, sealed_file=sealed_file)
    except Refusal as refusal:
        return shown.getvalue(), refusal
    return shown.getvalue(), None


@pytest.mark.parametrize("slip", ["", "maybe", "ja"])
def test_enter_or_a_slip_loses_nothing_and_is_asked_again(slip: str) -> None:
    shown, refusal = reviewed("They took a bribe.", f"{slip}\nyes\n")
    assert refusal is None
    assert shown.count("Encrypt and send?") == 2
    assert "nothing is lost before that" in shown


@pytest.mark.parametrize("is_typed", [True, False])
def test_only_no_is_no_and_it_says_beforehand_what_becomes_of_the_text(is_typed: bool) -> None:
    shown, refusal = reviewed("They took a bribe.", "no\n", is_typed=is_typed)
    lost = "What you typed is not kept." if is_typed else "Your files stay as they are."
    assert refusal is not None
    assert (refusal.message, refusal.hint) == ("Nothing was sent.", lost)
    assert f"no: nothing is sent. {lost}" in shown


def test_what_goes_into_a_file_is_not_said_to_be_sent() -> None:
    path = Path("/stick/report\x1b.fidelio")
    shown, refusal = reviewed("They took a bribe.", "no\n", sealed_file=path)
    assert "yes: it is encrypted into /stick/report<U+001B>.fidelio, and not sent." in shown
    assert "no: nothing is written. What you typed is not kept." in shown
    assert "Encrypt into the file?" in shown
    assert "Encrypt and send?" not in shown
    assert refusal is not None
    assert refusal.message == "Nothing was written."


def test_the_text_and_the_answers_are_shown_below_their_questions() -> None:
    shown, _refusal = reviewed("They took a bribe.\n\nTwice.", "y\n", {"who": "The mayor"})
    assert "  | They took a bribe.\n  |\n  | Twice.\n" in shown
    assert "Who is involved?\n  | The mayor\n" in shown
    assert "What do you fear?" not in shown
    assert "more lines" not in shown


def test_what_was_chosen_is_shown_in_the_words_of_the_form() -> None:
    choices = (Choice("a", "By post"), Choice("b", "By \x1b[2Jhand"))
    question = Question("how", "choice", "How?", (), choices=choices, several=True)
    shown, _refusal = reviewed("It happened.", "y\n", {"how": ("a", "b")}, (question,))
    assert "How?\n  | By post\n  | By <U+001B>[2Jhand\n" in shown


def test_of_a_long_text_the_first_lines_are_shown_and_all_of_it_to_who_asks() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 41))
    shown, refusal = reviewed(text, "all\nyes\n", {"who": text})
    assert refusal is None
    first, _asked, rest = shown.partition("Encrypt and send?")
    assert "line 12\n" in first
    assert "line 13\n" not in first
    assert "... more lines: 28" in first
    assert "... more lines: 36" in first
    assert rest.count("  | line 40\n") == 2
    assert "more lines" not in rest


def test_what_was_pasted_cannot_act_on_the_terminal() -> None:
    shown, _refusal = reviewed("a\x1b]0;b\x07\u202ec", "y\n")
    assert "  | a<U+001B>]0;b<U+0007><U+202E>c\n" in shown
    assert "\x1b" not in shown
