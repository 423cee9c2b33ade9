"""What a person sees of a message before it leaves the device, and the word that lets it go."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from crypto.payload import Answer
from ground.languages import gettext as _
from ground.shell.figures import number_text, size_text
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted, quoted
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from intake.questions import Question
from intake.source.message.files import ChosenFile
from intake.source.message.plan import Draft

__all__ = ["review"]

_LINES_OF_TEXT: Final = 12
_LINES_OF_ANSWER: Final = 4


def review(
    terminal: Terminal, draft: Draft, questions: Sequence[Question] = (), *, is_typed: bool
) -> None:
    """Show what is about to leave the device; return only once the person lets it go.

    `questions`: those that the draft's answers belong to. `is_typed`: the text lies nowhere else.
    Raises Refusal where the person says no.
    """
    terminal.say()
    is_cut = _show(terminal, draft, questions, whole=False)
    terminal.say()
    terminal.say(_("yes: it is encrypted and sent."))
    lost = _("What you typed is not kept.") if is_typed else _("Your files stay as they are.")
    terminal.say(_("no: nothing is sent.") + " " + lost)
    if is_cut:
        terminal.say(_("all: shows all of the text first."))
    while True:
        word = terminal.ask(_("Encrypt and send?") + " ").casefold()
        if word in ("y", "yes", *_("y yes").split()):
            return
        if word in ("n", "no", *_("n no").split()):
            raise Refusal(_("Nothing was sent."), lost)
        if word in ("all", *_("all").split()):
            terminal.say()
            _show(terminal, draft, questions, whole=True)
            terminal.say()
        else:
            # Whoever only pressed Enter must not lose what took an hour to write.
            terminal.say(_("Type yes or no. Nothing is sent and nothing is lost before that."))


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
