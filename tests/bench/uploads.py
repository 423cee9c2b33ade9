"""Uploading as fast as one process can: requests made beforehand, answers barely looked at."""

import asyncio
import hashlib
import os
import time
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

STORED = b"HTTP/1.1 204 "


def envelope_requests(count: int, size: int) -> list[bytes]:
    """So many PUTs of random envelopes."""
    return [envelope_request(os.urandom(size)) for _ in range(count)]


def envelope_request(envelope: bytes) -> bytes:
    """The PUT of an envelope."""
    return _request("envelopes", hashlib.sha256(envelope).hexdigest(), envelope)


def chunk_requests(count: int, size: int) -> list[bytes]:
    """So many PUTs of random chunks."""
    return [_request("chunks", os.urandom(32).hex(), os.urandom(size)) for _ in range(count)]


def _request(kind: str, name: str, body: bytes) -> bytes:
    head = f"PUT /v1/{kind}/{name} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Client(asyncio.Protocol):
    """One connection that sends the next request when the last was answered."""

    def __init__(self, requests: list[bytes], done: "asyncio.Future[None]") -> None:
        self._requests = requests
        self._done = done
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if b"\r\n\r\n" in self._answer:
            if not self._answer.startswith(STORED):
                self._fail()
            self._answer = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._fail()

    def _next(self) -> None:
        if self._requests:
            self._transport.write(self._requests.pop())
        elif not self._done.done():
            self._done.set_result(None)
            self._transport.close()

    def _fail(self) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError("an upload was not stored"))


def uploads_a_second(address: str, requests: Sequence[bytes], clients: int) -> float:
    """Send all requests over so many connections at once; returns how many a second."""
    return asyncio.run(_upload(address, list(requests), clients))


async def _upload(address: str, requests: list[bytes], clients: int) -> float:
    loop, total = asyncio.get_running_loop(), len(requests)
    where = urlsplit(address)
    done: list[asyncio.Future[None]] = [loop.create_future() for _ in range(clients)]
    started = time.perf_counter()
    for future in done:
        await loop.create_connection(
            lambda future=future: _Client(requests, future),  # type: ignore[misc]
            where.hostname or "",
            where.port or 0,
        )
    await asyncio.gather(*done)
    return total / (time.perf_counter() - started)
