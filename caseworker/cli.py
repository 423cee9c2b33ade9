"""The command `caseworker`: its table of commands."""

import os
import sys
from collections.abc import Sequence

from caseworker.commands import (
    answering,
    carrying,
    offices,
    renewing,
    safekeeping,
    saving,
    signing_keys,
    status,
    viewing,
)
from caseworker.offline import refuse_connections
from ground.shell.frame import Group, Program, run_program

_DESCRIPTION = """Reads and answers reports on a machine that is never online.

Bundles come from the server and go to it on a stick: import brings one in, export writes one.
Each command asks for the vault's passphrase, or reads it from --passphrase-fd."""
_FOR_NOBODY_ELSE = 0o077


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 refused, 2 not as the help says."""
    return run_program(PROGRAM, arguments)


def _prepare() -> None:
    os.umask(_FOR_NOBODY_ELSE)
    refuse_connections()


PROGRAM = Program(
    name="caseworker",
    description=_DESCRIPTION,
    groups=(
        Group("bundles", (carrying.IMPORT, carrying.EXPORT)),
        Group(
            "cases",
            (
                viewing.LIST,
                viewing.SHOW,
                saving.SAVE,
                answering.REPLY,
                answering.ACKNOWLEDGE,
                answering.NOTE,
            ),
        ),
        Group(
            "the vault",
            (
                status.STATUS,
                safekeeping.PASSPHRASE,
                safekeeping.BACKUP,
                safekeeping.RESTORE,
                safekeeping.RESTORED,
            ),
        ),
        Group(
            "the office",
            (
                offices.CREATE,
                renewing.RENEW,
                signing_keys.NEW_SIGNING_KEY,
                signing_keys.TAKE_CARD,
                renewing.NEW_ROOT,
            ),
        ),
    ),
    topics={"office": "Makes an office, renews it, replaces its keys."},
    prepare=_prepare,
    stopped=("stopped", "what was begun and not finished was taken back"),
)

if __name__ == "__main__":
    sys.exit(main())
