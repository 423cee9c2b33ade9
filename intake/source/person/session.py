"""One run of a command: the office found, checked and pinned, and the person who sits there."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from crypto.names import GenesisId
from ground.languages import default_language
from ground.languages import gettext as _
from ground.shell.foreign import safe_line
from ground.shell.layout import fitted
from ground.shell.output import Output
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from intake.source.person.codename_line import CodenameLine
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.api import Api, connected
from intake.source.reach.office import Office, closed_reason, open_office, other_ways
from intake.source.reach.pinned import StateFolder
from intake.source.reach.route import Route

__all__ = ["Session", "asked", "compare", "connect", "next_command", "refuse_if_closed"]

_T = TypeVar("_T")


@dataclass(frozen=True)
class Session:
    """One run: how the server is reached, who sits there, what is remembered.

    `named_state` is the state folder that a person has named, if any. `patience` is in seconds;
    `board_from` is the mirror that gives volumes of the board, or empty.
    With `as_json` stdout is for the answer alone.
    """

    route: Route
    state: StateFolder
    named_state: Path | None
    terminal: Terminal | None
    codename: CodenameLine
    language: str
    patience: float
    board_from: str
    progress: ProgressInWords
    output: Output
    as_json: bool

    def tell(self, text: str) -> None:
        """Say something along the way; foreign text in it never begins a line at the terminal."""
        for line in text.split("\n"):
            if self.as_json:
                self.progress.say("\n".join(fitted(line)))
            else:
                self.output.say("\n".join(fitted(line)))


def connect(session: Session, fingerprint: GenesisId | None) -> Office:
    """Return the office at the server, checked against what was given and what is remembered."""
    origin = session.route.origin
    pinned = session.state.office_at(origin)
    if pinned and fingerprint is not None and pinned.genesis_id != fingerprint:
        raise Refusal(
            _("This device knows another office at this address than that fingerprint's."),
            _("Compare both with what the office has printed. Nothing was sent."),
        )
    known = pinned.genesis_id if pinned else fingerprint

    async def ask(api: Api) -> Office:
        return await open_office(api, origin, known, session.state)

    office = asked(session, ask)
    if known is None:
        compare(session, office)
    session.state.remember(origin, office.directory)
    return office


def asked(session: Session, ask: Callable[[Api], Awaitable[_T]]) -> _T:
    """Return what `ask` gets from the server, over a connection that is closed again."""

    async def run() -> _T:
        async with connected(session.route) as api:
            return await ask(api)

    return asyncio.run(run())


def refuse_if_closed(office: Office) -> None:
    """Return if the server takes messages in now, else Refusal: said before anything is typed."""
    if not office.status.envelopes.open:
        raise Refusal(
            _("The server takes no messages now: {reason}. Nothing was sent.").format(
                reason=closed_reason(office.status.envelopes.reason)
            ),
            other_ways(office.directory),
        )


def compare(session: Session, office: Office) -> None:
    """Have a person compare the fingerprint of an office that this device does not know."""
    if session.state.knows(office.genesis_id):
        # Confirmed at another address, and its directory, signed under that, names this one too.
        return
    if session.terminal is None:
        raise Refusal(
            _("This device does not know this office yet, and there is nobody to ask."),
            _("Give the fingerprint that the office has printed: --fingerprint"),
        )
    terminal = session.terminal
    terminal.say(_("You write to this office for the first time from this device."))
    name = office.name(session.language)
    for line in fitted(_("It calls itself: {name}").format(name=name)):
        terminal.say(line)
    terminal.say(_("Its fingerprint is:"))
    terminal.say(office.fingerprint)
    question = _("Is this, digit by digit, what the office has printed or published elsewhere?")
    if not terminal.agrees(question):
        raise Refusal(
            _("The fingerprint was not confirmed. Nothing was sent."), other_ways(office.directory)
        )


def next_command(session: Session, command: str) -> str:
    """Return a command to type next, with what reaches the same office again."""
    parts = ["intake", *command.split(), "--server", session.route.origin]
    if session.route.proxy:
        proxy = session.route.proxy
        host = f"[{proxy.host}]" if ":" in proxy.host else proxy.host
        parts += ["--proxy", f"socks5h://{host}:{proxy.port}"]
    if session.language != default_language():
        parts += ["--language", session.language]
    if session.named_state is not None:
        parts += ["--state", str(session.named_state)]
    return safe_line(shlex.join(parts))
