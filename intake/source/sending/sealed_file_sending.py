"""A sealed file, wherever it was made, checked and sent as it is (SPEC 11.1)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crypto.envelope import envelope_address
from crypto.errors import Foreign, Malformed, Outdated, ProtocolError, Unauthentic
from crypto.names import Day, GenesisId
from crypto.puzzle import puzzle_header
from crypto.sealed_file import SealedChunk, SealedEnvelope, SealedFileHead, SealedFileReader
from ground.languages import gettext as _
from ground.shell.figures import long_date_text
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.person.upload_progress import ProgressInWords, Sent
from intake.source.reach.api import IN_FLIGHT, Api, ServerError
from intake.source.reach.line import Line
from intake.source.reach.office import Office
from intake.source.reach.pace import Pace

__all__ = ["check_sealed_file", "send_sealed_file"]


def check_sealed_file(path: Path, genesis_id: GenesisId) -> SealedFileHead:
    """Return the head of a file that is whole; Refusal, in words, for any other."""
    head: SealedFileHead | None = None
    for item in _items(path, genesis_id):
        if isinstance(item, SealedFileHead):
            head = item
    if head is None:
        raise Refusal(_("This is not a sealed file: {path}").format(path=foreign_path(path)))
    return head


async def send_sealed_file(
    path: Path, office: Office, api: Api, line: Line, progress: ProgressInWords
) -> None:
    """Send a file that was checked: its chunks, a few at once, then its envelope.

    Raises Refusal for what waiting cannot mend, and GaveUpError.
    """
    sent = Sent(0, 0)
    pace = Pace()
    room = asyncio.Semaphore(IN_FLIGHT)

    async def store(chunk: SealedChunk, last_day: Day) -> None:
        nonlocal sent
        try:
            await _store_chunk(chunk, last_day, api, line, pace)
        finally:
            room.release()
        sent = Sent(sent.chunks + 1, sent.of)
        progress.sent(sent)

    envelope: SealedEnvelope | None = None
    last_day = Day(0)
    try:
        async with asyncio.TaskGroup() as group:
            for item in _items(path, office.genesis_id):
                match item:
                    case SealedFileHead(_office, last_day, chunks):
                        sent = Sent(0, chunks)
                        progress.total(sent)
                    case SealedChunk():
                        await room.acquire()
                        group.create_task(store(item, last_day))
                    case SealedEnvelope():
                        envelope = item
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if envelope:
        progress.envelope()
        await _store_envelope(envelope, last_day, api, line, progress)


async def _store_chunk(chunk: SealedChunk, last_day: Day, api: Api, line: Line, pace: Pace) -> None:
    async def attempt() -> None:
        with _refused():
            async with pace.turn() as seconds:
                puzzle = puzzle_header(last_day, chunk.nonce)
                await api.put_chunk(chunk.id, chunk.chunk, puzzle, seconds)

    await line.carry(attempt)


async def _store_envelope(
    sealed: SealedEnvelope, last_day: Day, api: Api, line: Line, progress: ProgressInWords
) -> None:
    address = envelope_address(sealed.envelope)

    async def attempt() -> None:
        # Waiting for the line may take it past its last day.
        if today() > last_day:
            raise _past_its_last_day()
        with _refused(), progress.storing():
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
    shown = foreign_path(path)
    try:
        with path.open("rb") as file:
            reader = SealedFileReader(genesis_id, today())
            while reader.wants:
                yield reader.feed(file.read(reader.wants))
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
        _("This file cannot be sent today, {day}.").format(day=long_date_text(today())),
        _("Its last day is over, or a clock is wrong. Make a new one."),
    )
