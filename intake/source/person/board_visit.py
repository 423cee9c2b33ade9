"""The board, loaded beside all that a person does: it goes on while they type.

Every visit loads it, whether anything is read or written in the end (SPEC 11.5), so it is begun as
soon as the office is found and ended before anything is sent or shown.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace

from ground.languages import gettext as _
from ground.shell.foreign import safe_line
from ground.shell.refusals import Refusal, UsageError
from intake.source.person.session import Session
from intake.source.reach.api import Api, ServerError, connected
from intake.source.reach.board import Board
from intake.source.reach.line import GaveUpError, Line, Waiting
from intake.source.reach.office import Office

__all__ = ["BoardVisit", "check_mirror", "visiting_board"]

_LOOK_SECONDS = 0.2
_KNOWN = (GaveUpError, ServerError, Refusal)


class BoardVisit:
    """A board that is being loaded in a thread of its own."""

    def __init__(self, session: Session) -> None:
        self.board = Board()
        self._session = session
        self._waiting: Waiting | None = None
        self._fault: Exception | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return when the board is whole, showing how far it is.

        Raises GaveUpError, ServerError and Refusal where it never will be, whatever it died of.
        """
        progress = self._session.progress
        while self._thread.is_alive():
            progress.board(self.board.loaded, self.board.size)
            if self._waiting is not None:
                progress.waiting(self._waiting)
            self._thread.join(_LOOK_SECONDS)
        progress.clear()
        if self.board.is_whole:
            return
        if isinstance(self._fault, _KNOWN):
            raise self._fault
        # A part that passed for the whole would hide replies.
        raise Refusal(
            _("The board could not be loaded whole."), _("Nothing is lost. Try again later.")
        ) from self._fault

    def wait_and_pass_on(self) -> None:
        """Return when the board is whole, or never will be: who writes needs nothing of it."""
        try:
            self.wait()
        except _KNOWN:
            return

    def stop(self) -> None:
        """Load no more of it."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._cancel)
            self._thread.join()

    def _cancel(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._load())
        except asyncio.CancelledError:
            pass
        except Exception as fault:  # noqa: BLE001 - `wait` tells of it, in words
            self._fault = fault
        finally:
            self._loop.close()

    async def _load(self) -> None:
        line = Line(self._session.patience, self._wait_told)
        async with AsyncExitStack() as stack:
            lists = await stack.enter_async_context(connected(self._session.route))
            volumes = await self._volumes(lists, stack)
            await self.board.load(lists, volumes, line)

    async def _volumes(self, lists: Api, stack: AsyncExitStack) -> Api:
        mirror = self._session.board_from
        if not mirror:
            return lists
        return await stack.enter_async_context(
            connected(replace(self._session.route, origin=mirror))
        )

    def _wait_told(self, waiting: Waiting | None) -> None:
        self._waiting = waiting


@contextmanager
def visiting_board(session: Session, office: Office) -> Iterator[BoardVisit]:
    """Load the board of an office while the block runs.

    What is refused within, such as words that are no codename, ends no earlier than the board is
    loaded: else the requests would tell of it. Only a person who stops it by hand stops that.
    """
    check_mirror(session, office)
    visit = BoardVisit(session)
    try:
        yield visit
    except Refusal:
        visit.wait_and_pass_on()
        raise
    finally:
        visit.stop()


def check_mirror(session: Session, office: Office) -> None:
    """Return if volumes may come from where the person says, else UsageError."""
    mirror, listed = session.board_from, office.directory.mirrors
    if not mirror or mirror in listed:
        return
    hint = _("It lists none: leave --board-from out.")
    if listed:
        hint = _("It lists: {mirrors}").format(mirrors=safe_line(", ".join(listed)))
    raise UsageError(_("the office lists no mirror of that address"), hint)
