"""Reading a body of exactly the size that it must have, and not one byte of another."""

import asyncio
from typing import Final

from aiohttp import web

from intake.server.answers import Denied
from intake.server.config import Settings

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


def check_size(request: web.BaseRequest, size: int) -> None:
    """Refuse a request, before its body, that does not announce exactly `size` bytes."""
    announced = request.content_length
    if announced is None:
        raise Denied(411, "wrong-size")
    if announced != size:
        raise Denied(413 if announced > size else 400, "wrong-size")


async def read_body(request: web.BaseRequest, size: int, settings: Settings) -> bytearray:
    """Return the body, of exactly `size` bytes. A client that is too slow is left (408)."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(_CONTINUE)
        request.writer.output_size = 0
    body = bytearray()
    async with asyncio.timeout(settings.upload_seconds):
        while len(body) <= size:
            async with asyncio.timeout(settings.idle_seconds):
                piece = await request.content.readany()
            if not piece:
                break
            body += piece
    if len(body) != size:
        raise Denied(413 if len(body) > size else 400, "wrong-size")
    return body
