"""`GET /v1/board` and `GET /v1/board/{hash}`: the reply board, whole, the same for everybody.

All of it stays in memory from when it changes until it changes again, whether or not anybody asks:
so no disk is read for a visitor, and none finds it faster because another was here.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from crypto.names import Day
from crypto.volumes import encode_volumes
from intake.clock import today
from intake.server import answers
from intake.server.answers import BINARY, JSON
from intake.server.denied import Denied
from intake.server.served_office import ServedOffice
from intake.storage.board import StoredVolume, is_live
from intake.storage.reading import Reader

_PIECE: Final = 64 * 1024
_FILE_NAME: Final = "replies.board"


@dataclass(frozen=True, repr=False)
class _Live:
    """What is given out in an edition on a day: the list, and the volumes by their hash in hex."""

    edition: bytes | None
    day: Day
    listed: bytes
    volumes: dict[str, bytes]


class Board:
    """Serves the list, the volumes, and all of them in one file."""

    def __init__(self, office: ServedOffice, reader: Reader) -> None:
        self._office = office
        self._reader = reader
        self._live: _Live | None = None
        self._reading = asyncio.Lock()

    async def refresh(self) -> None:
        """Read what is given out anew, where it has changed."""
        await self._current()

    async def get_list(self, _request: web.BaseRequest) -> web.Response:
        """Return which volumes there are, the newest first."""
        return answers.data((await self._current()).listed, JSON)

    async def get_volume(self, request: web.BaseRequest, hash_hex: str) -> web.StreamResponse:
        """Return a volume by its SHA-256."""
        volume = (await self._current()).volumes.get(hash_hex)
        if volume is None:
            raise Denied(404, "not-found")
        return await _send(request, web.StreamResponse(), (volume,))

    async def get_file(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return all volumes one after another, as a file to save: SPEC 11.3."""
        if self._office.in_force() is None:
            raise Denied(404, "no-directory")
        volumes = (await self._current()).volumes
        response = web.StreamResponse()
        response.headers["Content-Disposition"] = f'attachment; filename="{_FILE_NAME}"'
        return await _send(request, response, volumes.values())

    async def _current(self) -> _Live:
        live = self._live
        if live is None or not self._is_current(live):
            async with self._reading:
                live = self._live
                if live is None or not self._is_current(live):
                    live = self._live = await self._read()
        return live

    def _is_current(self, live: _Live) -> bool:
        return live.edition == self._office.edition() and live.day == today()

    async def _read(self) -> _Live:
        # Before the volumes: what an import changes meanwhile is read once more.
        edition, day = self._office.edition(), today()
        live = self._of_day(await self._reader.volumes(), day)
        listed = encode_volumes(volume.listed for volume in live)
        volumes = {volume.listed.hash.hex(): volume.content for volume in live}
        return _Live(edition, day, listed, volumes)

    def _of_day(self, volumes: Iterable[StoredVolume], day: Day) -> list[StoredVolume]:
        in_force = self._office.in_force()
        if in_force is None:
            return []
        reply_days = in_force.directory.policy.reply_days
        return [volume for volume in volumes if is_live(volume.listed.week, reply_days, day)]


async def _send(
    request: web.BaseRequest, response: web.StreamResponse, parts: Iterable[bytes]
) -> web.StreamResponse:
    """Send in pieces, waiting for the client, so that slow ones hold no copies of their own."""
    bodies = tuple(parts)
    response.content_type = BINARY
    response.content_length = sum(map(len, bodies))
    await response.prepare(request)
    if request.method != "HEAD":
        for body in bodies:
            view = memoryview(body)
            for start in range(0, len(body), _PIECE):
                await response.write(view[start : start + _PIECE])
    await response.write_eof()
    return response
