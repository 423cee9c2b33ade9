"""100 sources write 300 messages to two recipients, whose vaults answer; the server is copied.

The real server in its own process, two real vaults in this one, bundles between them, two weeks.
Most of the sources come **in turn**: each alone, its files and then its message, in the same order
in every round, so that any order that is left anywhere ties things together. The others come in a
**crowd**: all of their files in random order, then all of their messages in another, so that the
order of requests says nothing by itself. Some of all write to one recipient alone.

`seized_telling` lets it happen. With `faults`, what version 1 has mended is broken by hand: see
`old_faults`.
"""

import asyncio
import hashlib
import io
import os
import random
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.vault.messages import case_of_thread
from caseworker.work.replying import ReplyWriter
from crypto.bundle import ItemType, OutboundHeader, read_bundle
from crypto.codename import Codename, new_codename
from crypto.directory import Directory, fingerprint
from crypto.names import GenesisId, KeyHash
from crypto.office.envelope import IntakeSecret
from crypto.sizes import ENVELOPE_SIZE
from crypto.source_keys import derive_source_keys
from crypto.statement_contents import parse_batch
from crypto.statements import StatementKind, parse_statement
from tests.browser.bad_line import BadLine
from tests.means.clock import clock_at
from tests.means.order_on_disk import Arrivals, copied
from tests.offices.server_process import ServerProcess, succeed
from tests.offices.signed_office import read_export
from tests.offices.source_client import free_port
from tests.offices.vaults import DAY, PROFILE, Office, Sealed, Source, at, make_office
from tests.whole.old_faults import faulty_server
from tests.whole.seized_copies import Copy, read_copy
from tests.whole.seized_sending import find_office, send_crowd, send_in_turn, store_all

__all__ = ["BOTH", "OTHER", "SEIZED", "Message", "Story", "Writer"]

SEIZED, OTHER = "investigations", "board"
"""The recipient whose vault the adversary has, and the other."""

OTHERS_MAIL = 300
"""Envelopes of others that nobody can open: with them the slots of envelopes are doubled, too."""

BOTH = "both at first"
KINDS = 45 * [BOTH] + 45 * [OTHER] + 10 * [SEIZED]
IN_TURN = 60

COPIES_UNDER_LOAD = 4
COPIES_WHILE_GROWING = 3


@dataclass(eq=False)
class Writer:
    """A source; `in_turn` or in the crowd."""

    number: int
    kind: str
    in_turn: bool
    source: Source
    codename: Codename


@dataclass(eq=False)
class Message:
    """A message that was sent: in which round, and who can open it."""

    writer: Writer
    round: int
    open_to: tuple[str, ...]
    sealed: Sealed


