"""What an office chooses once and may change later: batches, release, mirrors, the form."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from caseworker.keys.board_weight import half_a_year_of_batches, proposed_batch_size
from caseworker.keys.profile import BATCH_SIZE, EVERY_EXPORT
from crypto.errors import Malformed
from crypto.form import parse_form
from crypto.sizes import BATCH_SIZES
from ground.shell.figures import size_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal, open_terminal

__all__ = [
    "Traffic",
    "add_choices",
    "add_traffic",
    "batch_size_for",
    "read_form_file",
    "release_words",
    "traffic_of",
    "visit_line",
]

_EVERY = "every-export"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RELEASES = (_EVERY, *_WEEKDAYS)
_MOST_A_WEEK = 100_000


@dataclass(frozen=True)
class Traffic:
    """About how many reports an office gets a week, and how often each vault exports then.

    None where nobody knows.
    """

    reports: int | None
    exports: int | None


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the options by which an office chooses."""
    parser.add_argument(
        "--batch-size",
        metavar="N",
        type=int,
        choices=BATCH_SIZES,
        help=f"answers leave in batches of so many records, filled up: {BATCH_SIZES[0]} to "
        f"{BATCH_SIZES[-1]} in doublings",
    )
    parser.add_argument(
        "--release",
        metavar="WHEN",
        type=_release,
        help=f"when batches leave: {_EVERY}, or a day of the week as monday, at the first export "
        "on or after it",
    )
    parser.add_argument(
        "--mirror",
        metavar="URL",
        nargs="*",
        action="extend",
        help="other places that give out the board, all of them; without a URL none",
    )
    parser.add_argument(
        "--form",
        metavar="FILE",
        type=Path,
        help="what sources are asked beside their message: a file as in crypto/SPEC.md 10.5",
    )


def add_traffic(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much an office expects."""
    for name, what in (
        ("reports", "about how many reports come a week"),
        ("exports", "about how many times a week each vault exports"),
    ):
        parser.add_argument(
            f"--{name}", metavar="N", type=_number, help=f"{what}; else you are asked at a terminal"
        )


def traffic_of(reports: int | None, exports: int | None) -> Traffic:
    """Return what the options say, and a person where one is at the terminal."""
    terminal = open_terminal(answers_go_elsewhere=True) if sys.stdin.isatty() else None
    if terminal is None:
        return Traffic(reports, exports)
    if reports is None:
        reports = _ask(terminal, "About how many reports do you expect a week?")
    if exports is None and reports is not None:
        exports = _ask(terminal, "About how many times a week will each vault export a bundle?")
    return Traffic(reports, exports)


def batch_size_for(traffic: Traffic, recipients: int, release: int) -> int:
    """Return the size of batches that is proposed."""
    if not traffic.reports or not traffic.exports:
        return BATCH_SIZE
    return proposed_batch_size(traffic.reports, _leaving(traffic, release), recipients)


def visit_line(traffic: Traffic, batch_size: int, recipients: int, release: int) -> str:
    """Return what a visit weighs after half a year."""
    leaving = _leaving(traffic, release)
    weight = size_text(half_a_year_of_batches(batch_size, leaving * recipients))
    often = "once a week" if leaving == 1 else f"{leaving} times a week"
    return (
        f"Answers leave in batches of {batch_size} records. If each vault sends one {often}, "
        f"whoever looks for an answer loads {weight} after half a year. To change it: caseworker "
        "office renew DIR --batch-size N, or --release with a day of the week."
    )


def release_words(release: int) -> str:
    """Return when batches leave, as it is typed."""
    return RELEASES[release]


def read_form_file(path: Path) -> bytes:
    """Return the bytes of a form; Refusal where it is none."""
    try:
        data = path.read_bytes()
        parse_form(data)
    except OSError as error:
        raise Refusal(
            f"{foreign_path(path)} cannot be read: {error.strerror}", "nothing was changed"
        ) from None
    except Malformed as error:
        raise Refusal(
            f"{foreign_path(path)} is no form: {error}",
            "nothing was changed: crypto/SPEC.md 10.5 says how one is written, and "
            "crypto/first_form.json is one",
        ) from None
    return data


def _leaving(traffic: Traffic, release: int) -> int:
    """Return how many times a week batches leave a vault."""
    return 1 if release != EVERY_EXPORT else traffic.exports or 1


def _ask(terminal: Terminal, question: str) -> int | None:
    while True:
        answer = terminal.ask(f"{question} A number, or Enter if you cannot tell: ")
        if not answer:
            return None
        try:
            return _number(answer)
        except argparse.ArgumentTypeError as error:
            terminal.say(str(error))


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_A_WEEK:
        return int(text[:9])
    raise argparse.ArgumentTypeError(f"a whole number from 1 to {_MOST_A_WEEK} is meant")


def _release(text: str) -> int:
    if text not in RELEASES:
        raise argparse.ArgumentTypeError(f"one of {', '.join(RELEASES)}")
    return RELEASES.index(text)
