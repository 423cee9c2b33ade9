"""passphrase, backup, restore, restored: what keeps a vault closed, and what keeps it from loss."""

import argparse
from pathlib import Path

from caseworker.backup.backing_up import (
    back_up,
    refuse_hopeless_backup,
    refuse_hopeless_restore,
    restore,
)
from caseworker.backup.numbers_moved_on import move_numbers_on
from caseworker.commands.frame import (
    Answer,
    Arguments,
    Command,
    Surroundings,
    add_vault,
    lines,
    opened,
)
from caseworker.vault.condition import awaits_bundle_of, backup_is_due
from caseworker.vault.folder import Vault, open_vault, refuse_other_folders, unlock
from caseworker.vault.key_slots import change_passphrase
from caseworker.work.alarms import Alarm
from ground.shell.figures import counted, size_text


def safekeeping_alarms(vault: Vault) -> list[Alarm]:
    """Return what should be done lest a vault be lost, or after it was."""
    found = []
    if awaits_bundle_of(vault.db) is not None:
        text = "this vault came from a backup, and exports nothing before a newer bundle came"
        command = f"caseworker import {vault.folder} FILE, with a new bundle from the server"
        found.append(Alarm(text, command, loud=True))
    if backup_is_due(vault.db):
        text = "no backup holds the newest keys of this vault"
        found.append(Alarm(text, f"caseworker backup {vault.folder} --out FILE"))
    return found


def _passphrase(arguments: Arguments, surroundings: Surroundings) -> Answer:
    folder = arguments.vault
    refuse_other_folders(folder)
    what = f"the vault {folder.name}"
    key = unlock(folder, surroundings.passphrases.ask(what))
    new = surroundings.passphrases.choose(what)
    with open_vault(folder, key) as vault:
        change_passphrase(vault.folder, key, new)
    text = lines(
        f"The new passphrase of {folder} is in force, and what the old one opened is overwritten.",
        "Older copies of this folder and older backups still open with the old one, and hold the",
        "same key: where somebody may have both, destroy those copies.",
        f"Next: caseworker backup {folder} --out FILE",
    )
    return Answer(text, {"vault": str(folder)})


def _backup(arguments: Arguments, surroundings: Surroundings) -> Answer:
    folder, out = arguments.vault, arguments.out
    refuse_other_folders(folder)
    refuse_hopeless_backup(folder, out)
    with opened(folder, surroundings) as vault:
        passphrase = surroundings.passphrases.choose("the backup")
        done = back_up(vault, out, passphrase, surroundings.moment)
    size = out.stat().st_size
    parts = [
        f"{out} is written: {size_text(size)}, {counted(done.chunks, 'piece')} of files.",
        "It keeps keys that the vault will destroy: whoever has it and both passphrases can read",
        "what was recorded under them. Lock it away, and destroy it when the next one is made.",
        "Keep every bundle from the server until then: what comes after a backup is not in it.",
    ]
    if done.lost:
        parts.insert(1, f"{done.lost} pieces of files are lost in the vault itself.")
    data = {"file": str(out), "bytes": size, "chunks": done.chunks, "lost_chunks": done.lost}
    return Answer(lines(*parts), data)


def _restore(arguments: Arguments, surroundings: Surroundings) -> Answer:
    source, folder = arguments.file, arguments.vault
    refuse_hopeless_restore(source, folder)
    passphrases = surroundings.passphrases
    backup_passphrase = passphrases.ask("the backup")
    restore(
        source,
        folder,
        backup_passphrase,
        lambda: passphrases.ask(f"the vault {folder.name}, as it was at the backup"),
        surroundings.moment,
    )
    return Answer(lines(f"{folder} is put back.", *_after_restore(folder)), {"vault": str(folder)})


def _restored(arguments: Arguments, surroundings: Surroundings) -> Answer:
    with opened(arguments.vault, surroundings) as vault:
        move_numbers_on(vault, surroundings.moment, await_bundle=not arguments.server_has_nothing)
    return Answer(lines(*_after_restore(arguments.vault)), {"vault": str(arguments.vault)})


def _after_restore(folder: Path) -> list[str]:
    return [
        "All its numbers were moved on, and a new card was made.",
        "Bundles that this vault wrote after that backup and that still lie about go to the server",
        "first, or what is written now may go out under numbers of theirs.",
        "Import all bundles again that you kept since the backup, and a new one from the server:",
        "before that, nothing is exported. Old keys stay until you say that all kept bundles are",
        "imported. The copy that this one replaces is not to be used any more.",
        f"Next: caseworker import {folder} FILE…",
    ]


def _add_backup(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the backup to write; a new name"
    )


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
    add_arguments=add_vault,
    run=_passphrase,
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
    add_arguments=_add_backup,
    run=_backup,
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
    add_arguments=_add_restore,
    run=_restore,
)
RESTORED = Command(
    name="restored",
    summary="move a vault's numbers on after its folder was copied back by hand",
    description="""restore does this by itself. After you put back a copy of a vault's folder, once:
the vault has forgotten numbers that it had given out since, and must not give them out again. Moves
them far on, and makes a new card. Import all bundles that you kept again.

example:
  caseworker restored vaults/investigations""",
    add_arguments=_add_restored,
    run=_restored,
)
