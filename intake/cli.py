"""The command `intake`: a table of subcommands, and how they speak to a person.

What is wrong stands on a line `error:`, what to do next on a line `hint:`, both on stderr. Exit
codes: 0 done, 1 refused or failed, 2 wrong usage.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ground.shell.program import Group, Program, run_program
from intake.errors import IntakeError, Refusal
from intake.source.commands import REPLIES, REPORT, SEND

DONE, REFUSED, USAGE = 0, 1, 2


@dataclass(frozen=True)
class Command:
    """A subcommand: its name, help, arguments, and what it does."""

    name: str
    summary: str
    text: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        required=True,
        help="the data folder of this intake, readable by its owner alone",
    )


# ---- serve ---------------------------------------------------------------------------------------


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--listen", metavar="HOST:PORT", help="an address of this machine")
    where.add_argument("--unix", metavar="PATH", type=Path, help="a Unix socket, made anew")


def _serve(arguments: argparse.Namespace) -> int:
    from intake.server.forgetting import start_again

    # Before anything else is loaded, let alone opened: it is a process anew from here.
    start_again()
    from intake.server.serve import Listen, serve

    if arguments.unix is not None:
        listen = Listen(unix=arguments.unix)
    else:
        host, colon, port = arguments.listen.rpartition(":")
        if not colon or not port.isascii() or not port.isdigit() or int(port) > 65_535:
            raise UsageError("--listen wants HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080")
        listen = Listen(host=host.removeprefix("[").removesuffix("]"), port=int(port))
    return serve(arguments.data, listen, lambda where: print(f"Serving on {where}", flush=True))


# ---- import, export, status, site ----------------------------------------------------------------


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a bundle from a vault")
    parser.add_argument(
        "--fingerprint",
        metavar="DIGITS",
        help="the office's 80 digits, at the first import; else you are shown them and asked",
    )


def _import(arguments: argparse.Namespace) -> int:
    from intake.exchange.answers import print_imported
    from intake.exchange.importing import import_bundle

    imported = import_bundle(arguments.data, arguments.file, arguments.fingerprint)
    print_imported(imported)
    return DONE


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument(
        "--recipient", metavar="ID", required=True, help="for whom, as the directory names it"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the bundle; never overwritten"
    )
    parser.add_argument(
        "--part-size",
        metavar="BYTES",
        type=_size,
        help="cut into FILE.001, FILE.002, … each below this size; 4G suits a FAT32 stick",
    )


def _size(text: str) -> int:
    factor = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:].upper(), 1)
    digits = text if factor == 1 else text[:-1]
    if not digits.isascii() or not digits.isdigit():
        raise argparse.ArgumentTypeError("a number of bytes, as in 4000000000, 700M or 4G")
    return int(digits) * factor


def _export(arguments: argparse.Namespace) -> int:
    from intake.exchange.answers import print_exported
    from intake.exchange.exporting import export_bundle

    exported = export_bundle(
        arguments.data, arguments.recipient, arguments.out, arguments.part_size
    )
    print_exported(exported)
    return DONE


def _status_arguments(parser: argparse.ArgumentParser) -> None:
    _data(parser)
    parser.add_argument("--json", action="store_true", help="the same as one JSON object")


def _status(arguments: argparse.Namespace) -> int:
    from intake.status.overview import overview
    from intake.status.overview_text import print_overview

    print_overview(overview(arguments.data), as_json=arguments.json)
    return DONE


def _site_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    build = actions.add_parser(
        "build",
        help="build the pages anew for the directory in force",
        description="""\
Writes all pages for the directory in force, and shows them once all are written. Every import does
this by itself; it is needed alone only after an update of this program.

  intake site build --data /srv/intake""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _data(build)


def _site(arguments: argparse.Namespace) -> int:
    from intake.site.publishing import build_pages

    build_pages(arguments.data)
    print("The site has been built. A running server shows it from now on.")
    return DONE


