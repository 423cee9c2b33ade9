"""A sealed file in a form: read part by part, stored as it comes, by the rules of every PUT.

The envelope comes last in such a file and is stored last. What lies in the storage afterwards is
what PUTs of the same chunks and envelope would have left there.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from crypto.errors import Foreign, Malformed, Outdated, Unauthentic
from crypto.puzzle import puzzle_header
from crypto.sealed_file import (
    SealedChunk,
    SealedEnvelope,
    SealedFileHead,
    SealedFileReader,
    sealed_file_size,
)
from intake.clock import today
from intake.server.admission import Admission, Reason
from intake.server.chunks import Chunks
from intake.server.config import Settings
from intake.server.denied import Denied
from intake.server.envelopes import Envelopes
from intake.server.served_office import ServedOffice
from intake.storage.kinds import Kind

FIELD = "file"
"""The name of the one field of the form."""

_PIECE = 64 * 1024
# What a browser puts around the file: a boundary of 70, names, a media type.
_AROUND_MAX = 8 * 1024


class SealedUploads:
    """Takes sealed files in. Raises Denied, with the codes of the pages that say why."""

    def __init__(
        self,
        settings: Settings,
        office: ServedOffice,
        admission: Admission,
        chunks: Chunks,
        envelopes: Envelopes,
    ) -> None:
        self._settings = settings
        self._office = office
        self._admission = admission
        self._chunks = chunks
        self._envelopes = envelopes

    async def store(self, request: web.BaseRequest) -> None:
        """Store the file of a form; returns when all of it is durable."""
        in_force = self._office.in_force()
        reason = self._admission.reason(Kind.ENVELOPE)
        if in_force is None or reason is not None:
            raise Denied(HTTPStatus.SERVICE_UNAVAILABLE, reason or Reason.NO_DIRECTORY)
        max_chunks = in_force.directory.policy.max_chunks
        _check_size(request, sealed_file_size(max_chunks) + _AROUND_MAX)
        reader = SealedFileReader(in_force.directory.genesis_id, today())
        try:
            file = _Field(request, self._settings)
            await self._store(reader, file, max_chunks)
        except Malformed:
            raise Denied(400, "damaged" if reader.head else "not-sealed") from None
        except Unauthentic:
            raise Denied(400, "damaged") from None
        except Foreign:
            raise Denied(400, "other-office") from None
        except Outdated:
            raise Denied(400, "expired") from None
        except TimeoutError:
            raise Denied(HTTPStatus.REQUEST_TIMEOUT, "too-slow") from None

    async def _store(self, reader: SealedFileReader, file: "_Field", max_chunks: int) -> None:
        head: SealedFileHead | None = None
        while reader.wants:
            async with self._room(reader.head):
                match reader.feed(await file.read(reader.wants)):
                    case SealedFileHead() as head:
                        self._check_head(head, max_chunks)
                    case SealedChunk(id=chunk_id, nonce=nonce, chunk=chunk) if head:
                        puzzle = puzzle_header(head.last_day, nonce)
                        await self._chunks.store(chunk_id, puzzle, chunk)
                    case SealedEnvelope(nonce=nonce, envelope=envelope) if head:
                        # A slow upload may have taken it past its last day.
                        if today() > head.last_day:
                            raise Outdated("past its last day")
                        await self._envelopes.store(puzzle_header(head.last_day, nonce), envelope)

    @asynccontextmanager
    async def _room(self, head: SealedFileHead | None) -> AsyncIterator[None]:
        """Wait for room in memory before a part that may be a chunk is read."""
        if head is None or not head.chunks:
            yield
            return
        async with self._chunks.uploads:
            yield

    def _check_head(self, head: SealedFileHead, max_chunks: int) -> None:
        if head.chunks > max_chunks:
            raise Denied(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large")
        reason = self._admission.reason(Kind.CHUNK)
        if head.chunks and reason is not None:
            raise Denied(HTTPStatus.SERVICE_UNAVAILABLE, reason)


class _Field:
    """The file of a form, from its first byte to its last."""

    def __init__(self, request: web.BaseRequest, settings: Settings) -> None:
        self._request = request
        self._settings = settings
        self._part: BodyPartReader | None = None
        self._buffer = bytearray()

    async def read(self, size: int) -> bytearray:
        """Return exactly the next `size` bytes, fewer at the end; TimeoutError for a slow client.

        Raises Denied where the form holds no file.
        """
        async with asyncio.timeout(self._settings.upload_seconds):
            try:
                part = self._part or await self._first_part()
                while len(self._buffer) < size:
                    async with asyncio.timeout(self._settings.idle_seconds):
                        piece = await part.read_chunk(_PIECE)
                    if not piece:
                        break
                    self._buffer += piece
            except (AssertionError, BadHttpMessage, RuntimeError, ValueError):
                # However aiohttp says that this is no form that it can read.
                raise Denied(400, "no-file") from None
        part_read, self._buffer = self._buffer[:size], self._buffer[size:]
        return part_read

    async def _first_part(self) -> BodyPartReader:
        async with asyncio.timeout(self._settings.idle_seconds):
            part = await (await self._request.multipart()).next()
        if not isinstance(part, BodyPartReader) or part.name != FIELD or not part.filename:
            raise Denied(400, "no-file")
        self._part = part
        return part


def _check_size(request: web.BaseRequest, largest: int) -> None:
    size = request.content_length
    if size is None:
        raise Denied(HTTPStatus.LENGTH_REQUIRED, "no-file")
    if size > largest:
        raise Denied(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large")
