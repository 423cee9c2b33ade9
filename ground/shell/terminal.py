"""The person at a terminal: what is said to them, and what they type."""

import os
import signal
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, TextIO

from ground.languages import gettext as _
from ground.shell.columns import columns_of, terminal_columns
from ground.shell.foreign import safe_line
from ground.shell.refusals import InputEndedError

__all__ = ["Terminal", "every_ctrl_c_heard", "open_terminal", "wrapped_text"]

_OTHER_SCREEN: Final = "\x1b[?1049h\x1b[2J\x1b[H"
_FIRST_SCREEN: Final = "\x1b[2J\x1b[?1049l"
_TTY: Final = Path("/dev/tty")
_WAKE_EVERY: Final = 0.25  # seconds


class Terminal:
    """A person at a terminal, whatever stdin and stdout are used for."""

    def __init__(self, reader: TextIO, writer: TextIO) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, text: str = "") -> None:
        """Write a line, or several where it is too long for one."""
        print(wrapped_text(text), file=self._writer, flush=True)

    def ask(self, question: str) -> str:
        """Return the line that a person types; InputEndedError where there is nobody any more."""
        line = self._line(question)
        if line is None:
            raise InputEndedError(_("The input has ended."))
        return line.strip()

    def ask_text(self, question: str) -> str:
        """Return lines up to one that holds only a dot, or to the end of input (Ctrl-D)."""
        self.say(question)
        lines = []
        while (line := self._line("")) is not None and line.strip() != ".":
            lines.append(line)
        return "\n".join(lines).strip()

    def agrees(self, question: str) -> bool:
        """Tell whether a person answers yes; silence means no."""
        answer = self.ask(wrapped_text(question + " " + _("[y/N]")) + " ").casefold()
        return answer in ("y", "yes", *_("y yes").split())

    def confirms(self, question: str) -> bool:
        """Tell whether a person types the whole word, where a slip would cost dear."""
        answer = self.ask(f"{wrapped_text(question)} {_('Type yes, or Enter for no:')} ").casefold()
        return answer in ("yes", _("yes"))

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
        try:
            with every_ctrl_c_heard():
                return self._typed(prompt)
        except KeyboardInterrupt:
            # What is said next gets a line of its own.
            self._writer.write("\n")
            self._writer.flush()
            raise

    def _typed(self, prompt: str) -> str | None:
        if self._reader is sys.stdin and self._writer is sys.stdout:
            return _edited(prompt)
        self._writer.write(prompt)
        self._writer.flush()
        line = self._reader.readline()
        return line.rstrip("\n") if line else None


def open_terminal(*, answers_go_elsewhere: bool = False) -> Terminal | None:
    """Return the terminal of this process, if it has one.

    `answers_go_elsewhere`: stdout is for what the command answers, so questions go to stderr or to
    the terminal itself.
    """
    if sys.stdin.isatty():
        if sys.stdout.isatty() and not answers_go_elsewhere:
            _prepare_editing()
            return Terminal(sys.stdin, sys.stdout)
        if sys.stderr.isatty():
            return Terminal(sys.stdin, sys.stderr)
    try:
        # Two files, since a terminal cannot be read and written through one buffer.
        reader = _TTY.open(encoding=sys.stdin.encoding, errors="replace")
        writer = _TTY.open("w", encoding=sys.stdin.encoding, errors="backslashreplace")
    except OSError:
        return None
    return Terminal(reader, writer)


def wrapped_text(text: str) -> str:
    """Return a text, safe to show, whose lines fit the terminal, broken between words.

    A word that does not fit stays whole, so that an address can be copied.
    """
    columns = terminal_columns()
    return "\n".join(
        textwrap.fill(line, columns, break_long_words=False, break_on_hyphens=False)
        if columns_of(line) > columns
        else line
        for line in map(safe_line, text.split("\n"))
    )


def _edited(prompt: str) -> str | None:
    try:
        # Half a character, as a terminal with another encoding gives it, must not stop anybody.
        return input(prompt).encode("utf-8", "replace").decode()
    except EOFError:
        return None


@contextmanager
def every_ctrl_c_heard() -> Iterator[None]:
    """Have whoever waits for a line look for a Ctrl-C again and again.

    Python looks only when a signal breaks off the wait: a Ctrl-C that came just before it began
    would go unheard until the next key.
    """
    # Left as it is afterwards: it does nothing, and what a signal does without it ends us.
    signal.signal(signal.SIGALRM, _wake)
    try:
        signal.setitimer(signal.ITIMER_REAL, _WAKE_EVERY, _WAKE_EVERY)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _wake(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the wait has been broken off, that is all."""


def _prepare_editing() -> None:
    """Let lines be longer than a terminal takes by itself, and remember none of them."""
    try:
        import readline
    except ImportError:
        return
    readline.set_auto_history(False)
