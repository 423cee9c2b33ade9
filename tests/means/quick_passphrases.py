"""Runs `caseworker`; a try of each passphrase that it sets costs next to nothing.

    python -m tests.means.quick_passphrases office create …

What a try costs is written beside each secret (vault/sealed_secrets.py), and whoever opens it
later, also the command as it is, pays just that. So a test of something else need not wait for 256
MiB at every step. At their real cost they are set and tried in tests/whole/test_readme.py, by the
practice office of `make run`, and in tests/caseworker/commands/test_caseworker_command.py.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from caseworker import cli
from caseworker.vault import sealed_secrets as sealing

_CHEAP = sealing.Cost(memory_kib=8, passes=1, lanes=1)


@contextmanager
def quick_passphrases() -> Iterator[None]:
    """Let the passphrases that are set in this process meanwhile cost little."""
    usual, sealing.COST = sealing.COST, _CHEAP
    try:
        yield
    finally:
        sealing.COST = usual


if __name__ == "__main__":
    with quick_passphrases():
        sys.exit(cli.main())
