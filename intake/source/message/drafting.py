"""What a person wants to send, made ready: text and files. Nothing is sent here."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from crypto.sizes import ATTACHMENTS_MAX, PIECE_SIZE
from ground.languages import gettext as _
from ground.shell.figures import number_text, size_text
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from ground.shell.typed_text import read_text
from intake.source.message.cleaning import clean, copies_removed_on_error
from intake.source.message.files import ChosenFile, choose
from intake.source.message.pieces import FileOnDisk, Snapshot, read_snapshot
from intake.source.message.plan import check_files
from intake.source.person.codenames import has_codename
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.office import Office

__all__ = [
    "ask_files",
    "check_something",
    "check_text",
    "confirm",
    "read_message_text",
    "ready_files",
    "snapshots_of",
]

# A text is worked on in memory, several times over; ten thousand times a long report.
_TEXT_MAX_SIZE: Final = 64 * 1024 * 1024


def read_message_text(path: Path) -> str:
    """Return the text of a file, or of stdin for `-`; Refusal where it is no text."""
    return read_text(path, _TEXT_MAX_SIZE)


def check_text(texts: Iterable[str], terminal: Terminal | None) -> None:
    """Refuse a text that holds a codename, unless a person says that it is none."""
    if not any(map(has_codename, texts)):
        return
    message = _("The text holds eight words that look like a codename.")
    if terminal is not None:
        terminal.say(message)
        terminal.say(_("Whoever reads a codename can answer in your name."))
        if terminal.agrees(_("Send them all the same?")):
            return
    raise Refusal(
        message + " " + _("Nothing was sent."),
        _("Take them out: nobody but you may know your codename."),
    )


def check_something(text: str, files: Sequence[ChosenFile]) -> None:
    """Return if there is anything to send, else Refusal."""
    if not text.strip() and not files:
        raise Refusal(_("There is nothing to send: no text and no file."))


def ask_files(terminal: Terminal, office: Office) -> list[ChosenFile]:
    """Return files whose paths a person types: as many as the office takes."""
    files: list[ChosenFile] = []
    terminal.say()
    terminal.say(
        _("You may send up to {n} files, {size} in all.").format(
            n=ATTACHMENTS_MAX, size=size_text(office.directory.policy.max_chunks * PIECE_SIZE)
        )
    )
    while path := terminal.ask(_("A file to send, with its path (Enter: no more): ")):
        try:
            file = choose(_expanded(path))
            check_files([*files, file], office)
            files.append(file)
        except Refusal as refusal:
            terminal.say(refusal.message)
    return files


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        # Nobody has a home here: the name is what it says.
        return Path(path)


def confirm(terminal: Terminal, text: str, files: Sequence[ChosenFile]) -> None:
    """Show what is about to leave the device, and go on only if the person says so."""
    terminal.say()
    terminal.say(_("Letters in your message: {n}").format(n=number_text(len(text))))
    for file in files:
        size = size_text(file.path.stat().st_size) if file.path.exists() else "?"
        terminal.say(_("File: {name}, {size}").format(name=ForeignText(file.name), size=size))
    if not terminal.agrees(_("Encrypt and send?")):
        raise Refusal(_("Nothing was sent."), _("What you typed is not kept."))


def ready_files(
    files: Sequence[ChosenFile],
    originals: Sequence[ChosenFile],
    tool: str | None,
    progress: ProgressInWords,
) -> tuple[ChosenFile, ...]:
    """Return the files as they are sent: cleaned by `tool` if there is one, but for originals."""
    if tool is None:
        if files:
            progress.say(
                _(
                    "Files are sent as they are, with what may be hidden in them: author, place,"
                    " device. --clean sends cleaned copies."
                )
            )
        return tuple(files)
    ready: list[ChosenFile] = []
    with copies_removed_on_error(ready):
        ready.extend(
            file if file in originals else _cleaned(file, tool, progress) for file in files
        )
    return tuple(ready)


def _cleaned(file: ChosenFile, tool: str, progress: ProgressInWords) -> ChosenFile:
    cleaned = clean(file, tool)
    name = ForeignText(file.name)
    if cleaned.found:
        progress.say(_("{name}: this was taken out of the copy that is sent:").format(name=name))
        for found in cleaned.found:
            for line in fitted(f"  {found}"):
                progress.say(line)
    else:
        progress.say(_("{name}: mat2 found no hidden data in it.").format(name=name))
    return cleaned.file


def snapshots_of(files: Sequence[ChosenFile], progress: ProgressInWords) -> tuple[Snapshot, ...]:
    """Return what each file holds now."""
    snapshots = []
    for file in files:
        try:
            snapshots.append(read_snapshot(FileOnDisk(file.path), progress.read))
        except OSError:
            raise Refusal(
                _("A file can no longer be read: {name}").format(name=ForeignText(file.name)),
                _("Nothing was sent."),
            ) from None
    progress.clear()
    return tuple(snapshots)
