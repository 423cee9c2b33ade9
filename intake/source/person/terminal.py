"""The terminal, and the one way that a codename takes: there, or a descriptor named by a script."""

import os
import signal
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, TextIO, TypeVar

from ground.shell.refusals import Refusal
from intake.source.speech import gettext as _
from intake.source.speech import wrapped

__all__ = ["CodenameLine", "Terminal", "open_terminal", "same_word"]

_OTHER_SCREEN: Final = "\x1b[?1049h\x1b[2J\x1b[H"
_FIRST_SCREEN: Final = "\x1b[2J\x1b[?1049l"
_LINE_MAX: Final = 4096
_TTY: Final = Path("/dev/tty")
_LOOK_EVERY: Final = 0.25  # seconds

_T = TypeVar("_T")


class Terminal:
    """A person at a terminal, whatever stdin and stdout are used for."""

    def __init__(self, reader: TextIO, writer: TextIO) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, text: str = "") -> None:
        """Write a line, or several where it is too long for one."""
        print(wrapped(text), file=self._writer, flush=True)

    def ask(self, question: str) -> str:
        """Return the line that a person types; Refusal where there is nobody any more."""
        line = self._line(question)
        if line is None:
            raise Refusal(_("The input has ended. Nothing was sent."))
        return line.strip()

    def ask_text(self, question: str) -> str:
        """Return lines up to one that holds only a dot, or to the end of input (Ctrl-D)."""
        self.say(question)
        lines = []
        while (line := self._line("")) is not None and line.strip() != ".":
            lines.append(line)
        return "\n".join(lines).strip()

    def agrees(self, question: str) -> bool:
        """Tell whether a person answers yes."""
        answer = self.ask(wrapped(question + " " + _("[y/N]")) + " ").casefold()
        return answer in ("y", "yes", *_("y yes").split())

    @contextmanager
    def other_screen(self) -> Iterator[None]:
        """Use a screen that leaves no trace in what can be scrolled back to."""
        has_one = os.environ.get("TERM", "dumb") not in ("", "dumb")
        try:
            if has_one:
                self._writer.write(_OTHER_SCREEN)
            yield
        finally:
            if has_one:
                self._writer.write(_FIRST_SCREEN)
            self._writer.flush()

    def _line(self, prompt: str) -> str | None:
        with _every_ctrl_c_heard():
            if self._reader is sys.stdin:
                return _typed(prompt)
            self._writer.write(prompt)
            self._writer.flush()
            line = self._reader.readline()
            return line.rstrip("\n") if line else None


def open_terminal() -> Terminal | None:
    """Return the terminal of this process, if it has one."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        _prepare_editing()
        return Terminal(sys.stdin, sys.stdout)
    try:
        # Two files, since a terminal cannot be read and written through one buffer.
        reader = _TTY.open(encoding=sys.stdin.encoding)
        writer = _TTY.open("w", encoding=sys.stdin.encoding)
    except OSError:
        return None
    return Terminal(reader, writer)


class CodenameLine:
    """Where a codename is shown and typed: the terminal, or a descriptor given by a script."""

    def __init__(self, terminal: Terminal | None, descriptor: int | None) -> None:
        self._terminal = terminal
        self._descriptor = descriptor

    def check(self) -> None:
        """Return if there is a way for a codename, else Refusal: asked before anything is typed."""
        if self._descriptor is None and self._terminal is None:
            raise Refusal(
                _("There is no terminal for the codename."),
                _("In a script, name an open descriptor: --codename-fd 3 3>codename.txt"),
            )
        if self._descriptor is not None:
            try:
                os.fstat(self._descriptor)
            except OSError:
                raise Refusal(
                    _("The descriptor for the codename is not open."),
                    _("Open it in the shell: --codename-fd 3 3>codename.txt"),
                ) from None

    def give(self, words: Sequence[str], show: Callable[[Terminal, Sequence[str]], None]) -> None:
        """Write the words to the descriptor, or have `show` bring them to a person."""
        if self._descriptor is not None:
            try:
                with os.fdopen(self._descriptor, "w", encoding="utf-8", closefd=False) as file:
                    file.write(" ".join(words) + "\n")
            except OSError:
                raise Refusal(
                    _("The codename could not be written to its descriptor. Nothing was sent."),
                    _("Open it for writing: --codename-fd 3 3>codename.txt"),
                ) from None
        elif self._terminal is not None:
            with self._terminal.other_screen():
                show(self._terminal, words)

    @property
    def asks_a_person(self) -> bool:
        """Whether a person at the terminal types it."""
        return self._descriptor is None

    def take(self, ask: Callable[[Terminal], _T], read: Callable[[str], _T]) -> _T:
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


def _first_line(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.readline(_LINE_MAX).decode("utf-8", errors="replace")
    except OSError:
        raise Refusal(
            _("The codename could not be read from its descriptor."),
            _("Open it for reading: --codename-fd 3 3<codename.txt"),
        ) from None


def _typed(prompt: str) -> str | None:
    try:
        # Half a character, as a terminal with another encoding gives it, must not stop a report.
        return input(prompt).encode("utf-8", "replace").decode()
    except EOFError:
        return None


@contextmanager
def _every_ctrl_c_heard() -> Iterator[None]:
    """Have whoever waits for a line look for a Ctrl-C again and again.

    Python looks only when a signal breaks off the wait: a Ctrl-C that came just before it began
    would go unheard until the next key.
    """
    # Left as it is afterwards: it does nothing, and what a signal does without it ends us.
    signal.signal(signal.SIGALRM, _look)
    try:
        signal.setitimer(signal.ITIMER_REAL, _LOOK_EVERY, _LOOK_EVERY)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _look(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the wait has been broken off, that is all."""


def _prepare_editing() -> None:
    """Let lines be longer than a terminal takes by itself, and remember none of them."""
    try:
        import readline
    except ImportError:
        return
    readline.set_auto_history(False)
