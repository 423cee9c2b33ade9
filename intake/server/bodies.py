"""Reading a body of exactly the size that it must have, and not one byte of another."""

import asyncio
from typing import Final

from aiohttp import web

from intake.server.config import Settings
from intake.server.denied import Denied

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


def check_size(request: web.BaseRequest, size: int) -> None:
    """Refuse a request, before its body, that does not announce exactly `size` bytes."""
    announced = request.content_length
    if announced is None:
        raise Denied(411, "wrong-size")
    if announced != size:
        raise Denied(413 if announced > size else 400, "wrong-size")


def puzzle_of(request: web.BaseRequest) -> str:
    """Return the header that shows the solution of a puzzle; empty where there is none."""
    return request.headers.get("Fidelio-Puzzle", "")


async def read_body(request: web.BaseRequest, size: int, settings: Settings) -> bytearray:
    """Return the body, of exactly `size` bytes. A client that is too slow is left (408)."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(_CONTINUE)
        request.writer.output_size = 0
    body, filled = bytearray(size), 0
    async with asyncio.timeout(settings.upload_seconds):
        while True:
            async with asyncio.timeout(settings.idle_seconds):
                piece, _ = await request.content.readchunk()
            if not piece:
                break
            if filled + len(piece) > size:
                raise Denied(413, "wrong-size")
            body[filled : filled + len(piece)] = piece
            filled += len(piece)
    if filled != size:
        raise Denied(400, "wrong-size")
    return body
