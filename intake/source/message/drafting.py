"""What a person wants to send, made ready: text and files. Nothing is sent here."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from crypto.sizes import ATTACHMENTS_MAX, PIECE_SIZE
from ground.languages import gettext as _
from ground.shell.figures import size_text
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from ground.shell.typed_text import read_text
from intake.source.message.cleaning import clean
from intake.source.message.files import ChosenFile, choose, refuse_twice
from intake.source.message.pieces import Snapshot, read_snapshot
from intake.source.message.plan import check_files
from intake.source.person.codenames import has_codename
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.office import Office

__all__ = [
    "ask_files",
    "check_something",
    "check_text",
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


def ask_files(
    terminal: Terminal, office: Office, chosen: Sequence[ChosenFile] = ()
) -> list[ChosenFile]:
    """Return files whose paths a person types, none chosen before: as many as the office takes."""
    files: list[ChosenFile] = []
    resolved = {one.path.resolve() for one in chosen}
    terminal.say()
    terminal.say(
        _("You may send up to {n} files, {size} in all.").format(
            n=ATTACHMENTS_MAX, size=size_text(office.directory.policy.max_chunks * PIECE_SIZE)
        )
    )
    while path := terminal.ask(_("A file to send, with its path (Enter: no more): ")):
        try:
            file = choose(_expanded(path))
            refuse_twice(file, resolved)
            check_files([*files, file], office)
            files.append(file)
            resolved.add(file.path.resolve())
        except Refusal as refusal:
            terminal.say(refusal.message)
    return files


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        # Nobody has a home here: the name is what it says.
        return Path(path)


def ready_files(
    files: Sequence[ChosenFile],
    originals: Sequence[ChosenFile],
    tool: str | None,
    new_copy: Callable[[], Path],
    remember_open_copies: Callable[[Path], None],
    progress: ProgressInWords,
) -> tuple[ChosenFile, ...]:
    """Return the files as they are sent: cleaned by `tool` if there is one, but for originals.

    `new_copy` says where the next cleaned copy is to lie; `remember_open_copies` is told of
    a folder on a disk in which open ones will lie.
    """
    if tool is None:
        if files:
            progress.say(
                _(
                    "Files are sent as they are, with what may be hidden in them: author, place,"
                    " device. --clean sends cleaned copies."
                )
            )
        return tuple(files)
    return tuple(
        file
        if file in originals
        else _cleaned(file, tool, new_copy, remember_open_copies, progress)
        for file in files
    )


def _cleaned(
    file: ChosenFile,
    tool: str,
    new_copy: Callable[[], Path],
    remember_open_copies: Callable[[Path], None],
    progress: ProgressInWords,
) -> ChosenFile:
    def tell_disk(parent: Path) -> None:
        remember_open_copies(parent)
        progress.say(
            _(
                "{name}: there is no room in memory to clean it. Its copy lies on the disk"
                " meanwhile and is overwritten there, but for what mat2 itself removes."
            ).format(name=ForeignText(file.name))
        )

    cleaned = clean(file, tool, new_copy, tell_disk)
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
            snapshots.append(read_snapshot(file.source, progress.read))
        except OSError:
            raise Refusal(
                _("A file can no longer be read: {name}").format(name=ForeignText(file.name)),
                _("Nothing was sent."),
            ) from None
    progress.clear()
    return tuple(snapshots)
