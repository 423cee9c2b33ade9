"""What the commands share: the clock, the arguments that name things, and a vault opened.

The clock is read here, and nowhere else in this room.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from caseworker.moments import Moment, moment
from caseworker.vault.folder import Vault, open_vault, refuse_other_folders, unlock
from ground.shell.columns import lines_must_fit
from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.frame import Surroundings
from ground.shell.layout import fitted

__all__ = [
    "add_case",
    "add_out",
    "add_vault",
    "case_number",
    "file_name",
    "name_of_vault",
    "naming_files",
    "now",
    "opened",
]

_DIGITS_MOST = 9


def now() -> Moment:
    """Return what this machine's clock says."""
    return moment(datetime.now(UTC))


def add_vault(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a vault."""
    parser.add_argument("vault", metavar="VAULT", type=Path, help="the folder of a vault")


def add_case(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a case."""
    parser.add_argument("case", metavar="CASE", type=case_number, help="the number that list shows")


def case_number(text: str) -> int:
    """Return the number of a case, as list shows it."""
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS_MOST:
        raise argparse.ArgumentTypeError("a case has a number, as list shows it")
    return int(text)


def add_out(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the option that names a file to be made."""
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help=f"{what} to write; a new name"
    )


def naming_files(line: str) -> Iterator[str]:
    """Yield a line that names a file as lines that fit the terminal.

    Where there is none it stays whole, so that programs find the name in it.
    """
    return fitted(line) if lines_must_fit() else iter((line,))


def name_of_vault(folder: Path) -> str:
    """Return how a vault is called where its passphrase is asked for."""
    return f"the vault {file_name(folder)}"


def file_name(path: Path) -> ForeignText:
    """Return the last part of a path, as it is shown."""
    return foreign_path(Path(path.name))


@contextmanager
def opened(folder: Path, surroundings: Surroundings) -> Iterator[Vault]:
    """Yield the vault of a folder, opened with its passphrase."""
    refuse_other_folders(folder)
    key = unlock(folder, surroundings.passphrases.ask(name_of_vault(folder)))
    with open_vault(folder, key) as vault:
        yield vault
