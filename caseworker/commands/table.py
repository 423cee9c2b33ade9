"""The program `caseworker`: the table of what is typed at the desk."""

import os
from typing import Final

from caseworker.offline import refuse_connections
from ground.shell.frame import Group, Placed, Program

__all__ = ["PROGRAM"]

_DESCRIPTION: Final = """Reads and answers reports on a machine that is never online.

Bundles come from the server and go to it on a stick: import brings one in, export writes one.
Each command asks for the vault's passphrase, or reads it from --passphrase-fd."""
_FOR_NOBODY_ELSE: Final = 0o077


def _prepare() -> None:
    os.umask(_FOR_NOBODY_ELSE)
    refuse_connections()


def _placed(name: str, module: str, constant: str) -> Placed:
    return Placed(name, f"caseworker.commands.{module}", constant)


PROGRAM: Final = Program(
    name="caseworker",
    description=_DESCRIPTION,
    groups=(
        Group(
            "bundles",
            (_placed("import", "carrying", "IMPORT"), _placed("export", "carrying", "EXPORT")),
        ),
        Group(
            "cases",
            (
                _placed("list", "viewing", "LIST"),
                _placed("show", "viewing", "SHOW"),
                _placed("save", "saving", "SAVE"),
                _placed("reply", "answering", "REPLY"),
                _placed("acknowledge", "answering", "ACKNOWLEDGE"),
                _placed("note", "answering", "NOTE"),
            ),
        ),
        Group(
            "the vault",
            (
                _placed("status", "status", "STATUS"),
                _placed("passphrase", "safekeeping", "PASSPHRASE"),
                _placed("backup", "safekeeping", "BACKUP"),
                _placed("restore", "safekeeping", "RESTORE"),
                _placed("restored", "safekeeping", "RESTORED"),
            ),
        ),
        Group(
            "the office",
            (
                _placed("office create", "offices", "CREATE"),
                _placed("office renew", "renewing", "RENEW"),
                _placed("office new-signing-key", "signing_keys", "NEW_SIGNING_KEY"),
                _placed("office take-card", "signing_keys", "TAKE_CARD"),
                _placed("office new-root", "renewing", "NEW_ROOT"),
            ),
        ),
    ),
    topics={"office": "Makes an office, renews it, replaces its keys."},
    prepare=_prepare,
    stopped=("stopped", "what was begun and not finished was taken back"),
)
