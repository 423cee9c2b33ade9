"""The one way that a codename goes: the terminal, or a descriptor that a script has named."""

import os
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from ground.shell.terminal import Terminal
from ground.shell.typed_text import decoded_lines

__all__ = ["CodenameLine", "same_word"]

_LINE_MAX: Final = 4096
_STANDARD_STREAMS: Final = (0, 1, 2)

_T = TypeVar("_T")


_READ_EXAMPLE: Final = "--codename-fd 3 3<codename.txt"


class CodenameLine:
    """Where a codename is shown and typed: the terminal, or a descriptor given by a script."""

    def __init__(
        self, terminal: Terminal | None, descriptor: int | None, *, is_new: bool = True
    ) -> None:
        self._terminal = terminal
        self._descriptor = descriptor
        # A script that is told to open a file for writing would lose the codename that lies in it.
        self._example = "--codename-fd 3 3>codename.txt" if is_new else _READ_EXAMPLE

    @property
    def asks_a_person(self) -> bool:
        """Whether a person at the terminal types it."""
        return self._descriptor is None

    def check(self) -> None:
        """Return if there is a way for a codename, else Refusal: asked before anything is typed."""
        if self._descriptor is not None:
            _check_open(self._descriptor, self._example)
        elif self._terminal is None:
            raise Refusal(
                _("There is no terminal for the codename."),
                _("In a script, name an open descriptor: {example}").format(example=self._example),
            )

    def give(self, words: Sequence[str], show: Callable[[Terminal, Sequence[str]], None]) -> None:
        """Write the words to the descriptor, or have `show` bring them to a person."""
        if self._descriptor is not None:
            _write_line(self._descriptor, " ".join(words))
        elif self._terminal is not None:
            with self._terminal.other_screen():
                show(self._terminal, words)

    def ask(self, ask: Callable[[Terminal], _T], read: Callable[[str], _T]) -> _T:
        """Return what `read` makes of a script's line, or what `ask` gets from a person."""
        if self._descriptor is not None:
            return read(_first_line(self._descriptor))
        if self._terminal is None:
            raise Refusal(_("There is no terminal for the codename."))
        with self._terminal.other_screen():
            return ask(self._terminal)


def same_word(typed: str, word: str) -> bool:
    """Tell whether a word was typed back; accents, case, all beyond four letters do not count."""
    given = _plain(typed)
    return _plain(word) == given or (len(given) >= 4 and _plain(word).startswith(given))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.strip()).lower()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _check_open(descriptor: int, example: str) -> None:
    try:
        is_open = not _stands_for_a_closed_stream(descriptor)
    except OSError:
        is_open = False
    if not is_open:
        raise Refusal(
            _("The descriptor for the codename is not open."),
            _("Open it in the shell: {example}").format(example=example),
        )


def _stands_for_a_closed_stream(descriptor: int) -> bool:
    """Tell whether it is where a standard stream goes that this process was started without.

    A codename written there would be lost, and nobody told.
    """
    device = os.fstat(descriptor).st_rdev
    return descriptor in _STANDARD_STREAMS and device == Path(os.devnull).stat().st_rdev


def _write_line(descriptor: int, line: str) -> None:
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as file:
            file.write(line + "\n")
    except OSError:
        raise Refusal(
            _("The codename could not be written to its descriptor. Nothing was sent."),
            _("Open it for writing: --codename-fd 3 3>codename.txt"),
        ) from None


def _first_line(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return next(decoded_lines(file, _LINE_MAX), "")
    except OSError:
        raise Refusal(
            _("The codename could not be read from its descriptor."),
            _("Open it for reading: --codename-fd 3 3<codename.txt"),
        ) from None
    except UnicodeError:
        raise Refusal(
            _("What stands at the codename's descriptor is not a text in UTF-8."),
            _("Nothing was sent, nothing is lost."),
        ) from None
