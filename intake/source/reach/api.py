"""The server as SPEC 11 has it. No other module of this client connects to anything.

Each request carries the same few headers whatever the device: host, length and type of a body. No
version, no language, no cookie. Redirects are not followed and settings of the environment for
proxies are not looked at.
"""

import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError

from crypto.directory import DOCUMENT_MAX_SIZE
from crypto.form import FORM_MAX_SIZE
from crypto.names import Address, ChunkId, Day, KeyHash
from crypto.sizes import KEM_PUBLIC_KEY_SIZE, RECORD_SIZE
from crypto.strict_json import INTEGER_MAX
from crypto.volumes import Volume
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from intake.source.reach.address import Proxy
from intake.source.reach.route import Isolation, Purpose, Route

__all__ = [
    "IN_FLIGHT",
    "Admission",
    "Api",
    "ServerError",
    "Status",
    "connected",
    "read_error_code",
    "read_status",
]

IN_FLIGHT: Final = 4
"""Chunks sent at once: enough to hide the round trips of a line that is far from slow."""

_STATUS_MAX_SIZE: Final = 4096
_ERROR_MAX_SIZE: Final = 1024
_VOLUMES_MAX_SIZE: Final = 256 * 1024
# A connection through Tor takes its time.
_CONNECT_SECONDS: Final = 90
_DOWNLOAD: Final = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=60)
# The eighth part of a chunk: a line too slow for that carries no chunk in the time that one gets.
_ENVELOPE_SECONDS: Final = 60.0
_UNSENT_HEADERS: Final = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_BINARY: Final = {"Content-Type": "application/octet-stream"}


