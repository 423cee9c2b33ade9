"""What a person wants to send, made ready: text, files, recipients. Nothing is sent here."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from crypto.public_keys import recipient_bytes
from ground.shell.refusals import Refusal
from intake.source.message.cleaning import choose, clean, copies_removed_on_error
from intake.source.message.outgoing import FileOnDisk, Snapshot, take_snapshot
from intake.source.message.plan import ChosenFile
from intake.source.person.codenames import holds_codename
from intake.source.person.show import Show
from intake.source.person.terminal import Terminal
from intake.source.reach.office import Office
from intake.source.speech import gettext as _
from intake.source.speech import printable

__all__ = [
    "check_ids",
    "check_something",
    "check_text",
    "chosen_files",
    "read_text",
    "ready_files",
    "say_recipients",
    "snapshots_of",
    "without",
]

_STDIN = Path("-")


def read_text(path: Path) -> str:
    """Return the text of a file, or of stdin for `-`; Refusal where it is no text in UTF-8."""
    try:
        data = sys.stdin.buffer.read() if path == _STDIN else path.read_bytes()
        return data.decode("utf-8-sig")
    except OSError:
        raise Refusal(
            _("The text cannot be read from {path}.").format(path=printable(str(path))),
            _("Nothing was sent."),
        ) from None
    except UnicodeDecodeError:
        raise Refusal(
            _("This is not a text in UTF-8: {path}").format(path=printable(str(path))),
            _("Save it as plain text in UTF-8, or send it as a file: --file"),
        ) from None


def check_text(texts: Iterable[str], terminal: Terminal | None) -> None:
    """Refuse a text that holds a codename, unless a person says that it is none."""
    if not any(map(holds_codename, texts)):
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


def chosen_files(paths: Sequence[Path]) -> list[ChosenFile]:
    """Return files as they will be announced; Refusal naming the first that cannot be read."""
    return [choose(path) for path in paths]


def check_something(text: str, files: Sequence[ChosenFile]) -> None:
    """Return if there is anything to send, else Refusal."""
    if not text.strip() and not files:
        raise Refusal(_("There is nothing to send: no text and no file."))


def ready_files(
    files: Sequence[ChosenFile], originals: Sequence[ChosenFile], tool: str | None, show: Show
) -> tuple[ChosenFile, ...]:
    """Return the files as they are sent: cleaned by `tool` if there is one, but for originals."""
    if tool is None:
        if files:
            show.say(
                _(
                    "Files are sent as they are, with what may be hidden in them: author, place,"
                    " device. --clean sends cleaned copies."
                )
            )
        return tuple(files)
    ready: list[ChosenFile] = []
    with copies_removed_on_error(ready):
        ready.extend(file if file in originals else _cleaned(file, tool, show) for file in files)
    return tuple(ready)


def _cleaned(file: ChosenFile, tool: str, show: Show) -> ChosenFile:
    cleaned = clean(file, tool)
    name = printable(file.name)
    if cleaned.found:
        show.say(_("{name}: this was taken out of the copy that is sent:").format(name=name))
        for line in cleaned.found:
            show.say(f"  {line}")
    else:
        show.say(_("{name}: mat2 found no hidden data in it.").format(name=name))
    return cleaned.file


def snapshots_of(files: Sequence[ChosenFile], show: Show) -> tuple[Snapshot, ...]:
    """Return what each file holds now."""
    snapshots = []
    for file in files:
        try:
            snapshots.append(take_snapshot(FileOnDisk(file.path), show.read))
        except OSError:
            raise Refusal(
                _("A file can no longer be read: {name}").format(name=printable(file.name)),
                _("Nothing was sent."),
            ) from None
    show.clear()
    return tuple(snapshots)


def without(recipient_ids: Iterable[str], left_out: Sequence[str], office: Office) -> list[str]:
    """Return recipients without those left out, sorted; Refusal where nobody stays."""
    check_ids(left_out, office)
    chosen = [one for one in recipient_ids if one not in left_out]
    if not chosen:
        raise Refusal(
            _("Nobody would be left to read the message. Nothing was sent."),
            _("Leave out fewer recipients, or use another way to report."),
        )
    return sorted(chosen, key=recipient_bytes)


def check_ids(ids: Sequence[str], office: Office) -> None:
    """Return if all are active recipients of the office, else Refusal naming those that are."""
    if not set(ids).issubset(office.keys):
        raise Refusal(
            _("The office has no recipient of that name. Nothing was sent."),
            _("Its recipients are: {ids}").format(ids=", ".join(office.keys)),
        )


def say_recipients(office: Office, recipient_ids: Sequence[str], language: str) -> None:
    """Say who will be able to read the message, and who not."""
    titles = office.titles(language)
    readers = ", ".join(titles[one] for one in recipient_ids)
    print(_("It can be read by: {recipients}").format(recipients=readers))
    others = ", ".join(title for one, title in titles.items() if one not in recipient_ids)
    if others:
        print(_("It cannot be read by: {recipients}").format(recipients=others))
