"""What the sources' commands understand: each option, and the frozen objects that hold them.

What a person typed (addresses, digits, numbers) is read when the command runs, in the language that
it speaks: argparse reads it before any language is chosen.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ground.languages import LANGUAGES, default_language

__all__ = [
    "ConnectionOptions",
    "MessageOptions",
    "RepliesOptions",
    "ReportOptions",
    "SendOptions",
    "add_replies_arguments",
    "add_report_arguments",
    "add_send_arguments",
]

_PATIENCE_MINUTES: Final = "60"


@dataclass(frozen=True)
class ConnectionOptions:
    """How an office is reached, as it was typed."""

    server: str | None
    fingerprint: str | None
    language: str
    proxy: str | None
    state: Path | None
    patience: str


@dataclass(frozen=True)
class MessageOptions(ConnectionOptions):
    """What a message is made of, besides its text, and where the board comes from."""

    board_from: str | None

    file: list[Path]
    original: list[Path]
    clean: bool
    leave_out: list[str]
    yes: bool
    codename_fd: str | None


@dataclass(frozen=True)
class ReportOptions(MessageOptions):
    """`intake report`."""

    text_file: Path | None
    to_file: Path | None
    directory_file: Path | None
    resume: bool
    without: list[str]
    give_up: bool


@dataclass(frozen=True)
class RepliesOptions(MessageOptions):
    """`intake replies`."""

    follow_up_file: Path | None
    to: list[str]


@dataclass(frozen=True)
class SendOptions(ConnectionOptions):
    """`intake send`."""

    sealed_file: Path


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `intake report` understands."""
    _add_connection(parser, server_required=False)
    _add_message(parser)
    parser.add_argument(
        "--to-file", metavar="FILE", type=Path, help="seal it into this new file, send nothing"
    )
    parser.add_argument(
        "--directory-file",
        metavar="FILE",
        type=Path,
        help="the office's keys from a file, for --to-file without a server",
    )
    parser.add_argument(
        "--text-file", metavar="FILE", type=Path, help="the text, in UTF-8; - reads stdin"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with what was not stored yet; asks the codename",
    )
    parser.add_argument(
        "--without",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="with --resume: send it to the others and not to these",
    )
    parser.add_argument(
        "--give-up",
        action="store_true",
        help="throw away what was not stored yet, for all offices or that of --server",
    )


def add_replies_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `intake replies` understands."""
    _add_connection(parser)
    _add_message(parser)
    parser.add_argument(
        "--follow-up-file",
        metavar="FILE",
        type=Path,
        help="the text of a follow-up, in UTF-8; - reads stdin",
    )
    parser.add_argument(
        "--to",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="who shall read the follow-up, where no reply says who could read the report",
    )


def add_send_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `intake send` understands."""
    parser.add_argument("sealed_file", metavar="FILE", type=Path, help="the sealed file")
    _add_connection(parser)


def _add_connection(parser: argparse.ArgumentParser, *, server_required: bool = True) -> None:
    parser.add_argument(
        "--server",
        metavar="URL",
        required=server_required,
        help="the office's address: http://HOST or https://HOST:PORT",
    )
    parser.add_argument(
        "--fingerprint",
        metavar="DIGITS",
        help="the office's 80 digits, the first time; else you are shown them and asked",
    )
    parser.add_argument(
        "--language",
        choices=tuple(language.code for language in LANGUAGES),
        default=default_language(),
        help="of questions, messages and codename; without it, that of this device",
    )
    parser.add_argument(
        "--proxy",
        metavar="URL",
        help="socks5h://HOST:PORT; Tor is 127.0.0.1:9050, Tor Browser 9150. It resolves names too",
    )
    parser.add_argument(
        "--state",
        metavar="DIR",
        type=Path,
        help="what is remembered of offices, instead of ~/.local/state/fidelio",
    )
    parser.add_argument(
        "--patience",
        metavar="MINUTES",
        default=_PATIENCE_MINUTES,
        help=f"how long a broken line is tried again before giving up ({_PATIENCE_MINUTES})",
    )


def _add_message(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--board-from",
        metavar="URL",
        help="a mirror that the office lists, to load the board of replies from",
    )
    parser.add_argument(
        "--file",
        metavar="FILE",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="files to send along",
    )
    parser.add_argument(
        "--original",
        metavar="FILE",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="files that --clean leaves as they are",
    )
    parser.add_argument(
        "--clean",
        action="store_true",
        help="send copies of the files that mat2 has freed of hidden data",
    )
    parser.add_argument(
        "--leave-out",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="recipients of the office who must not be able to read it",
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="send without showing it first and asking",
    )
    parser.add_argument(
        "--codename-fd",
        metavar="N",
        help="an open descriptor for the codename, instead of the terminal",
    )
