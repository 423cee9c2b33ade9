"""office renew, office new-root: what runs out is renewed, and a root replaced."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from caseworker.commands.carry_steps import step_data, step_lines
from caseworker.commands.office_choices import add_choices, read_form_file, release_words
from caseworker.commands.opening import name_of_vault, naming_files, now
from caseworker.commands.server_keys import typed_digits
from caseworker.keys.profile import ProfileChanges
from caseworker.keys.servers import ServerChanges
from caseworker.office.renewal import Renewal
from caseworker.office.root_file import ROOT_FILE
from caseworker.work.renew_office import renew_vaults
from caseworker.work.replace_root import RootPassphrases, replace_office_root
from crypto.directory import Policy, server_fingerprint
from crypto.names import Day
from ground.shell.figures import iso_date, until_text
from ground.shell.foreign import foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines
from ground.shell.passphrases import Passphrase

# More would take a phone many minutes.
PUZZLE_BITS_MAX = 24


@dataclass(frozen=True)
class RenewOptions:
    """The arguments of `office renew`, None where something stays as it is.

    Puzzles are in bits; servers are 80 digits each, as they were typed.
    """

    folder: Path
    root: Path | None
    new_delegation: bool
    puzzle_envelope: int | None
    puzzle_chunk: int | None
    server: Sequence[str]
    drop_server: Sequence[str]
    batch_size: int | None
    release: int | None
    mirror: Sequence[str] | None
    form: Path | None


@dataclass(frozen=True)
class NewRootOptions:
    """The arguments of `office new-root`: the files of the old root and of the new one."""

    folder: Path
    root: Path
    new: Path | None


def _renew(options: RenewOptions, surroundings: Surroundings) -> Answer:
    moment = now()
    servers = ServerChanges(
        tuple(map(typed_digits, options.server)), tuple(map(typed_digits, options.drop_server))
    )
    renewal = renew_vaults(
        options.folder,
        moment,
        _asks_vaults(surroundings),
        lambda: surroundings.passphrases.ask("the root key"),
        root=options.root,
        new_delegation=options.new_delegation,
        changes=_changes(options),
        servers=servers,
    )
    return _renewal_answer(renewal, moment.day)


def _changes(options: RenewOptions) -> ProfileChanges:
    return ProfileChanges(
        puzzle_envelope=options.puzzle_envelope,
        puzzle_chunk=options.puzzle_chunk,
        form=read_form_file(options.form) if options.form else None,
        batch_size=options.batch_size,
        release=options.release,
        mirrors=None if options.mirror is None else tuple(options.mirror),
    )


def _asks_vaults(surroundings: Surroundings) -> Callable[[Path], Passphrase]:
    return lambda folder: surroundings.passphrases.ask(name_of_vault(folder))


def _renewal_answer(renewal: Renewal, today: Day, *first: str) -> Answer:
    parts = list(first)
    directory = renewal.directory
    if directory:
        end = directory.delegation.end
        parts += [
            f"A new directory is issued, number {directory.sequence}: it holds "
            f"{until_text(directory.expires, today)}.",
            f"The root's delegation {'is new and ' if renewal.new_delegation else ''}holds "
            f"{until_text(end, today)}.",
            *_puzzle_lines(directory.policy),
            *(f"It names the server {server_fingerprint(one)}." for one in directory.servers),
        ]
    else:
        parts.append("The directory's vault is not here: new cards alone were made.")
    if renewal.new_cards:
        parts.append(f"New keys: {', '.join(renewal.new_cards)}.")
    if renewal.short:
        parts.append(f"The keys of {', '.join(renewal.short)} end soon: a new card has to come.")
    parts += step_lines(renewal.steps)
    data = {
        "new_cards": list(renewal.new_cards),
        "new_delegation": renewal.new_delegation,
        "bundles": {name: str(path) for name, path in renewal.bundles.items()},
        "steps": step_data(renewal.steps),
        "directory": directory
        and {
            "delegation": directory.delegation.number,
            "sequence": directory.sequence,
            "expires": iso_date(directory.expires),
            "delegation_end": iso_date(directory.delegation.end),
            "servers": [server_fingerprint(one) for one in directory.servers],
            "batch_size": directory.batch_size,
            "release": release_words(directory.release),
            "mirrors": list(directory.mirrors),
            "form": directory.form.hex(),
        },
    }
    return Answer(lines(*parts), data)


def _puzzle_lines(policy: Policy) -> list[str]:
    if not (policy.puzzle_envelope or policy.puzzle_chunk):
        return []
    return [
        f"It asks sources for work against floods: {policy.puzzle_envelope} bits for a message, "
        f"{policy.puzzle_chunk} bits for each 256 KiB of files."
    ]


def _new_root(options: NewRootOptions, surroundings: Surroundings) -> Answer:
    moment, passphrases = now(), surroundings.passphrases
    asking = RootPassphrases(
        ask_old=lambda: passphrases.ask("the old root key"),
        choose_new=lambda: passphrases.choose("the new root key"),
        ask_new=lambda: passphrases.ask("the new root key"),
    )
    done = replace_office_root(
        options.folder, options.root, options.new, moment, _asks_vaults(surroundings), asking
    )
    path, is_there = foreign_path(done.path), done.path.exists()
    answer = _renewal_answer(
        done.renewal,
        moment.day,
        *naming_files(
            f"The office has a new root key, in {path}: move it to a stick of its own, copy it, "
            "lock both up."
            if done.is_new or is_there
            else f"This was done before: the new root key was made then, and is not in {path}."
        ),
        *naming_files(
            f"The old one, {foreign_path(options.root)}, can do nothing for the office any more: "
            "destroy it and its copies. The fingerprint stays as it is printed."
        ),
    )
    return Answer(answer.text, {**answer.data, "root": str(done.path) if is_there else None})


def _add_office(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the office's folder")


def _add_renew(parser: argparse.ArgumentParser) -> None:
    _add_office(parser)
    parser.add_argument(
        "--root",
        metavar="FILE",
        type=Path,
        help=f"the root key, where it is not the newest {ROOT_FILE} in DIR",
    )
    parser.add_argument(
        "--new-delegation",
        action="store_true",
        help="let the root delegate anew at once: somebody else may have the directory key",
    )
    for kind, what in (("envelope", "a message"), ("chunk", "each 256 KiB of files")):
        parser.add_argument(
            f"--puzzle-{kind}",
            metavar="BITS",
            type=int,
            choices=range(PUZZLE_BITS_MAX + 1),
            help=f"work that {what} costs a source, 0 to {PUZZLE_BITS_MAX}; 0 is none",
        )
    for name, what in (
        ("server", "one more server whose bundles are believed, by the digits it shows"),
        ("drop-server", "a server that is believed no more"),
    ):
        parser.add_argument(f"--{name}", metavar="DIGITS", default=[], action="append", help=what)
    add_choices(parser)


def _add_new_root(parser: argparse.ArgumentParser) -> None:
    _add_office(parser)
    parser.add_argument(
        "--root", metavar="FILE", type=Path, required=True, help="the root key to be replaced"
    )
    parser.add_argument(
        "--new",
        metavar="FILE",
        type=Path,
        help="where to make the new one (default: DIR/office-root-2.key, and so on)",
    )


RENEW = Command(
    name="office renew",
    summary="renew keys, delegation and directory of an office",
    description="""For the vaults that lie in DIR/vaults: new cards where keys run out, a new