class ServerError(Exception):
    """The server did not do what was asked. Status 0: it did not answer.

    `code` is that of SPEC 11, such as `full`; `proxy` where the proxy did not answer; empty where
    nobody gave one.
    """

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code

    @property
    def passes(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in (0, 408, 429) or self.status >= 500


@dataclass(frozen=True)
class Admission:
    """Whether something is taken in now, and the code of why not."""

    open: bool
    reason: str


@dataclass(frozen=True)
class Status:
    """What the server says before anything is sent: its day, and what it takes in."""

    day: Day
    envelopes: Admission
    chunks: Admission


class Api:
    """The requests, each a method, each on the line of its purpose. All raise ServerError."""

    def __init__(self, sessions: Mapping[Purpose, aiohttp.ClientSession], route: Route) -> None:
        self._sessions = sessions
        self._route = route

    async def directory(self) -> bytes:
        """Return the document of SPEC 10.1, not checked."""
        return await self._get(Purpose.OFFICE, "/v1/directory", DOCUMENT_MAX_SIZE)

    async def key(self, key_hash: KeyHash) -> bytes:
        """Return what the server gives for an intake key's hash, not checked."""
        path = f"/v1/keys/{key_hash.hex()}"
        return await self._get(Purpose.OFFICE, path, KEM_PUBLIC_KEY_SIZE)

    async def form(self, form_hash: bytes) -> bytes:
        """Return what the server gives for a form's hash, not checked."""
        return await self._get(Purpose.OFFICE, f"/v1/forms/{form_hash.hex()}", FORM_MAX_SIZE)

    async def volumes(self) -> bytes:
        """Return the list of the board's volumes, not checked."""
        return await self._get(Purpose.BOARD, "/v1/board", _VOLUMES_MAX_SIZE)

    async def volume(self, wanted: Volume, count: Callable[[int], None]) -> bytes:
        """Return what the server gives for a volume, not checked; each piece is counted."""
        size = wanted.records * RECORD_SIZE
        return await self._get(Purpose.BOARD, f"/v1/board/{wanted.hash.hex()}", size, count)

    async def status(self) -> Status:
        """Return the server's day and what it takes in."""
        return read_status(await self._get(Purpose.OFFICE, "/v1/status", _STATUS_MAX_SIZE))

    async def put_chunk(self, chunk_id: ChunkId, chunk: bytes, puzzle: str, seconds: float) -> None:
        """Store a chunk, which may take so long; returns when it is durable."""
        path = f"/v1/chunks/{chunk_id.hex()}"
        await self._put(Purpose.FILES, path, chunk, puzzle, seconds)

    async def put_envelope(self, address: Address, envelope: bytes, puzzle: str) -> None:
        """Store an envelope; returns when it is durable."""
        path = f"/v1/envelopes/{address.hex()}"
        await self._put(Purpose.MESSAGE, path, envelope, puzzle, _ENVELOPE_SECONDS)

    async def _get(
        self,
        purpose: Purpose,
        path: str,
        max_size: int,
        count: Callable[[int], None] = lambda _size: None,
    ) -> bytes:
        try:
            async with self._asked(purpose, "GET", path, {}, None, _DOWNLOAD) as response:
                if response.status != 200:
                    raise await _error(response)
                return await _body(response, max_size, count)
        finally:
            if purpose is Purpose.BOARD and self._route.proxy:
                self._route.pause.begin()

    async def _put(
        self, purpose: Purpose, path: str, body: bytes, puzzle: str, seconds: float
    ) -> None:
        headers = _BINARY | ({"Fidelio-Puzzle": puzzle} if puzzle else {})
        # While a body goes out nothing comes in, so that the limit is on the whole.
        times = aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS)
        async with self._asked(purpose, "PUT", path, headers, body, times) as response:
            # Only 204 says that the bytes are durable: a proxy's friendly 200 does not.
            if response.status != 204:
                raise await _error(response)

    @asynccontextmanager
    async def _asked(
        self,
        purpose: Purpose,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        times: aiohttp.ClientTimeout,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        url = self._route.origin + path
        try:
            async with self._sessions[purpose].request(
                method, url, headers=headers, data=body, allow_redirects=False, timeout=times
            ) as response:
                yield response
        except ProxyConnectionError:
            raise ServerError(0, "proxy") from None
        except (aiohttp.ClientSSLError, ssl.SSLError):
            raise Refusal(
                _("The server did not prove that it is the one of this address."),
                _("Nothing was sent. Somebody may be in between, or its certificate has run out."),
            ) from None
        except (aiohttp.ClientError, ProxyError, TimeoutError, OSError):
            raise ServerError(0) from None


def read_status(body: bytes) -> Status:
    """Return what the answer to a request for the status says; ServerError where it is none."""
    answer = _json(body)
    day = answer.get("day")
    if not isinstance(day, int) or isinstance(day, bool) or not 0 <= day <= INTEGER_MAX:
        raise ServerError(502)
    return Status(Day(day), _admission(answer.get("envelopes")), _admission(answer.get("chunks")))


def read_error_code(body: bytes) -> str:
    """Return the code in the body of an error, empty where nobody gave one."""
    try:
        code = _json(body).get("error")
    except ServerError:
        code = None
    return code if isinstance(code, str) else ""


@asynccontextmanager
async def connected(route: Route) -> AsyncIterator[Api]:
    """Give the requests to a server; what they opened is closed in the end."""
    async with AsyncExitStack() as opened:
        sessions = {
            purpose: await opened.enter_async_context(_session(route)) for purpose in Purpose
        }
        yield Api(sessions, route)


def _session(route: Route) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=_connector(route.proxy),
        skip_auto_headers=_UNSENT_HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )


def _connector(proxy: Proxy | None) -> aiohttp.TCPConnector:
    if proxy is None:
        return aiohttp.TCPConnector(limit=IN_FLIGHT + 1)
    isolation = Isolation.drawn()
    # rdns: names go to the proxy as they are.
    return ProxyConnector(
        host=proxy.host,
        port=proxy.port,
        username=isolation.name,
        password=isolation.password,
        rdns=True,
        limit=IN_FLIGHT + 1,
    )


async def _body(
    response: aiohttp.ClientResponse,
    max_size: int,
    count: Callable[[int], None] = lambda _size: None,
) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        count(len(piece))
        if len(body) > max_size:
            raise ServerError(502)
    return bytes(body)


async def _error(response: aiohttp.ClientResponse) -> ServerError:
    try:
        code = read_error_code(await _body(response, _ERROR_MAX_SIZE))
    except ServerError:
        code = ""
    # 2xx and 3xx are no answers of this interface either: something else stands there.
    status = response.status if response.status >= 400 else 502
    return ServerError(status, code)


def _json(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    # Nested a thousand deep, it exceeds what the parser follows.
    except (ValueError, RecursionError):
        raise ServerError(502) from None
    if not isinstance(answer, dict):
        raise ServerError(502)
    return answer


def _admission(state: object) -> Admission:
    if not isinstance(state, dict):
        raise ServerError(502)
    reason = state.get("reason", "")
    return Admission(state.get("open") is True, reason if isinstance(reason, str) else "")
