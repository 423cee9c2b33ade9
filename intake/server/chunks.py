"""`PUT /v1/chunks/{id}`: a piece of somebody's file, or of nothing."""

import asyncio
import hashlib

from aiohttp import web

from crypto.days import week_of
from crypto.names import ChunkId
from crypto.sizes import CHUNK_SIZE
from intake.clock import today
from intake.server import answers
from intake.server.admission import Admission
from intake.server.bodies import check_size, puzzle_of, read_body
from intake.server.config import Settings
from intake.server.denied import Denied
from intake.storage.kinds import Kind
from intake.storage.writer import Outcome, Writer


class Chunks:
    """Takes chunks in, so many at a time."""

    def __init__(self, settings: Settings, admission: Admission, writer: Writer) -> None:
        self._settings = settings
        self._admission = admission
        self._writer = writer
        # Whoever reads a chunk holds one of these while it is in memory.
        self.uploads = asyncio.Semaphore(settings.chunk_uploads)

    async def put(self, request: web.BaseRequest, id_hex: str) -> web.Response:
        """Store 262,144 bytes under their id; 204 when they are durable, 409 for other bytes."""
        chunk_id = ChunkId(bytes.fromhex(id_hex))
        check_size(request, CHUNK_SIZE)
        with self._admission.entered(Kind.CHUNK, puzzle_of(request), chunk_id) as entry:
            async with self.uploads:
                body = await read_body(request, CHUNK_SIZE, self._settings)
                entry.is_new = await self._write(chunk_id, body)
        return answers.stored()

    async def store(self, chunk_id: ChunkId, puzzle: str, chunk: bytes) -> None:
        """Store what came in another way than by PUT, by the same rules; raises Denied."""
        with self._admission.entered(Kind.CHUNK, puzzle, chunk_id) as entry:
            entry.is_new = await self._write(chunk_id, chunk)

    async def _write(self, chunk_id: bytes, chunk: bytes | bytearray) -> bool:
        digest, week = hashlib.sha256(chunk).digest(), week_of(today())
        outcome = await self._writer.store(Kind.CHUNK, chunk_id, digest, chunk, week)
        if outcome is Outcome.NO_ROOM:
            raise Denied(503, self._admission.did_not_fit(Kind.CHUNK))
        if outcome is Outcome.OTHER_BYTES:
            raise Denied(409, "other-bytes")
        return outcome is Outcome.DURABLE
