"""passphrase, backup, restore, restored: what keeps a vault closed, and what keeps it from loss."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from caseworker.backup.backing_up import (
    back_up,
    refuse_hopeless_backup,
    refuse_hopeless_restore,
    restore,
)
from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.commands.opening import add_out, add_vault, name_of_vault, naming_files, now, opened
from caseworker.vault.folder import refuse_other_folders
from caseworker.work.change_passphrase import change_passphrase
from ground.shell.figures import counted, size_text
from ground.shell.foreign import foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines


@dataclass(frozen=True)
class PassphraseOptions:
    """The arguments of `passphrase`."""

    vault: Path


@dataclass(frozen=True)
class BackupOptions:
    """The arguments of `backup`."""

    vault: Path
    out: Path


@dataclass(frozen=True)
class RestoreOptions:
    """The arguments of `restore`: the backup `file`, and the folder to be made of it."""

    file: Path
    vault: Path


@dataclass(frozen=True)
class RestoredOptions:
    """The arguments of `restored`."""

    vault: Path
    server_has_nothing: bool


def _passphrase(options: PassphraseOptions, surroundings: Surroundings) -> Answer:
    folder = options.vault
    refuse_other_folders(folder)
    what, passphrases = name_of_vault(folder), surroundings.passphrases
    change_passphrase(folder, lambda: passphrases.ask(what), lambda: passphrases.choose(what))
    text = lines(
        *naming_files(
            f"The new passphrase of {foreign_path(folder)} is in force, and what the old one "
            "opened is overwritten."
        ),
        "Older copies of this folder and older backups still open with the old one, and hold the",
        "same key: where somebody may have both, destroy those copies.",
        f"Next: caseworker backup {foreign_path(folder)} --out FILE",
    )
    return Answer(text, {"vault": str(folder)})


def _backup(options: BackupOptions, surroundings: Surroundings) -> Answer:
    folder, out = options.vault, options.out
    refuse_other_folders(folder)
    refuse_hopeless_backup(folder, out)
    with opened(folder, surroundings) as vault:
        passphrase = surroundings.passphrases.choose("the backup")
        done = back_up(vault, out, passphrase, now())
    size = out.stat().st_size
    parts = [
        *naming_files(
            f"{foreign_path(out)} is written: {size_text(size)}, "
            f"{counted(done.chunks, 'piece')} of files."
        ),
        "It keeps keys that the vault will destroy: whoever has it and both passphrases can read",
        "what was recorded under them. Lock it away, and destroy it when the next one is made.",
        "Keep every bundle from the server until then: what comes after a backup is not in it.",
    ]
    if done.lost:
        parts.insert(1, f"{done.lost} pieces of files are lost in the vault itself.")
    data = {"file": str(out), "bytes": size, "chunks": done.chunks, "lost_chunks": done.lost}
    return Answer(lines(*parts), data)


def _restore(options: RestoreOptions, surroundings: Surroundings) -> Answer:
    source, folder = options.file, options.vault
    refuse_hopeless_restore(source, folder)
    passphrases = surroundings.passphrases
    backup_passphrase = passphrases.ask("the backup")
    restore(
        source,
        folder,
        backup_passphrase,
        lambda: passphrases.ask(f"{name_of_vault(folder)}, as it was at the backup"),
        now(),
    )
    head = naming_files(f"{foreign_path(folder)} is put back.")
    return Answer(lines(*head, *_after_restore(folder)), {"vault": str(folder)})


def _restored(options: RestoredOptions, surroundings: Surroundings) -> Answer:
    with opened(options.vault, surroundings) as vault:
        move_numbers_on(vault, now(), await_bundle=not options.server_has_nothing)
    return Answer(lines(*_after_restore(options.vault)), {"vault": str(options.vault)})


def _after_restore(folder: Path) -> list[str]:
    return [
        "All its numbers were moved on, and a new card was made.",
        "Bundles that this vault wrote after that backup and that still lie about go to the server",
        "first, or what is written now may go out under numbers of theirs.",
        "Import all bundles again that you kept since the backup, and a new one from the server:",
        "before that, nothing is exported. Old keys stay until you say that all kept bundles are",
        "imported. The copy that this one replaces is not to be used any more.",
        "What was answered after that backup is not in this vault: it may be on the board, and no",
        "case here shows it. What waited at that backup leaves once more.",
        f"Next: caseworker import {foreign_path(folder)} FILE…",
    ]


def _add_backup(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_out(parser, "the backup")


def _add_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a backup")
    parser.add_argument("vault", metavar="VAULT", type=Path, help="the vault's folder; a new name")


def _add_restored(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "--server-has-nothing",
        action="store_true",
        help="do not wait for a bundle from the server: it was lost, too, and begins anew",
    )


PASSPHRASE = Command(
    name="passphrase",
    summary="give a vault a new passphrase",
    description="""Seals the vault's key under a new passphrase and overwrites what the old one
opened. Stopped at any moment, either the old or the new one opens the vault.

It cannot reach copies: an older copy of the folder, or an older backup, still opens with the old
passphrase. Where somebody may have seen the old one, destroy those.

passphrases, one a line with --passphrase-fd:
  the vault's, then its new one

example:
  caseworker passphrase vaults/investigations""",
    options=PassphraseOptions,
    add_arguments=add_vault,
    run=_passphrase,
    is_deed=True,
    asks_passphrases=True,
)
BACKUP = Command(
    name="backup",
    summary="write a vault into one file under a passphrase of its own",
    description="""The whole folder, as it is between two commands. One is due whenever new keys
were made; status says so.

A backup keeps keys that the vault destroys later: whoever has it, its passphrase and the vault's
can read what was recorded under them. Lock it away, and destroy it when the next one is made.

passphrases, one a line with --passphrase-fd:
  the vault's, then the backup's own

example:
  caseworker backup vaults/investigations --out /media/safe/investigations.backup""",
    options=BackupOptions,
    add_arguments=_add_backup,
    run=_backup,
    is_deed=True,
    asks_passphrases=True,
)
RESTORE = Command(
    name="restore",
    summary="put a vault back from a backup",
    description="""Makes the folder of a vault, all of it or nothing, and moves its numbers far on:
the vault has forgotten what it gave out since the backup, and must not give it out again. Import
all bundles that you kept since, and a new one from the server, before the next export.

passphrases, one a line with --passphrase-fd:
  the backup's own, then the one that the vault had when the backup was made

example:
  caseworker restore /media/safe/investigations.backup vaults/investigations""",
    options=RestoreOptions,
    add_arguments=_add_restore,
    run=_restore,
    is_deed=True,
    asks_passphrases=True,
)
RESTORED = Command(
    name="restored",
    summary="say that a vault's folder was copied back by hand, or that the server is lost too",
    description="""restore does this by itself, and a vault finds it out by itself with the first
bundle that names what it has not made. After you put back a copy of a vault's folder, or where the
server lost all that it had: the vault has forgotten numbers that it had given out since, and must
not give them out again. Moves them far on, makes a new card, and exports nothing before a bundle
tells what the server has. A directory that came meanwhile under this vault's key is taken for its
own. Import all bundles that you kept again.

example:
  caseworker restored vaults/investigations""",
    options=RestoredOptions,
    add_arguments=_add_restored,
    run=_restored,
    is_deed=True,
    asks_passphrases=True,
)
