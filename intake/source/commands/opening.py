"""What each command of a source begins with, and how it ends early."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from crypto.directory import read_fingerprint
from crypto.errors import Malformed
from crypto.names import GenesisId
from ground.disk.room import is_full
from ground.languages import gettext as _
from ground.languages import speak
from ground.shell.frame import Surroundings
from ground.shell.refusals import InputEndedError, Refusal, UsageError
from ground.shell.terminal import open_terminal
from intake.locale import CATALOGUES
from intake.source.commands.options import ConnectionOptions, MessageOptions
from intake.source.person.codename_line import CodenameLine
from intake.source.person.session import Session
from intake.source.person.stopping import StoppedByHand
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.address import Proxy, is_onion, read_proxy, read_server
from intake.source.reach.pinned import StateFolder, default_state_folder
from intake.source.reach.route import Route
from intake.source.sending.giving_up import tidy_up

__all__ = ["opened", "speak_as_asked"]

_SECONDS_A_MINUTE: Final = 60
_DIGITS_MOST: Final = 9


def speak_as_asked(options: ConnectionOptions) -> None:
    """Speak the language that was asked for, else that of this device."""
    speak(options.language, CATALOGUES)


@contextmanager
def opened(
    options: ConnectionOptions,
    surroundings: Surroundings,
    codename_fd: str | None = None,
    *,
    needs_codename: bool = True,
    is_new: bool = False,
) -> Iterator[tuple[Session, GenesisId | None]]:
    """Give a command its session, and the genesis id of the fingerprint that was typed, if any.

    `is_new`: its codename is made, and not typed. Whatever ends it early is a Refusal that says
    what became of it.
    """
    progress = ProgressInWords()
    with _ended_in_words(progress):
        fingerprint = _read_fingerprint(options.fingerprint)
        session = _begin(
            options,
            surroundings,
            progress,
            codename_fd,
            needs_codename=needs_codename,
            is_new=is_new,
        )
        tidy_up(session.state, progress)
        yield session, fingerprint


@contextmanager
def _ended_in_words(progress: ProgressInWords) -> Iterator[None]:
    """Run a command within; what ends it early is a Refusal that says what became of it."""
    try:
        yield
    except KeyboardInterrupt:
        if progress.may_be_stored:
            message = _("The office may have the message already.")
            hint = _("Look for a reply with the codename before you make a new one.")
            raise StoppedByHand(message, hint) from None
        raise StoppedByHand(_("Nothing was sent.")) from None
    except InputEndedError:
        raise Refusal(_("The input has ended. Nothing was sent.")) from None
    except OSError as error:
        if is_full(error):
            raise Refusal(
                _("A disk of this device is full. Nothing was sent."),
                _("Make room on it, or choose folders on another one: --state, --to-file."),
            ) from None
        raise Refusal(
            _("This device did not allow something: {reason}").format(
                reason=error.strerror or type(error).__name__
            ),
            _("Is the state folder closed? Choose another with --state."),
        ) from None


def _begin(
    options: ConnectionOptions,
    surroundings: Surroundings,
    progress: ProgressInWords,
    codename_fd: str | None,
    *,
    needs_codename: bool,
    is_new: bool,
) -> Session:
    """Return the session that the options of a command ask for; Refusal where it cannot be.

    Without a server it is one that reaches nothing.
    """
    route = Route(
        read_server(options.server) if options.server else "",
        read_proxy(options.proxy) if options.proxy else None,
    )
    descriptor = None if codename_fd is None else _whole_number(codename_fd, "--codename-fd 3")
    patience = _whole_number(options.patience, "--patience 60") * _SECONDS_A_MINUTE
    _refuse_onion_without_tor(route.origin, route.proxy)
    terminal = open_terminal(answers_go_elsewhere=surroundings.as_json)
    codename = CodenameLine(terminal, descriptor, is_new=is_new)
    if needs_codename:
        codename.check()
    state = StateFolder(options.state or default_state_folder())
    if route.origin and route.proxy is None:
        _warn_without_tor(progress)
    return Session(
        route=route,
        state=state,
        named_state=options.state,
        terminal=terminal,
        codename=codename,
        language=options.language,
        patience=patience,
        board_from=_read_mirror(options),
        progress=progress,
        output=surroundings.output,
        as_json=surroundings.as_json,
    )


def _read_mirror(options: ConnectionOptions) -> str:
    """Return the origin of a mirror that was named, else nothing."""
    typed = options.board_from if isinstance(options, MessageOptions) else None
    return read_server(typed) if typed else ""


def _read_fingerprint(typed: str | None) -> GenesisId | None:
    if typed is None:
        return None
    try:
        return read_fingerprint(typed)
    except Malformed:
        raise UsageError(
            _("a fingerprint has 80 digits, in sixteen groups of five"),
            _("Copy it from what the office has printed."),
        ) from None


def _refuse_onion_without_tor(origin: str, proxy: Proxy | None) -> None:
    if origin and proxy is None and is_onion(origin):
        raise Refusal(
            _("An onion address is reached through Tor alone. Nothing was sent."),
            _("Add --proxy socks5h://127.0.0.1:9050 (Tor Browser: 9150)."),
        )


def _warn_without_tor(progress: ProgressInWords) -> None:
    progress.say(
        _("You are not using Tor: your provider can see that this device connects to this server.")
    )


def _whole_number(typed: str, example: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > _DIGITS_MOST:
        raise UsageError(
            _("{option} wants a whole number").format(option=example.split(maxsplit=1)[0]), example
        )
    return int(typed)
