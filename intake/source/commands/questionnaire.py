"""The whole questionnaire, put to a person at a terminal."""

from dataclasses import dataclass

from crypto.payload import Answer
from ground.languages import gettext as _
from ground.shell.terminal import Terminal
from intake.questions import questions_of
from intake.source.message.drafting import ask_files
from intake.source.message.files import ChosenFile
from intake.source.person.asking import ask_left_out, ask_question, ask_text
from intake.source.reach.office import Office, closed_reason

__all__ = ["Answers", "ask_all"]


@dataclass(frozen=True, repr=False)
class Answers:
    """What a person answered: beside the text, answers by the names of their questions."""

    text: str
    answers: dict[str, Answer]
    files: tuple[ChosenFile, ...]
    left_out: tuple[str, ...]


def ask_all(
    terminal: Terminal,
    office: Office,
    language: str,
    files: tuple[ChosenFile, ...],
    left_out: tuple[str, ...],
) -> Answers:
    """Ask everything that a report may say, but for files and recipients that are given already."""
    _say_before(terminal, office)
    text, answers, has_files = "", dict[str, Answer](), bool(files)
    for question in questions_of(office.form, language):
        match question.kind:
            case "text":
                text = ask_text(terminal, _(question.heading), question.help)
                terminal.say()
                terminal.say(
                    _("The next questions help, but none must be answered: Enter passes one over.")
                )
            case "answer" | "choice":
                if answer := ask_question(terminal, question):
                    answers[question.name] = answer
            case "recipients":
                if not left_out and len(office.keys) > 1:
                    left_out = ask_left_out(terminal, question, office.titles(language))
        if question.files and not has_files and office.status.chunks.open:
            files = (*files, *ask_files(terminal, office, files))
    return Answers(text, answers, files, left_out)


def _say_before(terminal: Terminal, office: Office) -> None:
    terminal.say()
    terminal.say(_("What you type goes nowhere before you say so. Ctrl-C ends this at any time."))
    if not office.status.chunks.open:
        terminal.say(
            _(
                "The server takes no files now, since {reason}, and no text of more than about ten"
                " thousand letters."
            ).format(reason=closed_reason(office.status.chunks.reason))
        )
