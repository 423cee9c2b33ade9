"""The board, loaded whole and as everybody loads it: SPEC 9.2, 11.5. What was found is opened here.

Nobody learns from the requests whether a codename was typed, nor whether anything was found.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from crypto.errors import ProtocolError
from crypto.replies import Reply, open_board
from crypto.sizes import RECORD_SIZE
from crypto.source_keys import SourceKeys
from crypto.volumes import Volume, check_volume, parse_volumes
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.reach.api import Api, ServerError
from intake.source.reach.line import Line
from intake.source.reach.office import Office

__all__ = ["Board", "open_replies"]

_LISTS_MOST: Final = 100
"""SPEC 11.5. The newest volume changes when the office brings replies, never so often at once."""

_NOT_FOUND: Final = 404

_T = TypeVar("_T")


class Board:
    """What has been loaded of a board so far. Filled by one task, looked at by others."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, bytes] = {}
        self._loading = 0
        self.listed: Sequence[Volume] = ()
        self.is_whole = False

    @property
    def size(self) -> int:
        """How many bytes the list announces; 0 before it is there."""
        return sum(volume.records for volume in self.listed) * RECORD_SIZE

    @property
    def loaded(self) -> int:
        """How many bytes of these are here."""
        return min(self.size, sum(map(len, self.pieces())) + self._loading)

    def pieces(self) -> list[bytes]:
        """Return the volumes that are here, newest first."""
        return [self._pieces[one.hash] for one in self.listed if one.hash in self._pieces]

    async def load(self, lists: Api, volumes: Api, line: Line) -> None:
        """Load what is missing: the list from the office's server, volumes from it or a mirror.

        Raises GaveUpError, ServerError and Refusal; what was loaded stays.
        """
        for _list in range(_LISTS_MOST):
            self.listed = _checked(partial(parse_volumes, await _carried(line, lists.volumes)))
            if await self._load_volumes(lists, volumes, line):
                self.is_whole = True
                return
        raise ServerError(_NOT_FOUND)

    async def _load_volumes(self, lists: Api, volumes: Api, line: Line) -> bool:
        """Load all that are listed; False where one of them is gone, so that the list is old."""
        for volume in self.listed:
            if volume.hash in self._pieces:
                continue
            # A mirror may lag behind: what it has not yet, the office's server has.
            data = await self._found(volumes, volume, line)
            if data is None and volumes is not lists:
                data = await self._found(lists, volume, line)
            if data is None:
                return False
            self._pieces[volume.hash] = data
        return True

    async def _found(self, api: Api, volume: Volume, line: Line) -> bytes | None:
        """Return a volume, None where it is not there."""
        try:
            return await _carried(line, partial(self._load_one, api, volume))
        except ServerError as error:
            if error.status != _NOT_FOUND:
                raise
            return None
        finally:
            self._loading = 0

    async def _load_one(self, volumes: Api, volume: Volume) -> bytes:
        self._loading = 0
        data = await volumes.volume(volume, self._count)
        _checked(partial(check_volume, data, volume))
        return data

    def _count(self, size: int) -> None:
        self._loading += size


def open_replies(board: Board, source: SourceKeys, office: Office) -> Sequence[Reply]:
    """Return the replies to a source among what is loaded of a board."""
    return open_board(board.pieces(), source, office.directory, today())


async def _carried(line: Line, ask: Callable[[], Awaitable[bytes]]) -> bytes:
    """Return what `ask` gives in the end, over a line that may break."""
    answer = b""

    async def attempt() -> None:
        nonlocal answer
        answer = await ask()

    await line.carry(attempt)
    return answer


def _checked(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except ProtocolError:
        raise Refusal(
            _("The server gave something that is no board of replies."),
            _("Nothing is lost. Try again later."),
        ) from None
