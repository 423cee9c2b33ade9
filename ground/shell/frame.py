"""The frame of a program: arguments to options, options to an answer, an answer to a person.

A program is a table of commands. The frame gives each `--json`, reads its arguments into a frozen
options object, prints its answer, and turns what it refuses into `error:` and `hint:` lines. Of the
commands that a table only places, it loads the one that is typed, and all where they are listed.

Exit codes: 0 done, 1 refused or failed, 2 not as the help says, 130 stopped by hand. What was done
stays done where its answer cannot be written (a full device, a closed stream): a deed then still
ends with 0, and says so on stderr; what was only to be shown ends with 1. A reader who has seen
enough, as `head` has, is no fault of either.
"""

import argparse
import errno
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, ClassVar, Final, Generic, NoReturn, TypeVar

from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.output import Output, complain, open_standard_streams
from ground.shell.passphrases import OPTION, PassphraseSource
from ground.shell.refusals import Refusal, Stopped, UsageError

__all__ = [
    "DONE",
    "REFUSED",
    "STOPPED",
    "USAGE",
    "Answer",
    "Command",
    "Group",
    "Placed",
    "Program",
    "Surroundings",
    "run_program",
]

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
STOPPED: Final = 130

_DISTRIBUTION: Final = "fidelio-intake"
_DIGITS_MOST: Final = 9
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)

Options = TypeVar("Options")
_ByHeading = Mapping[str, Sequence["Command[Any]"]]


@dataclass(frozen=True)
class Answer:
    """What a command answers: `text` for people, `data` for programs that ask with --json.

    `complete` is false where a part of what was asked was refused; `warnings` go to stderr.
    `code` is the exit code of a command that answers a machine by it, as its help says.
    `is_deed` is for a command that changes something only at times: whether it did.
    Text and data are empty where all was said while the command ran.
    """

    text: str
    data: Mapping[str, object]
    complete: bool = True
    warnings: tuple[str, ...] = ()
    is_deed: bool | None = None
    code: int | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a command gets from outside besides its options.

    `as_json`: its answer alone goes to stdout, all else that it says to stderr.
    """

    passphrases: PassphraseSource
    output: Output
    as_json: bool


@dataclass(frozen=True)
class Command(Generic[Options]):
    """A command: its name, a line on what it does, its help, its options and its work.

    A name of two words is a command of a topic. `options` is a frozen dataclass; each of its fields
    is an argument that `add_arguments` adds. `is_deed`: it changes something.
    """

    name: str
    summary: str
    description: str
    options: type[Options]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Options, Surroundings], Answer]
    is_deed: bool
    asks_passphrases: bool = False


@dataclass(frozen=True)
class Placed:
    """Where a command of this name is: not loaded before it is typed, or the commands are listed.

    `constant` is the `Command` in the module `module`.
    """

    name: str
    module: str
    constant: str

    def load(self) -> Command[Any]:
        """Load its module and return it."""
        command: Command[Any] = getattr(import_module(self.module), self.constant)
        return command


@dataclass(frozen=True)
class Group:
    """Commands that belong together, or to one public, under a heading of the help."""

    heading: str
    commands: tuple[Command[Any] | Placed, ...]


@dataclass(frozen=True)
class Program:
    """A program. `topics` say what the commands of a first word are about.

    `prepare` is called before anything else; `stopped` is what Ctrl-C means, as message and hint,
    where a command says no more of it (`Stopped`).
    """

    name: str
    description: str
    groups: tuple[Group, ...]
    topics: Mapping[str, str]
    prepare: Callable[[], None]
    stopped: tuple[str, str]


def run_program(program: Program, arguments: Sequence[str] | None = None) -> int:
    """Run a program with these arguments, else those of the process; return its exit code."""
    output = Output(is_there=open_standard_streams())
    try:
        _prepare_process()
        program.prepare()
        return _run(program, arguments, output)
    except UsageError as error:
        return _refused(error, USAGE)
    except Stopped as stopped:
        return _refused(stopped, STOPPED)
    except Refusal as refusal:
        return _refused(refusal, REFUSED)
    except KeyboardInterrupt:
        return _refused(Refusal(*program.stopped), STOPPED)
    except OSError as error:
        return _refused(_words_of(error), REFUSED)


def _run(program: Program, arguments: Sequence[str] | None, output: Output) -> int:
    typed = sys.argv[1:] if arguments is None else list(arguments)
    try:
        parsed, unknown = _parser(program, _typed(program, typed), output).parse_known_args(typed)
    except SystemExit:
        # --help and --version end so.
        return _ended(output, is_deed=False)
    command: Command[Any] = parsed.command
    if unknown:
        # Said here, since argparse would point at the help of the whole program.
        raise UsageError(
            f"unrecognized arguments: {' '.join(unknown)}", f"{program.name} {command.name} --help"
        )
    passphrases = PassphraseSource(parsed.passphrase_fd if command.asks_passphrases else None)
    options = command.options(
        **{one.name: getattr(parsed, one.name) for one in fields(command.options)}
    )
    answer = command.run(options, Surroundings(passphrases, output, parsed.json))
    is_deed = command.is_deed if answer.is_deed is None else answer.is_deed
    try:
        return _print(answer, output, is_deed=is_deed, as_json=parsed.json)
    except KeyboardInterrupt:
        if not is_deed:
            raise
        complain("warning: stopped while the answer was written: what was asked is done")
        return DONE if answer.complete else REFUSED


def _print(answer: Answer, output: Output, *, is_deed: bool, as_json: bool) -> int:
    for warning in answer.warnings:
        complain(f"warning: {warning}")
    if as_json and answer.data:
        output.say_data(json.dumps(answer.data, indent=2, default=_plain))
    elif not as_json and answer.text:
        output.say(answer.text)
    code = _ended(output, is_deed=is_deed)
    if code == DONE and answer.code is not None:
        return answer.code
    return code if answer.complete else REFUSED


def _ended(output: Output, *, is_deed: bool) -> int:
    if output.fault is None:
        return DONE
    if is_deed:
        complain(
            f"warning: what was asked is done, but its answer cannot be written: {output.fault}"
        )
        return DONE
    return _refused(
        Refusal(f"the answer cannot be written: {output.fault}", "nothing was changed"), REFUSED
    )


def _plain(value: object) -> object:
    if isinstance(value, ForeignText):
        return value.raw
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def _refused(refusal: Refusal, code: int) -> int:
    hints = refusal.hint.split("\n") if refusal.hint else []
    first, *more = hints or [""]
    complain(f"error: {refusal.message}", *([f"hint: {first}"] if first else []), *more)
    return code


def _words_of(error: OSError) -> Refusal:
    if error.errno in _FULL:
        return Refusal("the disk is full", "nothing was changed: make room, then type it again")
    name = error.filename
    what = foreign_path(Path(os.fsdecode(name))) if isinstance(name, str | bytes) else "a file"
    return Refusal(f"{what} cannot be used: {error.strerror}", "is it there, and open to you?")


# ---- The process ---------------------------------------------------------------------------------


def _prepare_process() -> None:
    sys.excepthook = _say_where
    # A core dump would hold keys, and what somebody typed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whoever closes the terminal leaves no more behind than with Ctrl-C; `nohup` stays what it is.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    # A script's job in the background is started without Ctrl-C, and `_stop` would go unheard.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Whatever waits just now knows how to be stopped by this one.
    signal.raise_signal(signal.SIGINT)


def _say_where(kind: type[BaseException], _error: BaseException, at: TracebackType | None) -> None:
    """Say of a fault of this program where it is, and nothing of what it worked on."""
    complain(
        f"error: a fault in this program ({kind.__name__})",
        *(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(at)),
        "hint: what was stored before is safe; tell its makers these lines",
    )


# ---- Arguments -----------------------------------------------------------------------------------


def _typed(program: Program, arguments: Sequence[str]) -> _ByHeading:
    """Return the one command that is typed, or else all of them: what is returned is loaded."""
    for group in program.groups:
        for one in group.commands:
            words = one.name.split(" ")
            if list(arguments[: len(words)]) == words:
                return {group.heading: [_loaded(one)]}
    return {group.heading: list(map(_loaded, group.commands)) for group in program.groups}


def _loaded(command: Command[Any] | Placed) -> Command[Any]:
    return command.load() if isinstance(command, Placed) else command


class _Parser(argparse.ArgumentParser):
    """An argument parser that speaks as all of the program does."""

    output: ClassVar[Output]

    def __init__(self, **settings: Any) -> None:
        settings |= {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
        super().__init__(**settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"{self.prog} --help")

    def _print_message(self, message: str, file: object = None) -> None:
        del file
        self.output.say(message.rstrip("\n"))


def _parser(program: Program, by_heading: _ByHeading, output: Output) -> argparse.ArgumentParser:
    class Parser(_Parser):
        pass

    Parser.output = output
    parser = Parser(
        prog=program.name,
        description=f"{program.description}\n\n{_listed(by_heading)}",
        epilog=f"`{program.name} COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action=_Version, help="show the version of this program")
    top = _subparsers(parser)
    topics = {"": top}
    commands = [command for some in by_heading.values() for command in some]
    for command in commands:
        topic, _space, name = command.name.rpartition(" ")
        if topic not in topics:
            topics[topic] = _subparsers(
                top.add_parser(topic, description=_topic(program, commands, topic))
            )
        summary = f"{command.summary[0].upper()}{command.summary[1:]}."
        its_parser = topics[topic].add_parser(
            name, description=f"{summary}\n\n{command.description}"
        )
        _add_arguments(its_parser, command)
    return parser


class _Version(argparse.Action):
    """Says the version, which takes time to find out, only where it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **settings: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **settings)

    def __call__(self, parser: argparse.ArgumentParser, *_unused: object) -> None:
        from importlib.metadata import version

        parser.exit(message=f"{parser.prog} {version(_DISTRIBUTION)}\n")


