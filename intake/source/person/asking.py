"""The questions of a report, one after another, to a person at a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.sizes import ANSWER_MAX_SIZE, ATTACHMENTS_MAX, PIECE_SIZE
from ground.shell.refusals import Refusal
from intake.source.message.cleaning import choose
from intake.source.message.plan import ChosenFile, check_files
from intake.source.person.terminal import Terminal
from intake.source.reach.office import Office, closed_reason
from intake.source.speech import gettext as _
from intake.source.speech import printable, written_size

__all__ = ["Answers", "ask_all", "ask_files", "ask_text", "confirm"]


@dataclass(frozen=True, repr=False)
class Answers:
    """What a person answered."""

    text: str
    answers: Mapping[str, str]
    files: tuple[ChosenFile, ...]
    left_out: tuple[str, ...]

    def __repr__(self) -> str:
        return "Answers(hidden)"


def ask_all(
    terminal: Terminal,
    office: Office,
    language: str,
    given: Sequence[ChosenFile],
    left_out: tuple[str, ...],
) -> Answers:
    """Ask everything that a report may say, but for files and recipients that are given already."""
    terminal.say()
    terminal.say(_("What you type goes nowhere before you say so. Ctrl-C ends this at any time."))
    if not office.status.chunks.open:
        terminal.say(
            _(
                "The server takes no files now, since {reason}, and no text of more than about ten"
                " thousand letters."
            ).format(reason=closed_reason(office.status.chunks.reason))
        )
    text = ask_text(terminal, _("What happened?"))
    terminal.say()
    terminal.say(_("The next questions help, but none must be answered: Enter passes one over."))
    answers = {name: _answer(terminal, question) for name, question in _questions().items()}
    files = [*given]
    if not given and office.status.chunks.open:
        files += ask_files(terminal, office)
    if not left_out and len(office.keys) > 1:
        left_out = _ask_left_out(terminal, office, language)
    said = {name: answer for name, answer in answers.items() if answer}
    return Answers(text, said, tuple(files), left_out)


def ask_text(terminal: Terminal, question: str) -> str:
    """Return a text of any length."""
    terminal.say()
    return terminal.ask_text(
        question + "\n" + _("As long as you like. End with a line that holds only a dot.")
    )


def confirm(terminal: Terminal, text: str, files: Sequence[ChosenFile]) -> None:
    """Show what is about to leave the device, and go on only if the person says so."""
    letters = len(text)
    terminal.say()
    terminal.say(_("Letters in your message: {n}").format(n=letters))
    for file in files:
        size = written_size(file.path.stat().st_size) if file.path.exists() else "?"
        terminal.say(_("File: {name}, {size}").format(name=printable(file.name), size=size))
    if not terminal.agrees(_("Encrypt and send?")):
        raise Refusal(_("Nothing was sent."), _("What you typed is not kept."))


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


def ask_files(terminal: Terminal, office: Office) -> list[ChosenFile]:
    """Return files whose paths a person types: as many as the office takes."""
    files: list[ChosenFile] = []
    terminal.say()
    terminal.say(
        _("You may send up to {n} files, {size} in all.").format(
            n=ATTACHMENTS_MAX,
            size=written_size(office.directory.policy.max_chunks * PIECE_SIZE),
        )
    )
    while path := terminal.ask(_("A file to send, with its path (Enter: no more): ")):
        try:
            file = choose(Path(path).expanduser())
            check_files([*files, file], office)
            files.append(file)
        except Refusal as refusal:
            terminal.say(refusal.message)
    return files


def _ask_left_out(terminal: Terminal, office: Office, language: str) -> tuple[str, ...]:
    terminal.say()
    terminal.say(_("Who must not see this report? These could read it:"))
    titles = office.titles(language)
    for recipient_id, title in titles.items():
        terminal.say(f"  {recipient_id}: {title}")
    while True:
        names = terminal.ask(_("Leave out (names before the colon; Enter: nobody): ")).split()
        if set(names).issubset(titles) and set(names) != set(titles):
            return tuple(names)
        terminal.say(_("That names somebody else, or leaves nobody to read it."))
