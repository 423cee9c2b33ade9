"""Passphrases: asked on the terminal or read from a descriptor, never from arguments."""

import getpass
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ground.shell.refusals import Refusal, UsageError
from ground.shell.terminal import every_ctrl_c_heard
from ground.shell.typed_text import decoded_lines, open_descriptor

__all__ = ["LEAST_LETTERS", "OPTION", "Passphrase", "PassphraseSource"]

OPTION = "--passphrase-fd"
# Each guess is made dear elsewhere; these two keep guesses from being few.
LEAST_LETTERS = 12
_LEAST_DIFFERENT = 6
_ADVICE = "six words that dice chose are strong and can be remembered"
_MOST = 64 * 1024
# A slip costs a line, and not all that was typed before it.
_TRIES = 3


@dataclass(frozen=True, repr=False)
class Passphrase:
    """What a person knows and nobody else."""

    secret: bytes

    def __repr__(self) -> str:
        return "Passphrase(hidden)"


class PassphraseSource:
    """Where the passphrases of a command come from.

    With a descriptor, each is one line of it, in the order in which they are asked for; otherwise
    the terminal asks, twice for a new one, and anew after a slip.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._lines = None if descriptor is None else _lines(descriptor)

    def ask(self, what: str) -> Passphrase:
        """Return the passphrase of something that has one."""
        return _passphrase(self._next_line(what) or _typed(f"Passphrase of {what}: "))

    def choose(self, what: str) -> Passphrase:
        """Return a new passphrase, strong enough to be one."""
        text = self._next_line(what)
        if text is None:
            return _passphrase(_typed_twice(what))
        weakness = _weakness(text, what)
        if weakness:
            raise weakness
        return _passphrase(text)

    def _next_line(self, what: str) -> str | None:
        if self._lines is None:
            return None
        line = next(self._lines, None)
        if not line:
            raise UsageError(
                f"the passphrase of {what} is missing from the file descriptor",
                "one passphrase a line, in the order that --help says",
            )
        return line


def _lines(descriptor: int) -> Iterator[str]:
    # Not before the first is asked for: a command that is refused has read none.
    try:
        with open_descriptor(descriptor, OPTION) as file:
            yield from decoded_lines(file, _MOST)
    except UnicodeError:
        raise UsageError(
            "the passphrases at the file descriptor are not a text in UTF-8",
            "save them as plain text in UTF-8, one a line",
        ) from None
    except OSError as error:
        raise UsageError(
            f"the passphrases cannot be read from the file descriptor: {error.strerror}",
            f"open it for reading: {OPTION} 3 3< FILE",
        ) from None


def _typed_twice(what: str, tries: int = _TRIES, said: str = "") -> str:
    text = _typed(f"{said}New passphrase of {what}, {LEAST_LETTERS} letters or more: ")
    fault = _weakness(text, what) or _difference(text)
    if fault is None:
        return text
    if tries == 1:
        raise fault
    why = f"{fault.message[:1].upper()}{fault.message[1:]}"
    return _typed_twice(what, tries - 1, f"{why}. Once more.\n")


def _difference(text: str) -> Refusal | None:
    if _typed("The same again: ") == text:
        return None
    return Refusal("the two passphrases differ", "nothing was made: start again")


def _typed(prompt: str) -> str:
    if not _has_terminal():
        raise UsageError(
            "there is no terminal to ask for a passphrase",
            f"give it through {OPTION}, for example: {OPTION} 3 3< passphrase.txt",
        )
    try:
        with every_ctrl_c_heard():
            return getpass.getpass(prompt)
    except EOFError:
        raise Refusal("no passphrase was typed", "nothing was changed: start again") from None
    except UnicodeError:
        raise Refusal(
            "what was typed is not in the encoding of this terminal",
            "nothing was changed: LANG has to name the terminal's encoding, then start again",
        ) from None


def _has_terminal() -> bool:
    # Not standard input, which may bring the text of a reply.
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _weakness(text: str, what: str) -> Refusal | None:
    if len(text) < LEAST_LETTERS:
        return Refusal(f"the passphrase of {what} is shorter than {LEAST_LETTERS} letters", _ADVICE)
    if len(set(text)) < _LEAST_DIFFERENT:
        return Refusal(f"the passphrase of {what} repeats the same few letters", _ADVICE)
    return None


def _passphrase(text: str) -> Passphrase:
    # The same letters typed on another system may come in another Unicode form.
    try:
        return Passphrase(unicodedata.normalize("NFKC", text).encode())
    except UnicodeEncodeError:
        raise Refusal(
            "what was typed is not in the encoding of this terminal",
            "nothing was changed: LANG has to name the terminal's encoding, then start again",
        ) from None
