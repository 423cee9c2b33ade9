"""`PUT /v1/envelopes/{address}`: a report or a follow-up; nobody here can tell which."""

import hashlib

from aiohttp import web

from crypto.days import week_of
from crypto.names import Address
from crypto.sizes import ENVELOPE_SIZE
from intake.clock import today
from intake.server import answers
from intake.server.admission import Admission
from intake.server.bodies import check_size, puzzle_of, read_body
from intake.server.config import Settings
from intake.server.denied import Denied
from intake.storage.kinds import Kind
from intake.storage.writer import Outcome, Writer


class Envelopes:
    """Takes envelopes in."""

    def __init__(self, settings: Settings, admission: Admission, writer: Writer) -> None:
        self._settings = settings
        self._admission = admission
        self._writer = writer

    async def put(self, request: web.BaseRequest, address_hex: str) -> web.Response:
        """Store 32,768 bytes whose SHA-256 is their address; 204 when they are durable."""
        address = Address(bytes.fromhex(address_hex))
        check_size(request, ENVELOPE_SIZE)
        with self._admission.entered(Kind.ENVELOPE, puzzle_of(request), address) as entry:
            body = await read_body(request, ENVELOPE_SIZE, self._settings)
            if hashlib.sha256(body).digest() != address:
                raise Denied(400, "wrong-hash")
            entry.is_new = await self._write(address, body)
        return answers.stored()

    async def store(self, puzzle: str, envelope: bytes) -> None:
        """Store what came in another way than by PUT, by the same rules; raises Denied."""
        address = Address(hashlib.sha256(envelope).digest())
        with self._admission.entered(Kind.ENVELOPE, puzzle, address) as entry:
            entry.is_new = await self._write(address, envelope)

    async def _write(self, address: bytes, envelope: bytes | bytearray) -> bool:
        week = week_of(today())
        outcome = await self._writer.store(Kind.ENVELOPE, address, address, envelope, week)
        if outcome is Outcome.NO_ROOM:
            raise Denied(503, self._admission.did_not_fit(Kind.ENVELOPE))
        return outcome is Outcome.DURABLE
