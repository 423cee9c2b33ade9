"""A bad line between a browser and its server: real connections, and faults by a fixed schedule.

    with bad_line(port, server_port, Faults(drop_every=5, cut_at=40, cut_seconds=30)) as line:
        ...                         a good line so far: for loading pages
        line.spoil()                from here on requests are counted, and meet their faults
        line.met                    how often each fault happened
    line.heads                  what came before the body of each request, in their order

What a request meets depends on its number alone, so that two runs meet the same. `spoil` may be
called again with other faults; numbers begin anew then.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

__all__ = ["BadLine", "Faults", "bad_line"]

_HEAD_END = b"\r\n\r\n"
_LIMIT = 1 << 20


@dataclass(frozen=True)
class Faults:
    """What goes wrong; 0 for what does not. `every` and `at` count requests from 1."""

    seed: int = 1
    # The connection breaks, by chance before the server has the request or after.
    drop_every: int = 0
    # The server gets the request twice, and the browser the second answer.
    double_every: int = 0
    delay_share: float = 0.0
    delay_seconds: float = 2.0
    # Every request takes so much longer.
    slow_seconds: float = 0.0
    # All connections break, and no new one holds, for a time.
    cut_at: int = 0
    cut_seconds: float = 30.0
    # The server has this request, and nobody ever answers.
    silent_at: int = 0
    # This request and all after it wait for `release`.
    hold_from: int = 0
    # So do requests whose path begins with this.
    hold_path: str = ""


class BadLine:
    """The line; `met` counts the faults by name, and "request" and "answered" all since `spoil`."""

    def __init__(self, port: int, server_port: int, faults: Faults) -> None:
        self.met: Counter[str] = Counter()
        self.heads: list[bytes] = []
        self._port = port
        self._server_port = server_port
        self._faults = faults
        self._spoiled = False
        self._loop = asyncio.new_event_loop()
        self._cut_until = 0.0
        self._browsers: set[asyncio.StreamWriter] = set()
        self._released = asyncio.Event()

    def spoil(self, faults: Faults | None = None) -> None:
        """Begin with the faults, from request number 1."""
        self._faults = faults or self._faults
        self._released = asyncio.Event()
        self.met.clear()
        self._spoiled = True

    def release(self) -> None:
        """Let go what was held, and all that comes."""
        self._loop.call_soon_threadsafe(self._released.set)

    def run(self, ready: threading.Event) -> None:
        """Carry until `stop`; for a thread of its own."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._carry, "127.0.0.1", self._port, limit=_LIMIT)
        )
        ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def stop(self) -> None:
        """End `run`."""
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._browsers.add(writer)
        try:
            while self._loop.time() >= self._cut_until:
                request = await _message(reader)
                self.heads.append(request.partition(_HEAD_END)[0])
                answer = await self._answer(request)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                self.met["answered"] += 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._browsers.discard(writer)
            writer.transport.abort()

    async def _answer(self, request: bytes) -> bytes | None:
        """What the browser gets for a request; None where the connection breaks."""
        if not self._spoiled:
            return await self._ask(request)
        faults = self._faults
        self.met["request"] += 1
        number = self.met["request"]
        chance = random.Random(f"{faults.seed} {number}")
        if number == faults.cut_at:
            self.met["cut"] += 1
            self._cut()
            return None
        if number == faults.silent_at:
            self.met["silent"] += 1
            await self._ask(request)
            await asyncio.Event().wait()
        path = request.split(b" ", 2)[1].decode()
        held = faults.hold_path and path.startswith(faults.hold_path)
        if held or (faults.hold_from and number >= faults.hold_from):
            await self._released.wait()
        await self._wait(chance)
        if _falls_on(faults.drop_every, number):
            after = chance.random() < 0.5
            self.met["dropped after" if after else "dropped before"] += 1
            if after:
                await self._ask(request)
            return None
        if _falls_on(faults.double_every, number):
            self.met["doubled"] += 1
            await self._ask(request)
        return await self._ask(request)

    async def _wait(self, chance: random.Random) -> None:
        seconds = self._faults.slow_seconds
        if chance.random() < self._faults.delay_share:
            self.met["delayed"] += 1
            seconds += chance.uniform(0, self._faults.delay_seconds)
        await asyncio.sleep(seconds)

    def _cut(self) -> None:
        self._cut_until = self._loop.time() + self._faults.cut_seconds
        for writer in self._browsers:
            writer.transport.abort()

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server_port, limit=_LIMIT)
        try:
            writer.write(request)
            await writer.drain()
            return await _message(reader)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@contextmanager
def bad_line(port: int, server_port: int, faults: Faults) -> Iterator[BadLine]:
    """A line from a port to a server's, both on this machine."""
    line = BadLine(port, server_port, faults)
    ready = threading.Event()
    thread = threading.Thread(target=line.run, args=(ready,), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield line
    finally:
        line.stop()
        thread.join()


def _falls_on(every: int, number: int) -> bool:
    return every > 0 and number % every == 0


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A request or an answer, whole. The server's answers all say how long they are."""
    head = await reader.readuntil(_HEAD_END)
    return head + await reader.readexactly(_length(head))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
        assert name.lower() != b"transfer-encoding", "the line carries only what has a length"
    return 0
