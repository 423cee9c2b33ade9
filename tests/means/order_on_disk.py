"""Order of arrival in a copy of a data folder: every file is searched for what came, as bytes.

For every id, digest and body, without any knowledge of formats, and SQLite's files page by page as
well. What is found is set against the order of arrival, by Kendall's tau.
"""

import hashlib
import math
import os
import shutil
import signal
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.offices.server_process import ServerProcess, wait_until

__all__ = ["PROBE", "Arrivals", "copied", "deviation", "files_of", "found_in", "orders"]

_WORD = 8

PROBE = 24
"""Bytes of an id, a digest or a body by which it is found."""


@dataclass
class Arrivals:
    """What was sent, in the order in which the server acknowledged it."""

    ids: list[bytes] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def send(self, http: aiohttp.ClientSession, kind: str, size: int) -> None:
        """Send something, and wait until it is acknowledged."""
        body = os.urandom(size)
        digest = hashlib.sha256(body).digest()
        name = digest if kind == "envelopes" else os.urandom(32)
        async with http.put(f"/v1/{kind}/{name.hex()}", data=body) as answer:
            assert answer.status == 204
        self.add(name, digest, body)

    def add(self, name: bytes, digest: bytes, body: bytes) -> None:
        """Know of something that the server has acknowledged."""
        self.ids.append(name)
        self.digests.append(digest)
        # Somewhere in the middle: the place of a body is found by any part of it.
        self.bodies.append(body[len(body) // 2 :][:PROBE])

    def so_far(self) -> "Arrivals":
        """What has come up to now."""
        return Arrivals(self.ids[:], self.digests[:], self.bodies[:])

    def signs(self) -> dict[str, list[bytes]]:
        """What each of them can be found by."""
        found = {"id": self.ids, "digest": self.digests, "body": self.bodies}
        return {name: [one[:PROBE] for one in values] for name, values in found.items()}


def deviation(places: Sequence[int]) -> float:
    """How many standard deviations Kendall's tau with 0, 1, 2, … is from chance."""
    count = len(places)
    if count < 10:
        return 0.0
    score = sum(_sign(places[j] - places[i]) for i in range(count) for j in range(i + 1, count))
    return score / math.sqrt(count * (count - 1) * (2 * count + 5) / 18)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def orders(copy: Path, arrivals: Arrivals) -> Iterator[tuple[str, float]]:
    """Yield every way to order what came by a copy, and how far each is from chance."""
    for name, content in files_of(copy).items():
        for sign, values in arrivals.signs().items():
            places = found_in(content, values)
            there = [places[number] for number in sorted(places)]
            yield f"{name} by {sign}", deviation([first for first, _ in there])
            # Where something lies twice, while it moves.
            yield f"{name} by last {sign}", deviation([last for _, last in there])


def files_of(copy: Path) -> dict[str, bytes]:
    """Return every file of a copy, and SQLite's with their pages in another order."""
    files = {path.name: path.read_bytes() for path in copy.iterdir() if path.is_file()}
    return files | {f"pages of {name}": pages for name, pages in _pages(files)}


def found_in(content: bytes, values: Sequence[bytes]) -> dict[int, tuple[int, int]]:
    """Return where each of these values begins first and last, by its number, if anywhere.

    Whatever the place: one in eight of the words of 8 bytes within a value lies at a whole one.
    """
    words = {
        int.from_bytes(value[shift : shift + _WORD], sys.byteorder): (number, shift)
        for number, value in enumerate(values)
        for shift in range(_WORD)
    }
    whole = memoryview(content)[: len(content) // _WORD * _WORD].cast("Q")
    places: dict[int, tuple[int, int]] = {}
    for at, number, shift in [
        (at * _WORD, *words[word]) for at, word in enumerate(whole) if word in words
    ]:
        start = at - shift
        if content[start : start + PROBE] == values[number]:
            places[number] = places.get(number, (start, start))[0], start
    return places


def _pages(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield SQLite's files with the pages of each in the order in which its log has them."""
    for name, content in files.items():
        if name.endswith("-wal") and len(content) > 32:
            (size,) = struct.unpack(">I", content[8:12])
            frames = range(32, len(content) - size - 23, size + 24)
            yield name, b"".join(content[at + 24 : at + 24 + size] for at in frames)
        if name.endswith(".sqlite") and content:
            (size,) = struct.unpack(">H", content[16:18])
            cells = [_cells(content[at : at + size]) for at in range(0, len(content), size)]
            yield name, b"".join(cells)


def _cells(page: bytes) -> bytes:
    """A page from its end: a b-tree's first cell lies last."""
    return bytes(reversed(page[: len(page) // 2])) + page[len(page) // 2 :]


def copied(server: ServerProcess, name: str) -> Path:
    """Copy the folder as it is at one moment."""
    copy = server.data.with_name(name)
    running = server.process.poll() is None
    if running:
        server.process.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: not running or _is_stopped(server))
        shutil.copytree(server.data, copy, symlinks=True)
    finally:
        if running:
            server.process.send_signal(signal.SIGCONT)
    return copy


def _is_stopped(server: ServerProcess) -> bool:
    """Whether all its threads stand still: one that is in a system call ends that first."""
    try:
        states = [
            thread.read_text().rpartition(")")[2].split()[0]
            for thread in Path(f"/proc/{server.process.pid}/task").glob("*/stat")
        ]
    except OSError:
        # One ended while it was looked at.
        return False
    return all(state in ("T", "t") for state in states)
