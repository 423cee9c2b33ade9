"""`GET /v1/board/{bits}/{value}`: one bucket of the reply board, whole, to anyone."""

import random
from typing import Final
from weakref import WeakValueDictionary

from aiohttp import web

from intake.server.answers import BINARY, Denied
from intake.server.served_office import ServedOffice
from intake.storage.reading import Reader

_PIECE: Final = 64 * 1024


class _Bucket:
    """The records of a bucket, one after another."""

    __slots__ = ("__weakref__", "records")

    def __init__(self, records: bytes) -> None:
        self.records = records


class Buckets:
    """Serves buckets. Visitors who load one at the same time share one copy of it.

    None stays for later: it would come faster, and so tell that somebody had asked for it.
    """

    def __init__(self, office: ServedOffice, reader: Reader) -> None:
        self._office = office
        self._reader = reader
        self._under_way: WeakValueDictionary[tuple[bytes | None, int, int], _Bucket] = (
            WeakValueDictionary()
        )

    async def get(
        self, request: web.BaseRequest, bits_text: str, value_text: str, *, file_name: str = ""
    ) -> web.StreamResponse:
        """Return the live records of a bucket, one after another, in random order.

        `file_name` is the name under which a browser saves it where it is to be a file.
        """
        bits, value = int(bits_text), int(value_text)
        in_force = self._office.in_force()
        if in_force is None or bits != in_force.directory.bucket_bits or value >= 1 << bits:
            raise Denied(404, "not-found")
        return await _send(request, await self._bucket(bits, value), file_name)

    async def _bucket(self, bits: int, value: int) -> _Bucket:
        name = (self._office.edition(), bits, value)
        found = self._under_way.get(name)
        if found is None:
            records = await self._reader.bucket(bits, value)
            random.SystemRandom().shuffle(records)
            found = self._under_way[name] = _Bucket(b"".join(records))
        return found


async def _send(request: web.BaseRequest, bucket: _Bucket, file_name: str) -> web.StreamResponse:
    """In pieces, waiting for the client, so that slow ones hold no copies of their own."""
    body = bucket.records
    response = web.StreamResponse()
    if file_name:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.content_type = BINARY
    response.content_length = len(body)
    await response.prepare(request)
    if request.method != "HEAD":
        view = memoryview(body)
        for start in range(0, len(body), _PIECE):
            await response.write(view[start : start + _PIECE])
    await response.write_eof()
    return response
