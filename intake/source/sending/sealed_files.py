"""Sealed files on this device: written from a plan, and sent as they are (SPEC 11.1)."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crypto.envelope import SealTo, envelope_address, seal_envelope
from crypto.errors import Foreign, Malformed, Outdated, ProtocolError, Unauthentic
from crypto.lifetimes import DAYS_A_WEEK
from crypto.names import Address, ChunkId, GenesisId
from crypto.puzzle import PUZZLE_CHUNK, PUZZLE_ENVELOPE, puzzle_header, puzzle_nonce, solve_puzzle
from crypto.sealed_file import (
    SealedChunk,
    SealedEnvelope,
    SealedFileHead,
    SealedFileReader,
    SealedFileWriter,
    last_day_of,
)
from crypto.sizes import PUZZLE_NONCE_SIZE
from crypto.source_keys import SourceKeys
from intake.errors import Refusal
from intake.source.durable import new_file
from intake.source.message.outgoing import ChangedError
from intake.source.message.plan import Plan
from intake.source.person.show import Sent, Show
from intake.source.reach.api import IN_FLIGHT, Api, ServerError
from intake.source.reach.line import Line
from intake.source.reach.office import Office, today
from intake.source.reach.pace import Pace
from intake.source.speech import gettext as _
from intake.source.speech import printable, written_day

__all__ = ["check_new", "check_sealed_file", "send_sealed_file", "write_sealed_file"]


def check_new(path: Path) -> None:
    """Return if a file can be made here, else Refusal: before anything is typed."""
    if path.exists():
        raise _exists(path)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise Refusal(
            _("No file can be written to {path}.").format(path=printable(str(path.parent))),
            _("Choose a folder that is there and open to you."),
        )


def write_sealed_file(
    path: Path, plan: Plan, source: SourceKeys, office: Office, show: Show
) -> SealedFileHead:
    """Seal a plan into a new file, durably; Refusal, and no file, where that fails."""
    try:
        with new_file(path) as file:
            return _write(file, plan, source, office, show)
    except FileExistsError:
        raise _exists(path) from None
    except ChangedError:
        raise Refusal(
            _("A file has changed while it was being sealed."),
            _("Nothing was written. Try again with copies that nobody writes to."),
        ) from None
    finally:
        show.clear()


def _write(
    file: BinaryIO, plan: Plan, source: SourceKeys, office: Office, show: Show
) -> SealedFileHead:
    if today() // DAYS_A_WEEK != office.week:
        raise Refusal(
            _("The office's keys have run out meanwhile. Nothing was written."),
            _("Begin again."),
        )
    policy, genesis_id = office.directory.policy, office.genesis_id
    last_day = last_day_of(office.week * DAYS_A_WEEK)
    files = plan.files()
    chunks = sum(one.snapshot.chunks for one in files)
    head = SealedFileHead(genesis_id, last_day, chunks)
    writer = SealedFileWriter(head)

    def nonce(kind: int, name: Address | ChunkId, bits: int) -> bytes:
        if not bits:
            return bytes(PUZZLE_NONCE_SIZE)
        header = solve_puzzle(
            genesis_id, kind, name, bits, last_day, lambda tried: show.working(tried, 1 << bits)
        )
        return puzzle_nonce(header)

    file.write(writer.begin())
    done = 0
    for one in files:
        for index in range(one.snapshot.chunks):
            chunk_id, chunk = one.sealed(index)
            solved = nonce(PUZZLE_CHUNK, chunk_id, policy.puzzle_chunk)
            file.write(writer.chunk(chunk_id, nonce=solved, chunk=chunk))
            done += 1
            show.sealing(Sent(done, chunks))
    message = plan.message(office.directory, today())
    recipients = [SealTo(one, office.keys[one]) for one in plan.draft.recipient_ids]
    envelope = seal_envelope(message, source, recipients)
    solved = nonce(PUZZLE_ENVELOPE, envelope_address(envelope), policy.puzzle_envelope)
    file.write(writer.end(nonce=solved, envelope=envelope))
    return head


def check_sealed_file(path: Path, genesis_id: GenesisId) -> SealedFileHead:
    """Return the head of a file that is whole; Refusal, in words, for any other."""
    head: SealedFileHead | None = None
    for item in _items(path, genesis_id):
        if isinstance(item, SealedFileHead):
            head = item
    if head is None:
        raise Refusal(_("This is not a sealed file: {path}").format(path=printable(str(path))))
    return head


async def send_sealed_file(path: Path, office: Office, api: Api, line: Line, show: Show) -> None:
    """Send a file that was checked: its chunks, a few at once, then its envelope.

    Raises Refusal for what waiting cannot mend, and GaveUpError.
    """
    sent = Sent(0, 0)
    pace = Pace()
    room = asyncio.Semaphore(IN_FLIGHT)

    async def store(chunk: SealedChunk, last_day: int) -> None:
        nonlocal sent
        try:
            await _store_chunk(chunk, last_day, api, line, pace)
        finally:
            room.release()
        sent = Sent(sent.chunks + 1, sent.of)
        show.sent(sent)

    envelope: SealedEnvelope | None = None
    last_day = 0
    try:
        async with asyncio.TaskGroup() as group:
            for item in _items(path, office.genesis_id):
                match item:
                    case SealedFileHead(_office, last_day, chunks):
                        sent = Sent(0, chunks)
                        show.total(sent)
                    case SealedChunk():
                        await room.acquire()
                        group.create_task(store(item, last_day))
                    case SealedEnvelope():
                        envelope = item
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if envelope:
        show.envelope()
        await _store_envelope(envelope, last_day, api, line, show)


async def _store_chunk(chunk: SealedChunk, last_day: int, api: Api, line: Line, pace: Pace) -> None:
    async def attempt() -> None:
        with _refused():
            async with pace.turn() as seconds:
                puzzle = puzzle_header(last_day, chunk.nonce)
                await api.put_chunk(chunk.id, chunk.chunk, puzzle, seconds)

    await line.carry(attempt)


async def _store_envelope(
    sealed: SealedEnvelope, last_day: int, api: Api, line: Line, show: Show
) -> None:
    address = envelope_address(sealed.envelope)

    async def attempt() -> None:
        # Waiting for the line may take it past its last day.
        if today() > last_day:
            raise _past_its_last_day()
        with _refused(), show.storing():
            await api.put_envelope(address, sealed.envelope, puzzle_header(last_day, sealed.nonce))

    await line.carry(attempt)


@contextmanager
def _refused() -> Iterator[None]:
    """Say in words what waiting cannot mend."""
    try:
        yield
    except ServerError as error:
        if error.passes:
            raise
        if error.code == "puzzle":
            message = _("The office asks for more work against floods than when this was made.")
        elif error.code == "other-bytes":
            message = _("The server holds something else under a number of this file.")
        else:
            message = _("The server refuses what this program sends.")
        raise Refusal(
            message, _("The message is not stored. Make a new sealed file with newer keys.")
        ) from None


def _items(
    path: Path, genesis_id: GenesisId
) -> Iterator[SealedFileHead | SealedChunk | SealedEnvelope]:
    shown = printable(str(path))
    try:
        with path.open("rb") as file:
            reader = SealedFileReader(genesis_id, today())
            while reader.wants:
                yield reader.take(file.read(reader.wants))
    except OSError:
        raise Refusal(
            _("The file cannot be read: {path}").format(path=shown), _("Nothing was sent.")
        ) from None
    except Outdated:
        raise _past_its_last_day() from None
    except Foreign:
        raise Refusal(
            _("This file is for another office: {path}").format(path=shown),
            _("Nothing was sent. Give the address of the office it was made for."),
        ) from None
    except Malformed:
        raise Refusal(
            _("This is not a sealed file, or its end is missing: {path}").format(path=shown),
            _("Copy it once more from where it was made. The message is not stored."),
        ) from None
    except (Unauthentic, ProtocolError):
        raise Refusal(
            _("This file is damaged: {path}").format(path=shown),
            _("Copy it once more from where it was made. The message is not stored."),
        ) from None


def _past_its_last_day() -> Refusal:
    return Refusal(
        _("This file cannot be sent today, {day}.").format(day=written_day(today())),
        _("Its last day is over, or a clock is wrong. Make a new one."),
    )


def _exists(path: Path) -> Refusal:
    return Refusal(
        _("There is a file of this name already: {path}").format(path=printable(str(path))),
        _("Choose another name: nothing is ever written over."),
    )
