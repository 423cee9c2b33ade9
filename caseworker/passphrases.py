"""Passphrases: asked on the terminal or read from a file descriptor, never from arguments."""

import getpass
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from caseworker.errors import Refusal, UsageError

# Argon2id makes each guess dear; these two keep guesses from being few.
LEAST_LETTERS = 12
_LEAST_DIFFERENT = 6
_ADVICE = "six words that dice chose are strong and can be remembered"


@dataclass(frozen=True, repr=False)
class Passphrase:
    """What a person knows and nobody else."""

    secret: bytes

    def __repr__(self) -> str:
        return "Passphrase(hidden)"


class PassphraseSource:
    """Where the passphrases of a command come from.

    With a descriptor, each is one line of it, in the order in which they are asked for; otherwise
    the terminal asks, twice for a new one.
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
            text = _typed(f"New passphrase of {what}: ")
            _check_strength(text, what)
            if _typed("The same again: ") != text:
                raise Refusal("the two passphrases differ", "nothing was made: start again")
        _check_strength(text, what)
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
    try:
        file: TextIO = os.fdopen(descriptor, encoding="utf-8")
    except OSError:
        raise UsageError(
            f"nothing is open at file descriptor {descriptor}",
            "for example: caseworker list VAULT --passphrase-fd 3 3< passphrase.txt",
        ) from None
    with file:
        for line in file:
            yield line.rstrip("\r\n")


def _typed(prompt: str) -> str:
    if not _has_terminal():
        raise UsageError(
            "there is no terminal to ask for a passphrase",
            "give it through --passphrase-fd, for example: --passphrase-fd 3 3< passphrase.txt",
        )
    return getpass.getpass(prompt)


def _has_terminal() -> bool:
    # Not standard input, which may bring the text of a reply.
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _check_strength(text: str, what: str) -> None:
    if len(text) < LEAST_LETTERS:
        raise Refusal(f"the passphrase of {what} is shorter than {LEAST_LETTERS} letters", _ADVICE)
    if len(set(text)) < _LEAST_DIFFERENT:
        raise Refusal(f"the passphrase of {what} repeats the same few letters", _ADVICE)


def _passphrase(text: str) -> Passphrase:
    # The same letters typed on another system may come in another Unicode form.
    return Passphrase(unicodedata.normalize("NFKC", text).encode())
