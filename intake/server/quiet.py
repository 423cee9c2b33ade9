"""HTTP without a voice of its own: aiohttp's protocol, minus what it tells about itself and others.

aiohttp names itself and the time in every answer, logs peers and request lines of malformed
requests, and answers those in a form of its own. Here every answer, that to a malformed request
included, is ours and has the headers of `headers`, and nothing is logged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader

from intake.server import answers, faults, headers
from intake.server.config import Settings

READ_BUFFER = 64 * 1024
"""Bytes of a body that wait in memory before a connection is read no further."""

LINGER_SECONDS = 10.0
"""How long a body that was refused is still read, so that the client gets to see the answer."""

Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class QuietRequest(web.BaseRequest):
    """A request whose answer, whichever it is, gets the headers of all answers."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        headers.finish(response.headers)


class QuietProtocol(web.RequestHandler):
    """One connection. `over` is called when its last request has been dealt with."""

    __slots__ = ("_over",)

    def __init__(self, manager: "QuietServer", over: Callable[[], None], **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._over = over

    async def start(self) -> None:
        """Deal with the connection's requests, which may go on when it has been lost."""
        try:
            await super().start()
        finally:
            self._over()

    def log_exception(self, *args: object, **kw: object) -> None:
        """Nothing: faults are reported by `handle_error`, and only by class and place."""

    def log_debug(self, *args: object, **kw: object) -> None:
        """Nothing."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a malformed request, or one that failed inside."""
        inside = status == HTTPStatus.INTERNAL_SERVER_ERROR
        if inside and exc is not None and not isinstance(exc, _CLIENT_LEFT):
            faults.report(exc)
        if request.writer.output_size > 0:
            raise ConnectionError
        if status == HTTPStatus.GATEWAY_TIMEOUT:
            response = answers.error(HTTPStatus.REQUEST_TIMEOUT, "too-slow")
        else:
            response = answers.error(status, "internal" if inside else "malformed")
        response.force_close()
        return response


_CLIENT_LEFT = (ConnectionError, web.RequestPayloadError, asyncio.IncompleteReadError)


class QuietServer(web.Server):
    """Makes a `QuietProtocol` for each connection, up to the limit of the settings.

    `closed` is called when a connection is over.
    """

    def __init__(
        self, handler: Answering, settings: Settings, closed: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(handler)
        self._settings = settings
        self._closed = closed

    def __call__(self) -> web.RequestHandler:
        """Make the protocol of a new connection."""
        return QuietProtocol(
            self,
            self._closed,
            loop=self._loop,
            keepalive_timeout=self._settings.idle_seconds,
            access_log=None,
            debug=False,
            lingering_time=LINGER_SECONDS,
            read_bufsize=READ_BUFFER,
            auto_decompress=False,
        )

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Take a connection in, or close it where there are too many."""
        if len(self._connections) >= self._settings.connections:
            transport.abort()
        super().connection_made(handler, transport)

    def connection_lost(
        self, handler: web.RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Forget a connection that is over."""
        super().connection_lost(handler, exc)
        self._closed()

    def _make_request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        return QuietRequest(message, payload, protocol, writer, task, self._loop)