def _subparsers(parser: _Parser) -> "argparse._SubParsersAction[_Parser]":
    # They are listed in the description, by their groups.
    parser.usage = f"{parser.prog} [-h] COMMAND ..."
    return parser.add_subparsers(
        metavar="COMMAND", required=True, help=argparse.SUPPRESS, prog=parser.prog
    )


def _add_arguments(parser: argparse.ArgumentParser, command: Command[Any]) -> None:
    command.add_arguments(parser)
    if command.asks_passphrases:
        parser.add_argument(
            OPTION,
            dest="passphrase_fd",
            metavar="N",
            type=_descriptor,
            help="read passphrases from file descriptor N, one a line",
        )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.set_defaults(command=command)


def _descriptor(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS_MOST:
        raise argparse.ArgumentTypeError("a file descriptor is a number, as in 3 3< FILE")
    return int(text)


def _topic(program: Program, commands: Sequence[Command[Any]], topic: str) -> str:
    own = [one for one in commands if one.name.startswith(f"{topic} ")]
    return f"{program.topics[topic]}\n\n{_rows(own)}"


def _listed(by_heading: _ByHeading) -> str:
    return "\n\n".join(f"{heading}:\n{_rows(some)}" for heading, some in by_heading.items())


def _rows(commands: Sequence[Command[Any]]) -> str:
    width = max(len(one.name) for one in commands)
    return "\n".join(f"  {one.name:<{width}}  {one.summary}" for one in commands)