@dataclass
class Story:
    """What an adversary is given, and the truth.

    `heads`: the requests in their order, as they stood before each body. `bundled`: the envelopes
    of each export in its order, by round and recipient. `delivered`: the records of each batch in
    the order of their numbers, likewise. `answered`: how many replies each writer got, likewise.
    `visits`: the requests of each visit by what it was.
    """

    folder: Path
    faults: bool
    port: int = field(default_factory=free_port)
    server_port: int = field(default_factory=free_port)
    writers: list[Writer] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    arrivals: list[Arrivals] = field(default_factory=lambda: [Arrivals(), Arrivals()])
    copies: list[Copy] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    bundled: dict[tuple[int, str], list[bytes]] = field(default_factory=dict)
    delivered: dict[tuple[int, str], list[list[bytes]]] = field(default_factory=dict)
    answered: dict[tuple[int, str], dict[int, int]] = field(default_factory=dict)
    visits: dict[str, list[bytes]] = field(default_factory=dict)
    secrets: list[IntakeSecret] = field(default_factory=list)
    answers: dict[str, dict[bytes, Message]] = field(default_factory=dict)
    genesis_id: GenesisId = field(init=False)
    directory: Directory = field(init=False)
    office: Office = field(init=False)
    server: ServerProcess = field(init=False)
    line: BadLine = field(init=False)

    @property
    def address(self) -> str:
        """Where sources find the server: on a line that is listened to."""
        return f"http://127.0.0.1:{self.port}"

    # ---- The office --------------------------------------------------------------------------

    def begin(self) -> None:
        """Make the office and the server's folder, which takes the first bundle."""
        profile = replace(PROFILE, addresses=(self.address,), batch_size=16)
        self.office = Office(self.folder / "office", make_office(self.folder / "office", profile))
        with self.office.opened(SEIZED) as vault:
            self.genesis_id = vault.genesis_id
        bundle = self.office.folder / FIRST_BUNDLE
        first = ("--fingerprint", fingerprint(self.genesis_id))
        succeed("import", "--data", self.data, bundle, *first, env=clock_at(DAY))
        turns = random.sample(range(len(KINDS)), IN_TURN)
        for number, kind in enumerate(random.sample(KINDS, len(KINDS))):
            source, codename = Source(self.genesis_id), new_codename()
            source.keys = derive_source_keys(codename, self.genesis_id)
            self.writers.append(Writer(number, kind, number in turns, source, codename))

    @property
    def data(self) -> Path:
        """The server's folder."""
        return self.folder / "data"

    def serve(self, day: int) -> None:
        """Start the server on a day."""
        listen = ("--listen", f"127.0.0.1:{self.server_port}")
        env = clock_at(day) | (faulty_server(self.folder) if self.faults else {})
        self.server = ServerProcess(self.data, *listen, env=env)

    def exchange(self, number: int, day: int) -> None:
        """Both vaults fetch, answer, and send what they have to say."""
        for recipient in random.sample((SEIZED, OTHER), 2):
            out = self.folder / f"to-{recipient}-{number}"
            succeed(
                "export", "--data", self.data, "--recipient", recipient, "--out", out,
                env=clock_at(day),
            )  # fmt: skip
            self.bundled[number, recipient] = list(read_export(out.read_bytes()).envelopes)
            self.office.bring(out, day=day, to=recipient)
            out.unlink()
            self._remember_secrets()
            self.answered[number, recipient] = self._answer(recipient, number, day)
        for recipient in random.sample((SEIZED, OTHER), 2):
            bundle = self.folder / f"from-{recipient}-{number}"
            self.office.carry(bundle, day, recipient)
            self.delivered[number, recipient] = _batches(bundle.read_bytes())
            succeed("import", "--data", self.data, bundle, env=clock_at(day))

    def _answer(self, recipient: str, number: int, day: int) -> dict[int, int]:
        """Answer each message of a round that can be read, up to three times, as it comes.

        How often altogether is not left to chance: batches that happened to be full of answers
        would leave next to no record that is none, and nothing to tell them from.
        """
        counts: dict[int, int] = {}
        mine = [one for one in self.messages if one.round == number and recipient in one.open_to]
        with self.office.opened(recipient) as vault:
            replies = ReplyWriter(vault, at(day))
            by_case = {
                case_of_thread(vault.db, one.writer.source.keys.thread_id): one for one in mine
            }
            often = random.sample([place % 4 for place in range(len(by_case))], len(by_case))
            in_order = sorted(by_case.items(), key=lambda entry: entry[0] or 0)
            for (case, message), count in zip(in_order, often, strict=True):
                assert case is not None
                counts[message.writer.number] = count
                for reply in range(count):
                    replies.reply(case, f"Answer {number}.{reply}", looked=True)
        return counts

    def _remember_secrets(self) -> None:
        with self.office.opened(SEIZED) as vault:
            known = {one.week for one in self.secrets}
            self.secrets += [
                IntakeSecret(one.week, one.key) for one in vault.secrets if one.week not in known
            ]

    # ---- Copies ------------------------------------------------------------------------------

    def copy(self, name: str) -> None:
        """Copy the server's folder as it is now, and read it."""
        so_far = [came.so_far() for came in self.arrivals]
        records = [one for batches in self.delivered.values() for batch in batches for one in batch]
        self.copies.append(read_copy(copied(self.server, name), so_far, records))

    async def _copy_at_times(self, number: int) -> None:
        for copy in range(COPIES_UNDER_LOAD):
            await asyncio.sleep(random.uniform(0.5, 4))
            await asyncio.to_thread(self.copy, f"round {number}, under load {copy}")

    async def _copy_while_growing(self, number: int) -> None:
        left = dict.fromkeys(("envelopes", "chunks"), COPIES_WHILE_GROWING)
        while True:
            await asyncio.sleep(0.05)
            for kind in left:
                if left[kind] and (self.data / f"{kind}.growing").exists():
                    left[kind] -= 1
                    name = f"round {number}, growing {kind} {left[kind]}"
                    await asyncio.to_thread(self.copy, name)
                    await asyncio.sleep(0.3)

    # ---- Sources -----------------------------------------------------------------------------

    async def round(self, number: int, day: int, kind: str) -> None:
        """Every source writes once."""
        self.directory, keys = await find_office(self.address, self.genesis_id, day)
        messages = [self._message(one, number, day, kind, keys) for one in self.writers]
        self.messages += messages
        turns = [one.sealed for one in messages if one.writer.in_turn]
        crowd = [one.sealed for one in messages if not one.writer.in_turn]
        stored = partial(self._stored, (day - DAY) // 7)
        growing = asyncio.create_task(self._copy_while_growing(number))
        await asyncio.gather(
            send_in_turn(self.address, turns, stored),
            send_crowd(self.address, crowd, stored),
            self._copy_at_times(number),
        )
        growing.cancel()
        self.copy(f"round {number}, just after")
        await asyncio.sleep(2.5)
        self.copy(f"round {number}, at rest")

    async def others_mail(self) -> None:
        """Let what nobody can open lie there, too."""
        bodies = [os.urandom(ENVELOPE_SIZE) for _ in range(OTHERS_MAIL)]
        items = [(hashlib.sha256(body).digest(), body) for body in bodies]
        await store_all(self.address, items, partial(self._stored, 0), 32)

    def _stored(self, week: int, key: bytes, body: bytes) -> None:
        self.arrivals[week].add(key, hashlib.sha256(body).digest(), body)

    def _message(
        self, writer: Writer, number: int, day: int, kind: str, keys: dict[KeyHash, bytes]
    ) -> Message:
        open_to: tuple[str, ...] = (writer.kind,)
        if writer.kind == BOTH:
            open_to = (OTHER, SEIZED) if number < 2 else (OTHER,)
        sizes: list[int] = random.choices(([], [200_000], [300_000]), (6, 9, 5))[0]
        files = [(f"file-{size}", os.urandom(size)) for size in sizes]
        text = f"{kind} of {writer.number}, {random.random()}"
        sealed = writer.source.message(
            self.directory, keys, text, kind=kind, files=files, recipients=open_to, day=day
        )
        return Message(writer, number, open_to, sealed)


def _batches(bundle: bytes) -> list[list[bytes]]:
    """The records of each batch of a bundle, in the order of their numbers."""
    _, items = read_bundle(io.BytesIO(bundle).read, OutboundHeader, None, None)
    statements = [
        parse_statement(StatementKind.BATCH, item)
        for item_type, item in items
        if item_type is ItemType.BATCH
    ]
    statements.sort(key=lambda one: one.number)
    return [list(parse_batch(one).records) for one in statements]