COMMANDS = (
    Command(
        "serve",
        "run the server that sources talk to",
        """\
Runs until it gets SIGTERM or SIGINT. It keeps ciphertext and weeks, no addresses, no access log.
Settings stand in DIR/intake.toml, which the first start writes with every default.

  intake serve --data /srv/intake --listen 127.0.0.1:8080
  intake serve --data /srv/intake --unix /run/intake/http.sock

Before an office was imported, it tells visitors that there is none yet.""",
        _serve_arguments,
        _serve,
    ),
    Command(
        "import",
        "take in a bundle that a vault has written",
        """\
Takes in the directory, cards, replies and confirmations of a recipient, and builds the site anew.
A bundle that is damaged or another office's changes nothing. The same bundle again changes nothing.

  intake import --data /srv/intake /media/stick/to-server.bundle

The first import decides for good which office this server serves. It shows the office's
fingerprint, which must be the printed one, and asks; or it is given as --fingerprint.""",
        _import_arguments,
        _import,
    ),
    Command(
        "export",
        "write a bundle for a recipient's vault",
        """\
Writes all that this recipient has not confirmed yet. A stick that is lost costs nothing: export
again. Works while the server runs.

  intake export --data /srv/intake --recipient main --out /media/stick/to-main.bundle
  intake export --data /srv/intake --recipient main --out /media/stick/to-main --part-size 4G

Parts can be carried and imported in any order, each on its own.""",
        _export_arguments,
        _export,
    ),
    Command(
        "status",
        "show what waits for whom, and what runs out",
        """\
Counts and weeks only. A line that begins with "warning:", or with "WARNING:" where it is urgent,
wants something done; what to type stands below it.

  intake status --data /srv/intake
  intake status --data /srv/intake --json""",
        _status_arguments,
        _status,
    ),
    Command(
        "site",
        "build the pages that sources see",
        """\
Every import does this by itself; it is needed alone only after an update of this program.

  intake site build --data /srv/intake""",
        _site_arguments,
        _site,
    ),
)


_FOR_SOURCES = Program(
    "intake",
    "With `report`, `send` and `replies` you tell an office something.",
    (Group("for sources", (REPORT, SEND, REPLIES)),),
    topics={},
    prepare=lambda: None,
    stopped=("stopped by hand", ""),
)


class UsageError(IntakeError):
    """The arguments do not fit. `program` is the command whose --help says how they would."""

    def __init__(self, message: str, program: str = "") -> None:
        super().__init__(message)
        self.program = program


class _Parser(argparse.ArgumentParser):
    """An argument parser that complains as all of this program does."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, self.prog)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `intake` with these arguments, else those of the process; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in [one.name for one in _FOR_SOURCES.groups[0].commands]:
        return run_program(_FOR_SOURCES, given)
    parser = _Parser(
        prog="intake",
        description="The online side of an anonymous intake. With `report`, `send` and `replies`"
        " you tell an office something; all others run its server, which cannot read any of it.",
        epilog="`intake COMMAND --help` explains a command.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for one in _FOR_SOURCES.groups[0].commands:
        commands.add_parser(one.name, help=one.summary)
    for command in COMMANDS:
        its_parser = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_arguments(its_parser)
        its_parser.set_defaults(run=command.run, parser=its_parser)
    program = parser.prog
    try:
        parsed = parser.parse_args(arguments)
        program = parsed.parser.prog
        return int(parsed.run(parsed))
    except UsageError as usage:
        print(f"error: {usage}", file=sys.stderr)
        print(f"hint: {usage.program or program} --help", file=sys.stderr)
        return USAGE
    except Refusal as refusal:
        print(f"error: {refusal.message}", file=sys.stderr)
        if refusal.hint:
            print(f"hint: {refusal.hint}", file=sys.stderr)
    except KeyboardInterrupt:
        print("error: stopped by hand", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
