"""`GET /v1/board/{bits}/{value}`: one bucket of the reply board, whole, to anyone."""

import random
from typing import Final

from aiohttp import web

from intake.server.answers import BINARY, Denied
from intake.server.office import Office
from intake.storage import board
from intake.storage.view import View

CACHED_BYTES: Final = 16 * 1024 * 1024
"""What buckets may take of memory, so that many visitors share one copy."""

_PIECE: Final = 64 * 1024


class Board:
    """Serves buckets. One that was asked for is kept, shuffled, until the board changes."""

    def __init__(self, office: Office, view: View) -> None:
        self._office = office
        self._view = view
        self._edition: bytes | None = None
        self._cached: dict[tuple[int, int], bytes] = {}

    async def get(
        self, request: web.BaseRequest, bits_text: str, value_text: str
    ) -> web.StreamResponse:
        """Return the live records of a bucket, one after another, in random order."""
        bits, value = int(bits_text), int(value_text)
        in_force = self._office.in_force()
        if in_force is None or bits != in_force.directory.bucket_bits or value >= 1 << bits:
            raise Denied(404, "not-found")
        return await _send(request, await self._bucket(bits, value))

    async def _bucket(self, bits: int, value: int) -> bytes:
        edition = self._office.edition()
        if edition != self._edition:
            self._edition = edition
            self._cached.clear()
        body = self._cached.get((bits, value))
        if body is None:
            records = await self._view.ask(lambda db: board.bucket(db, bits, value))
            random.SystemRandom().shuffle(records)
            body = b"".join(records)
            if edition == self._edition:
                self._keep((bits, value), body)
        return body

    def _keep(self, name: tuple[int, int], body: bytes) -> None:
        self._cached[name] = body
        while sum(map(len, self._cached.values())) > CACHED_BYTES:
            del self._cached[next(iter(self._cached))]


async def _send(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    """In pieces, waiting for the client, so that slow ones hold no copies of their own."""
    response = web.StreamResponse()
    response.content_type = BINARY
    response.content_length = len(body)
    await response.prepare(request)
    if request.method != "HEAD":
        view = memoryview(body)
        for start in range(0, len(body), _PIECE):
            await response.write(view[start : start + _PIECE])
    await response.write_eof()
    return response