delegation by the root where it runs out (the root key is asked for only then), a new directory, and
a bundle with all of it. Says step by step what must be carried to whom, and what to type there. Not
all vaults need to be there: on a machine with one vault, DIR is the folder above its vaults/.

If somebody may have stolen the directory's vault: --new-delegation, with the root key. Directories
that the thief signs count for nothing once the new one is on the server.

In a flood of junk: --puzzle-envelope and --puzzle-chunk make each upload cost its sender work, from
the moment when the new directory is on the server until a later renewal says 0. 18 bits take a page
about half a second on a small computer and longer on a phone, and each bit more takes twice as
long. Sources see how far it is. What was left out stays as it was.

A server that was moved without its key, or has a second beside it, signs its bundles with another
key: import a bundle of it into the directory's vault, compare the digits with what intake status
shows there, and type --server with them; --drop-server for the one that is gone.

What sources see and load can be changed: --batch-size, in how large batches answers leave, each
filled up; --mirror, other places that give out the board, named anew all together; --form, what is
asked beside the message. --release says when answers leave. With a day of the week, the first
export on or after it carries all that wait; any other until that day comes again carries no
answers. With every-export each carries those that wait.

passphrases, one a line with --passphrase-fd:
  each vault in DIR/vaults by name, then the root key (read only where it is needed)

examples:
  caseworker office renew office
  caseworker office renew office --puzzle-envelope 20 --puzzle-chunk 16
  caseworker office renew office --batch-size 64 --release monday
  caseworker office renew office --root /media/root-stick/office-root.key
  caseworker office renew office --new-delegation""",
    options=RenewOptions,
    add_arguments=_add_renew,
    run=_renew,
    is_deed=True,
    asks_passphrases=True,
)
NEW_ROOT = Command(
    name="office new-root",
    summary="put a new root key in the place of the old one",
    description="""Makes a new root key, in a file of its own under a passphrase of its own. The old
one signs that the new one takes its place, and the new one delegates at once. Servers, vaults and
programs of sources follow by themselves; the fingerprint that is printed stays. What the old root
would sign from then on is refused. It cannot be taken back, and a root has one successor only.

Needs the directory's vault in DIR/vaults. If the command is stopped, type it again: it goes on with
the same new key.

passphrases, one a line with --passphrase-fd:
  each vault in DIR/vaults by name, then the old root key, then the new root key

example:
  caseworker office new-root office --root /media/old-stick/office-root.key \\
    --new /media/new-stick/office-root-2.key""",
    options=NewRootOptions,
    add_arguments=_add_new_root,
    run=_new_root,
    is_deed=True,
    asks_passphrases=True,
)
