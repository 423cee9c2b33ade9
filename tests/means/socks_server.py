"""A SOCKS5 server that alone knows where certain names lead: RFC 1928, CONNECT, by name."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_BY_NAME = 3
_REQUEST = re.compile(rb"(?:GET|PUT) (/v1/[a-z]+)[^ ]* HTTP/1.1\r\n")


@dataclass(frozen=True)
class Carried:
    """A request: by whom, as the proxy was told, and the beginning of its path."""

    name: bytes
    password: bytes
    path: str
    at: float


@dataclass
class SocksServer:
    """Which socket each name leads to, what it was asked for, and how many bytes it took there."""

    names: dict[str, Path]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    carried_up: int = 0
    requests: list[Carried] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        try:
            await self._carry(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _version, methods = await reader.readexactly(2)
        offered = await reader.readexactly(methods)
        user = password = b""
        # As Tor does: a name and password where they are offered, to keep users apart.
        writer.write(bytes([5, 2 if 2 in offered else 0]))
        if 2 in offered:
            _version, size = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(bytes([1, 0]))
        _version, _connect, _reserved, kind = await reader.readexactly(4)
        if kind != _BY_NAME:
            self.asked.append("an address")
            writer.write(bytes([5, 8, 0, 1]) + bytes(6))
            return
        name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        await reader.readexactly(2)
        self.asked.append(name)
        if name not in self.names:
            writer.write(bytes([5, 4, 0, 1]) + bytes(6))
            return
        inner_reader, inner_writer = await asyncio.open_unix_connection(self.names[name])
        writer.write(bytes([5, 0, 0, 1]) + bytes(6))

        def note(data: bytes) -> None:
            self.carried_up += len(data)
            for found in _REQUEST.finditer(data):
                path = found[1].decode()
                self.requests.append(Carried(user, password, path, time.monotonic()))

        await asyncio.gather(_pump(reader, inner_writer, note), _pump(inner_reader, writer))


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    note: Callable[[bytes], None] = lambda _data: None,
) -> None:
    try:
        while data := await reader.read(65_536):
            note(data)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@contextmanager
def socks_server(server: SocksServer) -> Iterator[SocksServer]:
    """Let it listen on a port of this machine."""
    loop = asyncio.new_event_loop()
    started = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        listening = loop.run_until_complete(asyncio.start_server(server.serve, "127.0.0.1", 0))
        server.port = listening.sockets[0].getsockname()[1]
        started.set()
        loop.run_forever()
        listening.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(timeout=30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
