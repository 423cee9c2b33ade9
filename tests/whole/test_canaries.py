"""Nothing of a source is anywhere but where it belongs, after a whole round trip with canaries.

What is looked for: the text and files of a report, their names, the office's answer, the codename's
words and bits, the master key, the source's address and browser. Where: every answer that the
server gave, its data folder, log and core dump, the bundles, and all that the desk left besides
what was saved on purpose. And after deletion: nothing of the ciphertext either, in any block of the
server's disk.
"""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import AddrInfoType

from crypto.codename import Codename, codename_words, new_codename
from crypto.directory import read_fingerprint
from crypto.envelope import envelope_address
from crypto.source_keys import SourceKeys, derive_master, derive_source_keys
from crypto.word_lists import word_list
from tests.means.canaries import Canaries, memory_of, socket_address
from tests.means.file_systems import MIB, make_image, mounted
from tests.means.quick_source import Sent, find_office, read_replies, send
from tests.offices.desk import Desk
from tests.offices.server_process import ServerProcess

pytestmark = pytest.mark.long

HERE = f"127.{secrets.randbelow(100) + 100}.{secrets.randbelow(100) + 100}.77"
AGENT = f"Canary/{secrets.token_hex(10)} (the source's browser)"
REPORT = f'Сообщение {secrets.token_hex(8)}: «он взял 5 000 €», "вчера".\nВторая строка'
FOLLOW_UP = f"Продолжение {secrets.token_hex(8)}"
ANSWER = f"Ответ ведомства {secrets.token_hex(8)}"
NAME = f"договор {secrets.token_hex(6)}.pdf"
INSIDE = f"inside the file {secrets.token_hex(16)}"
DISK_MEBIBYTES = 160
SLICE = 48
"""Bytes of ciphertext that stand for the block of the disk in which they lay."""


@dataclass
class Everything:
    """What a round trip left outside of the folders."""

    codename: Codename
    source: SourceKeys
    sent: list[Sent] = field(default_factory=list)
    answered: bytearray = field(default_factory=bytearray)
    sockets: list[socket.socket] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)

    def open_socket(self, address: AddrInfoType) -> socket.socket:
        """Open a socket for a connection, and keep it so that its port can be asked for."""
        opened = socket.socket(*address[:3])
        self.sockets.append(opened)
        return opened

    def canaries(self) -> Canaries:
        """All of the source's that must be nowhere."""
        words = codename_words(self.codename, word_list("english"))
        values: dict[str, str | bytes] = {
            "report": REPORT,
            "follow-up": FOLLOW_UP,
            "answer": ANSWER,
            "file name": NAME,
            "file content": INSIDE,
            "codename bits": self.codename.bits,
            "master key": derive_master(self.codename, self.source.genesis_id),
            "set key": self.source.set_key,
            "address": HERE,
            "browser": AGENT,
        }
        for separator in (" ", ", ", '","', "\n", "\t", "-", "\0", ""):
            # Three in a row: a half of a codename is one too many.
            for place in (0, 3, len(words) - 3):
                name = f"codename words {place} by {separator!r}"
                values[name] = separator.join(words[place : place + 3])
        for port in self.ports:
            values[f"socket at {port}"] = socket_address(HERE, port)
        return Canaries(values)

    def ciphertext(self) -> Canaries:
        """A piece of each block of what was sent, and the ids that it was stored under."""
        values: dict[str, str | bytes] = {}
        for number, sent in enumerate(self.sent):
            values[f"address of {number}"] = envelope_address(sent.envelope)
            values |= _slices(f"envelope {number}", sent.envelope)
            for place, (chunk_id, chunk) in enumerate(sent.chunks.items()):
                values[f"id of chunk {number}.{place}"] = chunk_id
                values |= _slices(f"chunk {number}.{place}", chunk)
        return Canaries(values, raw_only=True)


def _slices(name: str, data: bytes) -> dict[str, bytes]:
    return {f"{name} at {at}": data[at : at + SLICE] for at in range(0, len(data), 4096)}


