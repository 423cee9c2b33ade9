"""The two commands of a source, for the table in `intake.cli`: their help, arguments, and doors.

Only this module is imported to know of them. What they need is imported when one of them runs, and
nothing that belongs to the server is: it need not be installed.
"""

import argparse
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from crypto.directory import read_fingerprint
from crypto.errors import Malformed
from crypto.names import GenesisId
from intake.errors import Refusal
from intake.source.reach.address import read_proxy, read_server
from intake.source.speech import WORD_LISTS, default_language
from intake.source.speech import gettext as _

__all__ = [
    "REPLIES_SUMMARY",
    "REPLIES_TEXT",
    "REPORT_SUMMARY",
    "REPORT_TEXT",
    "SEND_SUMMARY",
    "SEND_TEXT",
    "add_replies_arguments",
    "add_report_arguments",
    "add_send_arguments",
    "run_replies",
    "run_report",
    "run_send",
]

_PATIENCE_MINUTES = 60

REPORT_SUMMARY = "write to an office, encrypted on this device"
REPORT_TEXT = """\
Asks what happened, encrypts it here to the office's recipients, and sends it. What is given with
--text-file is not asked for. Before anything is sent you are shown a codename of eight words: the
only way back, which opens nothing before "stored".

  intake report --server https://intake.example.org
  intake report --server http://OFFICE.onion --proxy socks5h://127.0.0.1:9050
  intake report --server URL --text-file report.txt --file photo.jpg --clean
  intake report --server URL --resume

A script gives all of it, and gets the codename on a descriptor of its own:

  intake report --server URL --fingerprint DIGITS --text-file report.txt \\
    --codename-fd 3 3>codename.txt

On a device that is never online, it is sealed into a file, to be sent from another by a form of
the office's site or by `intake send`; the directory file is saved from that site:

  intake report --to-file report.fidelio --directory-file office.directory

If the line breaks, sending goes on by itself. After a kill or a restart, --resume goes on where it
was: until then the message lies in the state folder, encrypted under the codename."""

REPLIES_SUMMARY = "read an office's replies, and write a follow-up"
REPLIES_TEXT = """\
Asks for your codename, finds the replies to it, and offers to write a follow-up. Words may be
shortened to four letters; one slip in a word is found. Every visit loads the same from the server,
with a codename or without.

  intake replies --server https://intake.example.org
  intake replies --server URL --follow-up-file more.txt --file invoice.pdf

A script gives the codename on a descriptor of its own:

  intake replies --server URL --codename-fd 3 3<codename.txt
  intake replies --server URL --json --codename-fd 3 3<codename.txt"""

SEND_SUMMARY = "send a sealed file that was made elsewhere"
SEND_TEXT = """\
Sends what `intake report --to-file` or the offline page of an office's site has sealed into a file.
It needs no codename, and cannot read the message. If it breaks off, send the same file again:
nothing is stored twice.

  intake send report.fidelio --server https://intake.example.org
  intake send report.fidelio --server http://OFFICE.onion --proxy socks5h://127.0.0.1:9050"""


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
    parser.add_argument("--json", action="store_true", help="the replies as one JSON object")


def add_send_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `intake send` understands."""
    parser.add_argument("sealed_file", metavar="FILE", type=Path, help="the sealed file")
    _add_connection(parser)


def run_send(arguments: argparse.Namespace) -> int:
    """Run `intake send`; returns the exit code, raises Refusal."""
    from intake.source.sending.to_file import run

    return _run(run, arguments)


def run_report(arguments: argparse.Namespace) -> int:
    """Run `intake report`; returns the exit code, raises Refusal."""
    if arguments.resume and (arguments.text_file or arguments.file or arguments.original):
        arguments.parser.error("--resume goes on with what was begun: leave out text and files")
    if arguments.to_file and arguments.resume:
        arguments.parser.error("--to-file begins a new report: leave out --resume")
    if arguments.directory_file and (not arguments.to_file or arguments.server):
        arguments.parser.error("--directory-file goes with --to-file, in place of --server")
    if not arguments.server and not arguments.directory_file:
        arguments.parser.error("--server says where to send it")
    from intake.source.report import run

    return _run(run, arguments)


def run_replies(arguments: argparse.Namespace) -> int:
    """Run `intake replies`; returns the exit code, raises Refusal."""
    from intake.source.replies import run

    return _run(run, arguments)


def _add_connection(parser: argparse.ArgumentParser, *, server_required: bool = True) -> None:
    parser.add_argument(
        "--server",
        metavar="URL",
        type=read_server,
        required=server_required,
        help="the office's address: http://HOST or https://HOST:PORT",
    )
    parser.add_argument(
        "--fingerprint",
        metavar="DIGITS",
        type=_fingerprint,
        help="the office's 80 digits, the first time; else you are shown them and asked",
    )
    parser.add_argument(
        "--language",
        choices=tuple(WORD_LISTS),
        default=default_language(),
        help="of questions, messages and codename; without it, that of this device",
    )
    parser.add_argument(
        "--proxy",
        metavar="URL",
        type=read_proxy,
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
        type=_minutes,
        default=_PATIENCE_MINUTES,
        help=f"how long a broken line is tried again before giving up ({_PATIENCE_MINUTES})",
    )


def _add_message(parser: argparse.ArgumentParser) -> None:
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
        "--codename-fd",
        metavar="N",
        type=_descriptor,
        help="an open descriptor for the codename, instead of the terminal",
    )


def _fingerprint(text: str) -> GenesisId:
    try:
        return read_fingerprint(text)
    except Malformed:
        raise argparse.ArgumentTypeError(
            "a fingerprint has 80 digits, in sixteen groups of five"
        ) from None


def _descriptor(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("a descriptor is a number, as in --codename-fd 3")
    return int(text)


def _minutes(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("a whole number of minutes")
    return int(text)


def _run(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    # An error's own text could hold what somebody typed.
    sys.excepthook = _fault
    # Whoever closes the terminal leaves no more behind than with Ctrl-C; `nohup` stays what it is.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    # A script's job in the background is started without Ctrl-C, and `_stop` would go unheard.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return run(arguments)
    except KeyboardInterrupt:
        raise Refusal(_("Stopped by hand. Nothing was sent.")) from None
    except OSError as error:
        raise Refusal(
            _("This device did not allow something: {reason}").format(reason=error.strerror),
            _("Is the disk full, or the state folder closed? Choose another with --state."),
        ) from None


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Whatever waits just now knows how to be stopped by this one.
    signal.raise_signal(signal.SIGINT)


def _fault(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    frames = traceback.extract_tb(trace)
    place = f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "nowhere"
    print(f"error: a fault in this program: {kind.__name__} in {place}", file=sys.stderr)
    print("hint: nothing is lost that was stored; tell its makers this line", file=sys.stderr)
