"""The questions of a report, put to a person at a terminal."""

from collections.abc import Mapping, Sequence

from crypto.payload import Answer
from ground.languages import gettext as _
from ground.shell.figures import number_text
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted
from ground.shell.refusals import InputEndedError
from ground.shell.terminal import Terminal
from intake.questions import Question

__all__ = ["ask_left_out", "ask_question", "ask_readers", "ask_text"]


def ask_text(terminal: Terminal, heading: str, help_: Sequence[str] = ()) -> str:
    """Return a text of any length; `help_` holds keys of the catalogue."""
    terminal.say()
    for paragraph in (heading, *map(_, help_)):
        terminal.say(paragraph)
    return terminal.ask_text(_("As long as you like. End with a line that holds only a dot."))


def ask_question(terminal: Terminal, question: Question) -> Answer:
    """Return what a person answers to a question of the office's form, perhaps nothing.

    The question's words are the office's: they are shown as what comes from outside.
    """
    terminal.say()
    for paragraph in (question.heading, *question.help):
        _say_foreign(terminal, paragraph)
    if question.kind == "choice":
        return _ask_choice(terminal, question)
    return _ask_answer(terminal, question)


def _ask_answer(terminal: Terminal, question: Question) -> str:
    """Return an answer of one line or of several, as the form has room for."""
    has_lines, most = question.rows > 1, question.most
    if has_lines:
        terminal.say(_("Enter passes it over. Else end with a line that holds only a dot."))
    else:
        terminal.say(_("One line. Enter passes it over."))
    while True:
        answer = _ask_lines(terminal) if has_lines else terminal.ask("> ")
        size = len(answer.encode())
        if most is None or size <= most:
            return answer
        room = most * len(answer) // size // 100 * 100
        terminal.say(
            _(
                "This answer is too long. There is room for about {n} characters here; what"
                " happened may be longer."
            ).format(n=number_text(room))
        )


def _ask_lines(terminal: Terminal) -> str:
    """Return lines up to one that holds only a dot, or to the end of input; none after Enter."""
    lines: list[str] = []
    line = terminal.ask("> ")
    while line != "." and (line or lines):
        lines.append(line)
        try:
            line = terminal.ask("> ")
        except InputEndedError:
            break
    return "\n".join(lines).strip()


def _ask_choice(terminal: Terminal, question: Question) -> tuple[str, ...]:
    for number, choice in enumerate(question.choices, 1):
        _say_foreign(terminal, f"  {number}. {choice.label}")
    asked = _("The number that fits (Enter: none): ")
    if question.several:
        asked = _("The numbers that fit, with spaces between (Enter: none): ")
    while True:
        chosen = _chosen(terminal.ask(asked), question)
        if chosen is not None:
            return chosen
        terminal.say(_("Type only numbers of this list, one alone where one fits."))


def _chosen(typed: str, question: Question) -> tuple[str, ...] | None:
    """Return the ids of the numbers that were typed; None where these are none."""
    by_number = {str(number): one.id for number, one in enumerate(question.choices, 1)}
    numbers = list(dict.fromkeys(typed.replace(",", " ").split()))
    if not by_number.keys() >= set(numbers) or (len(numbers) > 1 and not question.several):
        return None
    return tuple(by_number[number] for number in numbers)


def ask_left_out(
    terminal: Terminal, question: Question, titles: Mapping[str, ForeignText]
) -> tuple[str, ...]:
    """Return the ids of recipients who must not read a report; somebody always may."""
    _say_question(terminal, question)
    _say_titles(terminal, titles)
    while True:
        ids = terminal.ask(_("Leave out (names before the colon; Enter: nobody): ")).split()
        if set(ids).issubset(titles) and set(ids) != set(titles):
            return tuple(ids)
        terminal.say(_("That names somebody else, or leaves nobody to read it."))


def ask_readers(terminal: Terminal, titles: Mapping[str, ForeignText]) -> list[str]:
    """Return the ids of recipients who shall read a follow-up, where nothing tells who could."""
    terminal.say(_("No reply tells this device who could read your report. Leave out again"))
    terminal.say(_("whom you left out then. These can read a follow-up:"))
    _say_titles(terminal, titles)
    while True:
        ids = terminal.ask(_("Who shall read it (names before the colon): ")).split()
        if ids and set(ids).issubset(titles):
            return ids
        terminal.say(_("That names somebody else, or nobody."))


def _say_foreign(terminal: Terminal, text: str) -> None:
    for line in fitted(str(ForeignText(text))):
        terminal.say(line)


def _say_titles(terminal: Terminal, titles: Mapping[str, ForeignText]) -> None:
    for recipient_id, title in titles.items():
        for line in fitted(f"  {recipient_id}: {title}"):
            terminal.say(line)


def _say_question(terminal: Terminal, question: Question) -> None:
    terminal.say()
    for paragraph in (question.heading, *question.help):
        terminal.say(_(paragraph))
