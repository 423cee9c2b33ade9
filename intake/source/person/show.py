"""Progress on stderr: what is done, how far, how long it takes. Silent without a terminal."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TextIO

from crypto.sizes import CHUNK_SIZE
from intake.source.reach.api import ServerError
from intake.source.reach.line import Waiting
from intake.source.reach.office import closed_reason
from intake.source.speech import gettext as _
from intake.source.speech import printable, wrapped, written_number, written_size, written_time

__all__ = ["Sent", "Show"]

_EVERY_SECONDS: Final = 0.2
_CLEAR: Final = "\r\x1b[K"


@dataclass(frozen=True)
class Sent:
    """How many chunks of how many are stored."""

    chunks: int
    of: int


class Show:
    """One line that is written over, and lines that stay."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._written = 0.0
        self._began = time.monotonic()
        self._begun_at = 0
        self._read = 0
        self.stored = Sent(0, 0)
        # An envelope was sent, and no answer has said what became of it.
        self.may_be_stored = False

    def say(self, text: str) -> None:
        """Write a line that stays, terminal or not."""
        self.clear()
        print(wrapped(text) if self._is_terminal else text, file=self._stream, flush=True)

    def read(self, size: int) -> None:
        """Count bytes of the files that were read for the first time."""
        self._read += size
        self._line(_("Reading the files: {size}").format(size=written_size(self._read)))

    def total(self, sent: Sent) -> None:
        """Begin to send, or go on, where so much is stored already."""
        self._began, self._begun_at, self.stored = time.monotonic(), sent.chunks, sent
        self._line(self._sending(sent), now=True)

    def sent(self, sent: Sent) -> None:
        """Show how much is stored."""
        self.stored = sent
        self._line(self._sending(sent))

    def sealing(self, sealed: Sent) -> None:
        """Show how much of a file is sealed."""
        self._line(
            _("Sealing: {size} of {total}").format(
                size=written_size(sealed.chunks * CHUNK_SIZE),
                total=written_size(sealed.of * CHUNK_SIZE),
            )
        )

    def working(self, tried: int, of: int) -> None:
        """Show how far the work at a puzzle is, which takes `of` tries or so."""
        self._line(
            _("Working against floods, as the office asks: {tried} of about {total} tries").format(
                tried=written_number(tried), total=written_number(of)
            )
        )

    def envelope(self) -> None:
        """Say that files are stored and the message itself follows."""
        self._line(_("Encrypting and sending the message…"), now=True)

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Send the envelope within: from there on it may be stored, unless an answer says no."""
        before, self.may_be_stored = self.may_be_stored, True
        try:
            yield
        except ServerError as error:
            # Refused, or closed with a code; other faults may come after the bytes were taken.
            if 400 <= error.status < 500 or (error.status == 503 and error.code):
                self.may_be_stored = before
            raise

    def changed(self, name: str) -> None:
        """Say that a file begins anew."""
        if name:
            self.say(
                _("{name} has changed since it was read: it is read and sent anew.").format(
                    name=printable(name)
                )
            )

    def waiting(self, waiting: Waiting | None) -> None:
        """Say that the line is gone and when it is tried again; None: it is back."""
        if waiting is None:
            return
        why = _("The server does not answer.")
        if waiting.code == "proxy":
            why = _("The proxy does not answer.")
        elif waiting.code:
            why = _("The server takes nothing now: {reason}.").format(
                reason=closed_reason(waiting.code)
            )
        again = _("Nothing is lost. Next try in {time}.").format(time=written_time(waiting.seconds))
        self._line(f"{why} {again}", now=True)

    def clear(self) -> None:
        """Remove the line that is written over."""
        if self._is_terminal:
            self._stream.write(_CLEAR)
            self._stream.flush()

    def _sending(self, sent: Sent) -> str:
        if not sent.of:
            return _("Sending…")
        size = written_size(sent.chunks * CHUNK_SIZE)
        text = _("Sending: {size} of {total}").format(
            size=size, total=written_size(sent.of * CHUNK_SIZE)
        )
        seconds, chunks = time.monotonic() - self._began, sent.chunks - self._begun_at
        if not chunks or seconds < 1:
            return text
        return text + _(", {speed} a second, {time} left").format(
            speed=written_size(chunks * CHUNK_SIZE / seconds),
            time=written_time((sent.of - sent.chunks) * seconds / chunks),
        )

    def _line(self, text: str, *, now: bool = False) -> None:
        moment = time.monotonic()
        if self._is_terminal and (now or moment - self._written >= _EVERY_SECONDS):
            self._written = moment
            # A line that the terminal breaks could not be written over.
            room = shutil.get_terminal_size().columns - 1
            self._stream.write(_CLEAR + text[:room])
            self._stream.flush()
