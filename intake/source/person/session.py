"""What both commands begin with: the office found, checked, and pinned."""

import asyncio
import resource
import shlex
from argparse import Namespace
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from crypto.names import GenesisId
from intake.errors import Refusal
from intake.source.person.show import Show
from intake.source.person.terminal import CodenameLine, Terminal, open_terminal
from intake.source.reach.address import is_onion
from intake.source.reach.api import Api, Route, connected
from intake.source.reach.office import Office, closed_reason, open_office, other_ways
from intake.source.reach.pinned import StateFolder, default_state_folder
from intake.source.speech import gettext as _
from intake.source.speech import printable

__all__ = ["Session", "asked", "begin", "compare", "connect", "next_command", "refuse_if_closed"]

_SECONDS_A_MINUTE = 60

_T = TypeVar("_T")


@dataclass(frozen=True)
class Session:
    """One run: how the server is reached, who sits there, what is remembered."""

    route: Route
    state: StateFolder
    terminal: Terminal | None
    codename: CodenameLine
    language: str
    patience: float
    show: Show


def begin(arguments: Namespace, *, with_codename: bool = True) -> Session:
    """Return the session that the arguments of a command ask for; Refusal where it cannot be.

    Without a server it is one that reaches nothing.
    """
    # A crash must not leave a codename in a file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    route = Route.of(arguments.server or "", arguments.proxy)
    if route.origin and route.proxy is None and is_onion(route.origin):
        raise Refusal(
            _("An onion address is reached through Tor alone. Nothing was sent."),
            _("Add --proxy socks5h://127.0.0.1:9050 (Tor Browser: 9150)."),
        )
    terminal = open_terminal()
    codename = CodenameLine(terminal, arguments.codename_fd if with_codename else None)
    if with_codename:
        codename.check()
    show = Show()
    if route.origin and route.proxy is None:
        show.say(
            _(
                "You are not using Tor: your provider can see that this device connects to this"
                " server."
            )
        )
    return Session(
        route=route,
        state=StateFolder(arguments.state or default_state_folder()),
        terminal=terminal,
        codename=codename,
        language=arguments.language,
        patience=arguments.patience * _SECONDS_A_MINUTE,
        show=show,
    )


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
    terminal.say(_("It calls itself: {name}").format(name=office.name(session.language)))
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
    if session.state.path != default_state_folder():
        parts += ["--state", str(session.state.path)]
    return printable(shlex.join(parts))
