"""What every subcommand is made of: its arguments, what it does, and its answer."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caseworker.vault.folder import Vault, open_vault, refuse_other_folders, unlock
from ground.days import Moment
from ground.shell.passphrases import PassphraseSource

Arguments = argparse.Namespace


@dataclass(frozen=True)
class Answer:
    """What a command prints: `text` for people, `data` for programs that ask with --json.

    `complete` is false where a part of what was asked was refused.
    """

    text: str
    data: Mapping[str, object]
    complete: bool = True


@dataclass(frozen=True)
class Surroundings:
    """What a command gets from outside besides its arguments."""

    moment: Moment
    passphrases: PassphraseSource


@dataclass(frozen=True)
class Command:
    """A subcommand: its name, a line on what it does, its help, its arguments and its work."""

    name: str
    summary: str
    description: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Arguments, Surroundings], Answer]


def add_vault(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a vault."""
    parser.add_argument("vault", metavar="VAULT", type=Path, help="the folder of a vault")


def add_case(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a case."""
    parser.add_argument("case", metavar="CASE", type=int, help="the number that list shows")


@contextmanager
def opened(folder: Path, surroundings: Surroundings) -> Iterator[Vault]:
    """Yield the vault of a folder, opened with its passphrase."""
    refuse_other_folders(folder)
    key = unlock(folder, surroundings.passphrases.ask(f"the vault {folder.name}"))
    with open_vault(folder, key) as vault:
        yield vault


def lines(*parts: str) -> str:
    """Return parts of a text, one a line, empty ones at the end left out."""
    return "\n".join(parts).rstrip("\n")