@contextmanager
def recorded(everything: Everything) -> Iterator[aiohttp.TraceConfig]:
    """Keep all that a server answers, headers and bodies."""
    trace = aiohttp.TraceConfig()

    async def body(
        _session: object, _context: SimpleNamespace, piece: aiohttp.TraceResponseChunkReceivedParams
    ) -> None:
        everything.answered += piece.chunk

    async def head(
        _session: object, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        everything.answered += repr(end.response.raw_headers).encode()

    async def connected(*_: object) -> None:
        still_open = [one for one in everything.sockets if one.fileno() >= 0]
        everything.ports.update(one.getsockname()[1] for one in still_open)

    trace.on_connection_create_end.append(connected)
    trace.on_response_chunk_received.append(body)
    trace.on_request_end.append(head)
    yield trace


@contextmanager
def visiting(server: ServerProcess, everything: Everything) -> Iterator[aiohttp.ClientSession]:
    """The source's own connections, from its own address."""
    with recorded(everything) as trace:
        connector = aiohttp.TCPConnector(
            local_addr=(HERE, 0), socket_factory=everything.open_socket
        )
        yield aiohttp.ClientSession(
            server.address,
            connector=connector,
            auto_decompress=False,
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
            trace_configs=[trace],
        )


@pytest.fixture
def desk_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where programs leave things behind: home and temporary files, for every command."""
    places = [tmp_path / "home", tmp_path / "temporary"]
    for place, name in zip(places, ("HOME", "TMPDIR"), strict=True):
        place.mkdir()
        monkeypatch.setenv(name, str(place))
    return places


async def test_nothing_of_a_source_is_anywhere_but_where_it_belongs(
    tmp_path: Path, desk_places: list[Path]
) -> None:
    """Finding: SecureDrop, the server sees codenames and plaintext.

    Finding: GlobaLeaks, plaintext and keys on the server.
    """
    image, saved = tmp_path / "disk", tmp_path / "saved"
    make_image(image, DISK_MEBIBYTES * MIB)
    with mounted(image, tmp_path / "data", "discard") as disk:
        disk.chmod(0o700)
        desk = Desk.create(tmp_path, ["http://127.0.0.1:8080"])
        (desk.data / "intake.toml").write_text("disk_floor = 0\nenvelope_quota = 100\n")
        genesis_id = read_fingerprint(desk.fingerprint)
        codename = new_codename()
        everything = Everything(codename, derive_source_keys(codename, genesis_id))
        with desk.serving() as server:
            await _round_trip(desk, server, everything)
            canaries = everything.canaries()
            assert canaries.in_bytes(everything.answered) == []
            assert canaries.in_bytes(_memory(server, tmp_path)) == []
            assert canaries.in_folder(desk.data) == []
            _read_save_and_delete(desk, saved)
        assert canaries.in_files([server._log]) == []
        assert canaries.in_folder(desk.data) == []
    assert canaries.in_file(image) == []
    assert everything.ciphertext().in_file(image) == []
    assert canaries.in_folder(desk.stick) == []
    for place in (desk.office, *desk_places):
        assert canaries.in_folder(place) == []
    found = " ".join(canaries.in_folder(saved))
    for kept in ("report (raw)", "file content (raw)", "file name (raw)"):
        assert kept in found, "what was saved on purpose is the proof that the search finds it"


async def _round_trip(desk: Desk, server: ServerProcess, everything: Everything) -> None:
    """A report with a file, an answer to it, a follow-up to that."""
    content = INSIDE.encode() + os.urandom(300_000) + INSIDE.encode()
    with visiting(server, everything) as opening:
        async with opening as session:
            known = await find_office(session, everything.source.genesis_id)
            sent = await send(session, known, everything.source, REPORT, [content], names=[NAME])
            everything.sent.append(sent)
    for recipient in ("investigations", "oversight"):
        desk.fetch(recipient)
    (case,) = desk.cases("investigations")
    desk.reply("investigations", case["case"], ANSWER)
    desk.deliver("investigations")
    with visiting(server, everything) as opening:
        async with opening as session:
            (reply,) = await read_replies(session, known, everything.source)
            assert reply.text == ANSWER
            sent = await send(session, known, everything.source, FOLLOW_UP, kind="follow-up")
            everything.sent.append(sent)
    assert everything.ports


def _memory(server: ServerProcess, folder: Path) -> bytes:
    """What the server holds once it has had the time to forget, and what `gcore` writes of it."""
    deadline = time.monotonic() + 60
    while True:
        memory_of(server.process.pid, folder / "memory")
        held = (folder / "memory").read_bytes()
        # The headers go with their connection, the address when the caches are emptied after it.
        is_forgotten = not any(canary.encode() in held for canary in (AGENT, HERE))
        if is_forgotten or time.monotonic() >= deadline:
            break
        time.sleep(1)
    (folder / "memory").unlink()
    if shutil.which("gcore") is None:
        return held
    pid = str(server.process.pid)
    subprocess.run(["gcore", "-o", str(folder / "core"), pid], check=True, capture_output=True)
    dump = folder / f"core.{pid}"
    try:
        return held + dump.read_bytes()
    finally:
        dump.unlink()


def _read_save_and_delete(desk: Desk, saved: Path) -> None:
    """Both vaults confirm all there is, so that the server deletes it; a case is saved."""
    for recipient in ("investigations", "oversight"):
        desk.fetch(recipient)
        desk.deliver(recipient)
    (case,) = desk.cases("investigations")
    desk.caseworker("save", "investigations", case["case"], "--to", saved)
    for recipient in ("investigations", "oversight"):
        desk.fetch(recipient)
