"""What `import` and `export` print when they are done: what happened, and what to do next."""

import sys

from crypto.directory import Directory, check_current, name_in
from crypto.errors import Outdated
from crypto.statements import StatementKind
from intake.exchange.dates import iso, shown
from intake.exchange.exporting import Exported
from intake.exchange.importing import Imported

_STATEMENTS = {
    StatementKind.BATCH: "batches of replies",
    StatementKind.CONFIRMATION: "confirmations",
    StatementKind.REFINEMENT: "refinements",
}


def print_imported(imported: Imported) -> None:
    """Say what an import took in, set aside and deleted."""
    outcome = imported.outcome
    if imported.first:
        print(f"This server serves {shown(name_in(imported.directory.names, 'und'))} from now on.")
    if not outcome.changed and not outcome.aside:
        print("Everything in this bundle was taken in before; nothing has changed.")
        return
    print(f"Taken in from {imported.recipient}:")
    if outcome.directory is not None:
        print(f"  directory {outcome.directory.sequence}, until {iso(outcome.directory.expires)}")
    if outcome.cards:
        print(f"  recipient cards: {outcome.cards}")
    for kind, count in outcome.statements.items():
        if count:
            print(f"  {_STATEMENTS[kind]}: {count}")
    if outcome.known:
        print(f"Passed over, being known or older: {outcome.known}")
    for name, reason in outcome.aside:
        print(f"Set aside: a {name}: {reason}")
    if outcome.deleted_envelopes or outcome.deleted_chunks:
        print(
            "Deleted, as every recipient has them:"
            f" {_counted(outcome.deleted_envelopes, 'envelope')},"
            f" {_counted(outcome.deleted_chunks, 'chunk')}"
        )
    if not imported.wiped:
        print(
            "What was deleted is overwritten a little later: an export is reading right now, or the"
            " disk is full."
        )


def print_exported(exported: Exported) -> None:
    """Say what an export wrote, and where to carry it."""
    print(
        f"{_counted(exported.envelopes, 'envelope')} and {_counted(exported.chunks, 'chunk')}"
        f" for {exported.recipient}, {exported.size:,} bytes:"
    )
    for file in exported.files:
        print(f"  {file}")
    print(
        f"Carry {'it' if len(exported.files) == 1 else 'them, in any order,'} to the desk, where:"
    )
    print(f"  caseworker import VAULT {' '.join(file.name for file in exported.files)}")
    if exported.damaged:
        damaged = "is damaged and was" if exported.damaged == 1 else "are damaged and were"
        print(
            f"warning: {_counted(exported.damaged, 'item')} on this server {damaged} left out:"
            " look after its disk",
            file=sys.stderr,
        )
    if not exported.rewritten:
        print(
            "warning: the database could not be rewritten, as it was being read or the disk is"
            " full; its pages still show the order of arrival. The rewrite has to be repeated: make"
            " room if need be, and export again",
            file=sys.stderr,
        )
    if not _is_current(exported.directory, exported.day):
        print(
            "warning: the directory is not valid today; nobody can report until a new one comes",
            file=sys.stderr,
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _is_current(directory: Directory, day: int) -> bool:
    try:
        check_current(directory, day)
    except Outdated:
        return False
    return True
