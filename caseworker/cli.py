"""The command `caseworker`: a table of subcommands, and the edges of the program.

The clock is read here, and nowhere else in this room.
"""

import argparse
import errno
import io
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType, TracebackType
from typing import NoReturn

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
from caseworker.commands.frame import Answer, Command, Surroundings
from caseworker.offline import refuse_connections
from ground.days import moment
from ground.shell.passphrases import PassphraseSource
from ground.shell.refusals import Refusal, UsageError

_DONE, _REFUSED, _USAGE, _STOPPED = 0, 1, 2, 130

COMMANDS = (
    carrying.IMPORT,
    viewing.LIST,
    viewing.SHOW,
    saving.SAVE,
    answering.REPLY,
    answering.ACKNOWLEDGE,
    answering.NOTE,
    carrying.EXPORT,
    status.STATUS,
    safekeeping.PASSPHRASE,
    safekeeping.BACKUP,
    safekeeping.RESTORE,
    safekeeping.RESTORED,
)
OFFICE_COMMANDS = (
    offices.CREATE,
    renewing.RENEW,
    signing_keys.NEW_SIGNING_KEY,
    signing_keys.TAKE_CARD,
    renewing.NEW_ROOT,
)

_DESCRIPTION = """Reads and answers reports on a machine that is never online.

Bundles come from the server and go to it on a stick: import brings one in, export writes one.
Each command asks for the vault's passphrase, or reads it from --passphrase-fd."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 refused, 2 not as the help says."""
    _prepare_process()
    try:
        options = _parser().parse_args(arguments)
        surroundings = Surroundings(
            moment(datetime.now(UTC)), PassphraseSource(options.passphrase_fd)
        )
        answer: Answer = options.command.run(options, surroundings)
    except UsageError as error:
        return _complain(error.message, error.hint, _USAGE)
    except Refusal as refusal:
        return _complain(refusal.message, refusal.hint, _REFUSED)
    except KeyboardInterrupt:
        return _complain("stopped", "what was begun and not finished was taken back", _STOPPED)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _complain("the disk is full", "nothing was changed: make room", _REFUSED)
        return _complain(
            f"{error.filename or 'a file'} cannot be used: {error.strerror}", "", _REFUSED
        )
    _print(json.dumps(answer.data, indent=2) if options.json else answer.text)
    return _DONE if answer.complete else _REFUSED


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever read along has seen enough; nothing is left to complain to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _prepare_process() -> None:
    sys.excepthook = _say_where
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without a letter shows its code.
            stream.reconfigure(errors="backslashreplace")
    # A core dump would hold keys.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, _stop)
    refuse_connections()


def _say_where(kind: type[BaseException], _error: BaseException, at: TracebackType | None) -> None:
    """Say of a fault of this program where it is, and nothing of what it worked on."""
    print(f"error: a fault in this program ({kind.__name__})", file=sys.stderr)
    for frame in traceback.extract_tb(at):
        print(f"  {frame.filename}:{frame.lineno} {frame.name}", file=sys.stderr)
    print("hint: what was committed before is safe; report these lines", file=sys.stderr)


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _complain(message: str, hint: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """An argument parser that complains as all of this program does."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"{self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="caseworker",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    office = subparsers.add_parser(
        "office", help="make an office, renew it, replace its keys", allow_abbrev=False
    ).add_subparsers(metavar="COMMAND", required=True)
    for command in OFFICE_COMMANDS:
        _add(office, command)
    for command in COMMANDS:
        _add(subparsers, command)
    return parser


def _add(subparsers: "argparse._SubParsersAction[_Parser]", command: Command) -> None:
    parser = subparsers.add_parser(
        command.name,
        help=command.summary,
        description=command.description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    parser.add_argument(
        "--passphrase-fd",
        metavar="N",
        type=int,
        help="read passphrases from file descriptor N, one a line",
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.set_defaults(command=command)


if __name__ == "__main__":
    sys.exit(main())
