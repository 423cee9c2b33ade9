"""A server's signing key: compared by a person, and what was believed of a bundle, in words."""

import argparse
import sys
from collections.abc import Iterator

from caseworker.exchange.inbound.belief import Belief, PartBelief
from caseworker.exchange.inbound.importing import Compare
from caseworker.keys.servers import server_digest
from crypto.directory import digit_lines, read_fingerprint, server_fingerprint
from crypto.errors import Malformed
from crypto.names import Day
from ground.shell.figures import date_text, iso_date
from ground.shell.refusals import Refusal, UsageError
from ground.shell.terminal import open_terminal

__all__ = ["add_server", "belief_data", "belief_lines", "compares_server", "typed_digits"]

_OPTION = "--server"


def add_server(parser: argparse.ArgumentParser) -> None:
    """Add the option that answers the question about the first server."""
    parser.add_argument(
        _OPTION,
        metavar="DIGITS",
        help="the 80 digits that intake status shows as the server's, at the first import into the "
        "directory's vault; else you are shown the bundle's and asked",
    )


def typed_digits(text: str) -> bytes:
    """Return the 32 bytes that 80 typed digits stand for."""
    try:
        return read_fingerprint(text)
    except Malformed as error:
        raise UsageError(
            f"that is no fingerprint of a server: {error}",
            "type all 80 digits, as intake status shows them",
        ) from None


def compares_server(option: str | None) -> Compare:
    """Return what compares the key of the first server: the option, or a person at a terminal."""
    typed = None if option is None else typed_digits(option)

    def compare(public_key: bytes) -> None:
        if typed is None:
            _ask_about(public_key)
        elif typed != server_digest(public_key):
            raise Refusal(
                "this bundle was signed by another server than the one of these digits",
                "nothing was changed: compare all 80 digits, and ask where this file comes from. "
                f"It was signed by {server_fingerprint(public_key)}",
            )

    return compare


def _ask_about(public_key: bytes) -> None:
    terminal = open_terminal(answers_go_elsewhere=True) if sys.stdin.isatty() else None
    if terminal is None:
        raise Refusal(
            "this is the first bundle from a server, a person has to compare the server's "
            "fingerprint, and nobody is here to ask",
            "nothing was changed: give the 80 digits that intake status shows where the server is: "
            f"{_OPTION} DIGITS",
        )
    terminal.say("The first bundle from a server. It was signed by the server")
    for line in digit_lines(server_fingerprint(public_key)):
        terminal.say(f"  {line}")
    terminal.say(
        "Where the server is, intake status shows the digits of the office's own. Compare them "
        "there, or have them read out by somebody whom you know; not by the same stick."
    )
    if not terminal.confirms("Are they the same, all of them?"):
        raise Refusal(
            "the bundle was not imported",
            "nothing was changed. Have the digits of intake status read out to you by another way, "
            "by telephone or face to face, and import again: where they are the same, say yes. "
            "Where they differ, somebody else may have made this bundle: fetch a new one from the "
            "server yourself",
        )


def belief_lines(believed: PartBelief, day: Day) -> Iterator[str]:
    """Yield what of a part, which says it is of a day, was passed over, and what stands."""
    if believed.belief is Belief.ALL:
        return
    if believed.belief is Belief.OLDER:
        yield (
            f"  An older bundle, of {date_text(day)}: reports and files in it are taken in, and "
            "what it says of the server is passed over."
        )
    elif believed.belief is Belief.NO_SERVER_YET:
        yield (
            "  The directory names no server yet, so reports and files in it are taken in, and "
            "what it says of the server is passed over."
        )
    else:
        yield (
            "  WARNING: it was signed by a server that the directory does not list. Reports and "
            "files in it are taken in, and what it says of the server is passed over. Its digits:"
        )
        yield from (f"    {line}" for line in digit_lines(server_fingerprint(believed.server)))
        yield (
            "  If the office's server was moved, restored or has a second beside it: compare the "
            "digits with what intake status shows there, and type in the directory's vault: "
            "caseworker office renew DIR --server DIGITS. If not, somebody made this bundle up."
        )
    stands = believed.export_day
    yield (
        "  Nothing that is known here of the server is believed yet."
        if stands is None
        else f"  What is on the board stands as in the bundle of {date_text(stands)}."
    )


def belief_data(believed: PartBelief | None) -> dict[str, object]:
    """Return the same for programs."""
    if believed is None:
        return {"believed": None}
    day = believed.export_day
    return {
        "believed": believed.belief.value,
        "server": server_fingerprint(believed.server),
        "stands_by_export_of": None if day is None else iso_date(day),
    }
