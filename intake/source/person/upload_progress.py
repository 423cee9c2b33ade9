"""What a person hears while a message is on its way: what is done, how far, how long it takes."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from crypto.sizes import CHUNK_SIZE
from ground.languages import gettext as _
from ground.shell.figures import number_text, size_text, time_text
from ground.shell.foreign import ForeignText
from ground.shell.output import complain
from ground.shell.progress import ProgressLine, progress_figures
from ground.shell.terminal import wrapped_text
from intake.source.reach.api import ServerError
from intake.source.reach.line import Waiting
from intake.source.reach.office import closed_reason

__all__ = ["ProgressInWords", "Sent"]


@dataclass(frozen=True)
class Sent:
    """How many chunks of how many are stored."""

    chunks: int
    of: int


class ProgressInWords:
    """One line that is written over, and lines that stay; on stderr. Without a terminal no line."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._line = ProgressLine(stream or sys.stderr)
        self._began = time.monotonic()
        self._begun_at = 0
        self._read = 0
        self.stored = Sent(0, 0)
        # An envelope was sent, and no answer has said what became of it.
        self.may_be_stored = False

    def say(self, text: str) -> None:
        """Write a line that stays, terminal or not."""
        self.clear()
        shown = wrapped_text(text) if self._line.is_seen else text
        complain(*shown.split("\n"))

    def read(self, size: int) -> None:
        """Count bytes of the files that were read for the first time."""
        self._read += size
        if self._line.is_seen:
            self._line.show(_("Reading the files: {size}").format(size=size_text(self._read)))

    def total(self, sent: Sent) -> None:
        """Begin to send, or go on, where so much is stored already."""
        self._began, self._begun_at, self.stored = time.monotonic(), sent.chunks, sent
        self._show_sending(now=True)

    def sent(self, sent: Sent) -> None:
        """Show how much is stored."""
        self.stored = sent
        self._show_sending()

    def sealing(self, sealed: Sent) -> None:
        """Show how much of a file is sealed."""
        if self._line.is_seen:
            self._line.show(
                _("Sealing: {size} of {total}").format(
                    size=size_text(sealed.chunks * CHUNK_SIZE),
                    total=size_text(sealed.of * CHUNK_SIZE),
                )
            )

    def board(self, loaded: int, size: int) -> None:
        """Show how much of the board is here; `size` is 0 while that is not known."""
        if not self._line.is_seen:
            return
        text = _("Loading the board, the same for everybody")
        if size:
            figures = _("{size} of {total}").format(size=size_text(loaded), total=size_text(size))
            text = f"{text}: {figures}"
        self._line.show(text)

    def working(self, tried: int, of: int) -> None:
        """Show how far the work at a puzzle is, which takes `of` tries or so."""
        if self._line.is_seen:
            self._line.show(
                _(
                    "Working against floods, as the office asks: {tried} of about {total} tries"
                ).format(tried=number_text(tried), total=number_text(of))
            )

    def envelope(self) -> None:
        """Say that files are stored and the message itself follows."""
        self._line.show(_("Encrypting and sending the message…"), now=True)

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
                    name=ForeignText(name)
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
        again = _("Nothing is lost. Next try in {time}.").format(time=time_text(waiting.seconds))
        self._line.show(f"{why} {again}", now=True)

    def pausing(self, seconds: float) -> None:
        """Say why nothing is sent yet."""
        self._line.show(
            _(
                "Waiting {time}, so that sending does not follow at once upon the look for replies…"
            ).format(time=time_text(seconds)),
            now=True,
        )

    def clear(self) -> None:
        """Remove the line that is written over."""
        self._line.clear()

    def _show_sending(self, *, now: bool = False) -> None:
        if not self.stored.of:
            self._line.show(_("Sending…"), now=now)
        elif self._line.is_seen:
            done, total = self.stored.chunks * CHUNK_SIZE, self.stored.of * CHUNK_SIZE
            figures = progress_figures(done, total, self._began, self._begun_at * CHUNK_SIZE)
            self._line.show(_("Sending"), f": {figures}", now=now)
