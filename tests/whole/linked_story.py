"""100 sources report, are answered and follow up, against the real server.

Everything that the server stored after each step, and everything that it answered, is kept, for
`test_linking.py` to look at as whoever seizes the server would.
"""

import asyncio
import contextlib
import hashlib
import os
import random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crypto.envelope import envelope_address
from crypto.names import Address, Day
from crypto.office.envelope import OpenedEnvelope
from crypto.office.replies import decoy_record
from crypto.source_keys import SourceKeys
from intake.storage.folder import DataFolder
from intake.storage.kinds import Kind
from intake.storage.slots.marks import recipient_tag
from intake.storage.slots.survey import survey
from tests.means.quick_source import (
    KnownOffice,
    Sent,
    find_office,
    load_board,
    new_source,
    read_replies,
    send,
)
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, client, serving, succeed
from tests.offices.signed_office import (
    MakeStatement,
    PracticeOffice,
    batch,
    confirmation,
    read_export,
)
from tests.offices.source_client import open_message, replies_to, today

SOURCES = 100
BATCH = 64
RECIPIENTS = ("board", "main")

Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Everything:
    """What a server held after each step, and all that it answered."""

    data: Path
    office: PracticeOffice
    sources: list[SourceKeys] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    """In the order of arrival: the reports of all sources, then their follow-ups."""
    replies: list[bytes] = field(default_factory=list)
    decoys: list[bytes] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    """In the order of their confirmations: a half in the first, the others in the second."""
    held: dict[str, Rows] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    put_answers: list[bytes] = field(default_factory=list)
    boards: list[list[bytes]] = field(default_factory=list)
    """The volumes that each visitor was given."""

    def keep(self, step: str) -> None:
        """Keep what the server holds now: every row as it lies there, and every file."""
        with contextlib.closing(sqlite3.connect(self.data / "intake.sqlite")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            self.held[step] = {
                name: database.execute(f"SELECT * FROM {name}").fetchall()
                for (name,) in names.fetchall()
            }
        self.held[step] |= self._slots()
        names_of_files = ("intake.sqlite", "envelopes.bin", "envelopes.index", "chunks.bin")
        self.files[step] = {name: (self.data / name).read_bytes() for name in names_of_files}

    def _slots(self) -> Rows:
        """What lies in slots, as rows in the order of the slots."""
        rows: Rows = {}
        tags = {recipient_tag(recipient): recipient for recipient in RECIPIENTS}
        for kind in Kind:
            found = survey(DataFolder(self.data), kind)
            items = sorted(found.items, key=lambda item: item.slot)
            rows[kind.name.lower()] = [(item.key, item.week, item.slot) for item in items]
            rows[f"{kind.name.lower()}_mark"] = [
                (item.key, tags[tag]) for item in items for tag in found.marks.get(item.tie, ())
            ]
        return rows

    def column(self, step: str, table: str, place: int = 0) -> list[object]:
        """One column of a table after a step, in the order in which it lies there."""
        return [row[place] for row in self.held[step][table]]


def tell(folder: Path) -> Everything:
    """Let it all happen in a folder."""
    office = PracticeOffice.create(today())
    told = Everything(folder / "data", office)
    first_import(office, told.data, today())
    with serving(told.data) as server:
        asyncio.run(_story(told, server, folder, today()))
    return told


async def _story(told: Everything, server: ServerProcess, folder: Path, today: Day) -> None:
    def carry(recipient: str, *makers: MakeStatement) -> None:
        bundle = folder / f"bundle-{os.urandom(4).hex()}"
        bundle.write_bytes(told.office.outbound(recipient, today, *makers))
        succeed("import", "--data", told.data, bundle)

    def fetch(recipient: str) -> tuple[bytes, ...]:
        out = folder / f"export-{os.urandom(4).hex()}"
        succeed("export", "--data", told.data, "--recipient", recipient, "--out", out)
        return read_export(out.read_bytes()).envelopes

    async with client(server) as http:
        known = await find_office(http, told.office.genesis_id)
        told.sources = [new_source(known) for _ in range(SOURCES)]
        await _send_all(told, server, known, "report")
        told.keep("reported")
        read = fetch("main")
        told.confirmed = [envelope_address(envelope) for envelope in read]
        told.keep("exported")
        # Two exports are confirmed: half of what came, then the rest.
        carry("main", confirmation(1, read[: SOURCES // 2]))
        carry("main", confirmation(2, read[SOURCES // 2 :]))
        told.keep("confirmed")
        carry("main", *_answers(told, read))
        told.keep("answered")
        told.boards = [await load_board(http) for _ in range(3)]
        for source in told.sources[:10]:
            (reply,) = await read_replies(http, known, source)
            assert reply.text == "An answer."
        await _send_all(told, server, known, "follow-up")
        told.keep("followed up")


async def _send_all(told: Everything, server: ServerProcess, known: KnownOffice, kind: str) -> None:
    """Every source in its turn, each on a connection of its own; one in five with files."""
    order = list(enumerate(told.sources))
    for number, source in order:
        files = [os.urandom(300_000)] * (number % 3) if number % 5 == 0 else []
        async with client(server) as http:
            told.sent.append(await send(http, known, source, f"{kind} {number}", files, kind=kind))
    for sent in told.sent[-3:]:
        told.put_answers.append(await put(server, "envelopes", sent.envelope))


async def put(server: ServerProcess, kind: str, body: bytes, name: str | None = None) -> bytes:
    """Everything that the server answers to a PUT, byte by byte."""
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    name = name or hashlib.sha256(body).hexdigest()
    head = f"PUT /v1/{kind}/{name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    return answer


def _answers(told: Everything, read: Sequence[bytes]) -> list[MakeStatement]:
    """One reply for each source, in full batches filled up with decoys, in random order."""
    opened: Mapping[Address, OpenedEnvelope] = {
        envelope_address(envelope): open_message(told.office, envelope) for envelope in read
    }
    # In the order of the reports, for the tests of order.
    for sent in told.sent[:SOURCES]:
        of_source = opened[envelope_address(sent.envelope)]
        told.replies += replies_to(told.office, of_source, "An answer.")
    # One batch more of decoys alone, so that there are enough of both to compare.
    missing = -len(told.replies) % BATCH + BATCH
    told.decoys = [decoy_record() for _ in range(missing)]
    records = told.replies + told.decoys
    random.SystemRandom().shuffle(records)
    return [
        batch(number, records[start : start + BATCH])
        for number, start in enumerate(range(0, len(records), BATCH), 1)
    ]
