"""What a person sees of a message before it leaves the device, and the word that lets it go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from crypto.payload import Answer
from ground.languages import gettext as _
from ground.shell.figures import number_text, size_text
from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.layout import fitted, quoted
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from intake.questions import Question
from intake.source.message.files import ChosenFile
from intake.source.message.plan import Draft

__all__ = ["review"]

_LINES_OF_TEXT: Final = 12
_LINES_OF_ANSWER: Final = 4


@dataclass(frozen=True)
class _Deed:
    """What is asked, and what becomes of the message with each answer."""

    question: str
    done: str
    left: str
    refused: str


def review(
    terminal: Terminal,
    draft: Draft,
    questions: Sequence[Question] = (),
    *,
    is_typed: bool,
    sealed_file: Path | None = None,
) -> None:
    """Show what is about to be encrypted and sent; return only once the person lets it go.

    `questions`: those that the draft's answers belong to. `is_typed`: the text lies nowhere else.
    `sealed_file`: the file into which it is encrypted, with nothing sent. Raises Refusal where the
    person says no.
    """
    deed = _sealing(sealed_file) if sealed_file else _sending()
    terminal.say()
    is_cut = _show(terminal, draft, questions, whole=False)
    terminal.say()
    terminal.say(deed.done)
    lost = _("What you typed is not kept.") if is_typed else _("Your files stay as they are.")
    terminal.say(deed.left + " " + lost)
    if is_cut:
        terminal.say(_("all: shows all of the text first."))
    while True:
        word = terminal.ask(deed.question + " ").casefold()
        if word in ("y", "yes", *_("y yes").split()):
            return
        if word in ("n", "no", *_("n no").split()):
            raise Refusal(deed.refused, lost)
        if word in ("all", *_("all").split()):
            terminal.say()
            _show(terminal, draft, questions, whole=True)
            terminal.say()
        else:
            # Whoever only pressed Enter must not lose what took an hour to write.
            terminal.say(_("Type yes or no. Nothing is sent and nothing is lost before that."))


def _sending() -> _Deed:
    return _Deed(
        question=_("Encrypt and send?"),
        done=_("yes: it is encrypted and sent."),
        left=_("no: nothing is sent."),
        refused=_("Nothing was sent."),
    )


def _sealing(path: Path) -> _Deed:
    return _Deed(
        question=_("Encrypt into the file?"),
        done=_("yes: it is encrypted into {file}, and not sent.").format(file=foreign_path(path)),
        left=_("no: nothing is written."),
        refused=_("Nothing was written."),
    )


def _show(terminal: Terminal, draft: Draft, questions: Sequence[Question], *, whole: bool) -> bool:
    """Say what the message holds; tell whether a part of it was left out."""
    size = number_text(len(draft.text))
    terminal.say(_("Letters in your message: {n}").format(n=size))
    is_cut = _say_text(terminal, draft.text, None if whole else _LINES_OF_TEXT)
    for question in questions:
        if answer := draft.answers.get(question.name):
            for line in fitted(str(ForeignText(question.heading))):
                terminal.say(line)
            text = _words_of(question, answer)
            is_cut |= _say_text(terminal, text, None if whole else _LINES_OF_ANSWER)
    for file in draft.files:
        line = _("File: {name}, {size}").format(name=ForeignText(file.name), size=_size_of(file))
        for piece in fitted(line):
            terminal.say(piece)
    return is_cut


def _say_text(terminal: Terminal, text: str, most: int | None) -> bool:
    """Say the first lines of a text behind a bar, and how many more there are; tell if there are.

    One line too many is shown rather than counted.
    """
    if not text:
        return False
    lines = quoted(ForeignText(text))
    for line in islice(lines, most):
        terminal.say(line)
    return _say_rest(terminal, lines)


def _say_rest(terminal: Terminal, lines: Iterator[str]) -> bool:
    last = next(lines, None)
    if last is None:
        return False
    more = sum(1 for _line in lines)
    if not more:
        terminal.say(last)
        return False
    terminal.say(_("    ... more lines: {n}").format(n=number_text(more + 1)))
    return True


def _words_of(question: Question, answer: Answer) -> str:
    if isinstance(answer, str):
        return answer
    labels = {choice.id: choice.label for choice in question.choices}
    return "\n".join(labels.get(chosen, chosen) for chosen in answer)


def _size_of(file: ChosenFile) -> str:
    try:
        return size_text(file.size())
    except OSError:
        return "?"
