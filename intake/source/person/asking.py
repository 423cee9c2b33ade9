"""The questions of a report, put to a person at a terminal."""

from collections.abc import Mapping

from crypto.sizes import ANSWER_MAX_SIZE
from ground.languages import gettext as _
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted
from ground.shell.terminal import Terminal

__all__ = ["ask_answers", "ask_left_out", "ask_readers", "ask_text"]


def ask_text(terminal: Terminal, question: str) -> str:
    """Return a text of any length."""
    terminal.say()
    return terminal.ask_text(
        question + "\n" + _("As long as you like. End with a line that holds only a dot.")
    )


def ask_answers(terminal: Terminal) -> dict[str, str]:
    """Return what a person answers to the questions that help, by their names."""
    terminal.say()
    terminal.say(_("The next questions help, but none must be answered: Enter passes one over."))
    answers = {name: _answer(terminal, question) for name, question in _questions().items()}
    return {name: answer for name, answer in answers.items() if answer}


def ask_left_out(terminal: Terminal, titles: Mapping[str, ForeignText]) -> tuple[str, ...]:
    """Return the ids of recipients who must not read a report; somebody always may."""
    terminal.say()
    terminal.say(_("Who must not see this report? These could read it:"))
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


def _say_titles(terminal: Terminal, titles: Mapping[str, ForeignText]) -> None:
    for recipient_id, title in titles.items():
        for line in fitted(f"  {recipient_id}: {title}"):
            terminal.say(line)


def _questions() -> dict[str, str]:
    return {
        "who": _("Who is involved?"),
        "when": _("When did it happen, and where?"),
        "how": _("How do you know?"),
        "evidence": _("What evidence is there, and who has it?"),
        "fear": _("What do you fear could happen to you?"),
    }


def _answer(terminal: Terminal, question: str) -> str:
    while True:
        answer = terminal.ask(f"\n{question}\n> ")
        if len(answer.encode()) <= ANSWER_MAX_SIZE:
            return answer
        terminal.say(
            _("That is too long for this answer: at most {n} letters.").format(
                n=ANSWER_MAX_SIZE // 2
            )
        )
