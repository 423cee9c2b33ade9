"""`intake import`: what a vault has written, taken in, and what there is to say about it."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ground.shell.figures import counted, date_text, iso_date
from ground.shell.foreign import ForeignText
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines
from ground.shell.output import complain
from ground.shell.refusals import Refusal
from ground.shell.terminal import open_terminal
from intake.commands.data_folder import add_data_folder
from intake.commands.fitted_lines import fitted
from intake.commands.server_words import stranger_warnings

if TYPE_CHECKING:
    from intake.exchange.importing import FirstOffice, Imported

__all__ = ["IMPORT"]


@dataclass(frozen=True)
class ImportOptions:
    """Which bundle into which folder; `fingerprint` as it was typed."""

    data: Path
    file: Path
    fingerprint: str | None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_folder(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a bundle from a vault")
    parser.add_argument(
        "--fingerprint",
        metavar="DIGITS",
        help="the office's 80 digits, at the first import; else you are shown them and asked",
    )


def _run(options: ImportOptions, surroundings: Surroundings) -> Answer:
    from intake.exchange.importing import import_bundle

    imported = import_bundle(
        options.data,
        options.file,
        options.fingerprint,
        lambda office: _agrees(office, surroundings),
    )
    # What was taken in stays so; but somebody has to look at who else speaks as this server.
    warnings = tuple(stranger_warnings(imported.naming.value, _digits(imported)))
    return Answer(
        lines(*_text(imported)), _data(imported), complete=not warnings, warnings=warnings
    )


def _digits(imported: "Imported") -> str:
    from crypto.directory import server_fingerprint

    return server_fingerprint(imported.server_key)


# ---- The first one -------------------------------------------------------------------------------


def _agrees(office: "FirstOffice", surroundings: Surroundings) -> bool:
    """Show whose office this would be, and let a person decide."""
    from crypto.directory import digit_lines, fingerprint, name_in

    name = ForeignText(name_in(office.directory.names, "und"))
    shown = [
        *fitted("This server would serve, for good: ", f"{name}"),
        "Its fingerprint:",
        *(f"    {line}" for line in digit_lines(fingerprint(office.genesis_id))),
    ]
    terminal = open_terminal(answers_go_elsewhere=surroundings.as_json)
    if terminal is not None:
        terminal.say("\n".join(shown))
        return terminal.confirms("Is this, digit for digit, the printed fingerprint?")
    if surroundings.as_json:
        complain(*shown)
    else:
        surroundings.output.say("\n".join(shown))
    raise Refusal(
        "the first import decides which office this server serves, and nobody is here to ask",
        "compare the digits above with the printed ones, then: --fingerprint DIGITS",
    )


# ---- What it did ---------------------------------------------------------------------------------


def _text(imported: "Imported") -> Iterator[str]:
    """Say what an import took in, set aside and deleted."""
    from crypto.directory import digit_lines, name_in

    outcome = imported.outcome
    if imported.first:
        name = ForeignText(name_in(imported.directory.names, "und"))
        yield from fitted("", f"This server serves {name} from now on.")
        yield "The key under which it signs, to be compared at the desk that signs the directory:"
        yield from (f"    {line}" for line in digit_lines(_digits(imported)))
    if not outcome.changed and not outcome.aside:
        yield "Everything in this bundle was taken in before; nothing has changed."
        return
    yield f"Taken in from {imported.recipient}:"
    if outcome.directory is not None:
        number, end = outcome.directory.sequence, date_text(outcome.directory.expires)
        yield f"  directory {number}, until {end}"
    if outcome.cards:
        yield f"  recipient cards: {outcome.cards}"
    for kind, count in _statements(imported).items():
        if count:
            yield f"  {_STATEMENTS[kind]}: {count}"
    if outcome.known:
        yield f"Passed over, being known or older: {outcome.known}"
    for item, reason in outcome.aside:
        yield f"Set aside: a {item}: {reason}"
    if outcome.deleted_envelopes or outcome.deleted_chunks:
        yield (
            "Deleted, as every recipient has them:"
            f" {counted(outcome.deleted_envelopes, 'envelope')},"
            f" {counted(outcome.deleted_chunks, 'chunk')}"
        )
    if not imported.wiped:
        yield (
            "What was deleted is overwritten a little later: the running server does it, or an"
            " export is reading right now, or the disk is full."
        )


_STATEMENTS = {
    "batch": "batches of replies",
    "confirmation": "confirmations",
}


def _statements(imported: "Imported") -> dict[str, int]:
    """Return how many statements of each kind were taken in, by the kind's name."""
    return {kind.name.lower(): count for kind, count in imported.outcome.statements.items()}


def _data(imported: "Imported") -> dict[str, object]:
    outcome = imported.outcome
    new = outcome.directory
    return {
        "recipient": imported.recipient,
        "first": imported.first,
        "server": {"fingerprint": _digits(imported), "standing": imported.naming.value},
        "directory": None
        if new is None
        else {"sequence": new.sequence, "expires": iso_date(new.expires)},
        "cards": outcome.cards,
        "statements": _statements(imported),
        "known": outcome.known,
        "set_aside": [{"item": name, "reason": reason} for name, reason in outcome.aside],
        "deleted": {"envelopes": outcome.deleted_envelopes, "chunks": outcome.deleted_chunks},
        "overwritten": imported.wiped,
    }


IMPORT = Command(
    "import",
    "take in a bundle that a vault has written",
    """\
Takes in the directory, cards, replies and confirmations of a recipient, and builds the site anew.
A bundle that is damaged or another office's changes nothing. The same bundle again changes nothing.

  intake import --data /srv/intake /media/stick/to-server.bundle

Where the directory names other servers and not this one, this says so, and ends with 1.

The first import decides for good which office this server serves. It shows the office's
fingerprint, which must be the printed one, and asks; or it is given as --fingerprint.""",
    ImportOptions,
    _add_arguments,
    _run,
    is_deed=True,
)
