"""Readers of what is carried in whole files: a vault's backup, and the form of a browser."""

import asyncio
import io
import tarfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import cast

from aiohttp import MultipartReader, StreamReader, web
from aiohttp.base_protocol import BaseProtocol

from caseworker.backup.archive import reading_backup
from caseworker.backup.sealed_stream import (
    OpeningReader,
    SealingWriter,
    open_header,
    read_header,
    write_header,
)
from caseworker.vault.key_slots import SLOTS_FILE
from caseworker.vault.secrets_file import SECRETS_FILE
from ground.shell.passphrases import Passphrase
from intake.server import sealed_uploads
from intake.server.config import Settings
from intake.server.denied import Denied
from tests.fuzz.kept import without_stretching
from tests.fuzz.target import Target

_PASSPHRASE = Passphrase(b"of no importance here")
_PIECE = 64 * 1024
_BLOCK = tarfile.BLOCKSIZE
_CHUNK = f"chunks/aa/{'aa' * 32}.{'bb' * 32}"
_BOUNDARY = "----WebKitFormBoundary"


# ---- a backup ------------------------------------------------------------------------------------


def _backup_file(data: bytes) -> None:
    file = io.BytesIO(data)
    OpeningReader(file, open_header(read_header(file), _PASSPHRASE)).drain()


class _Opened(io.BytesIO):
    """What the right key opens: whoever has the passphrase may have put it there."""

    def drain(self) -> None:
        self.seek(0, io.SEEK_END)


def _backup_archive(data: bytes) -> None:
    with reading_backup(cast("OpeningReader", _Opened(_with_sums(data)))) as files:
        for _name, content in files:
            while content.read(_PIECE):
                pass


def _with_sums(data: bytes) -> bytes:
    """Return an archive with each header's sum as it should be, else little would be read."""
    whole = bytearray(data)
    for at in range(0, len(whole) - _BLOCK + 1, _BLOCK):
        if whole[at + 257 : at + 262] == b"ustar":
            whole[at + 148 : at + 156] = b" " * 8
            whole[at + 148 : at + 156] = b"%06o\0 " % sum(whole[at : at + _BLOCK])
    return bytes(whole)


def _archive(kind: int, *last: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=kind) as archive:
        for name in (SLOTS_FILE, SECRETS_FILE, "cases.db", _CHUNK):
            member = tarfile.TarInfo(name)
            member.size = 100
            archive.addfile(member, io.BytesIO(bytes(100)))
        for member in last:
            archive.addfile(member)
    return made.getvalue()


def _archives() -> Iterator[bytes]:
    """Yield one that is taken, and some with what tar knows besides."""
    yield _archive(tarfile.GNU_FORMAT)
    yield _archive(tarfile.GNU_FORMAT, tarfile.TarInfo("a long name" * 20))
    for headers in (
        {"path": "another", "size": "5", "mtime": "1.5", "hdrcharset": "BINARY"},
        {"GNU.sparse.map": "0,1,5,2", "GNU.sparse.size": "100"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "100"},
        {"GNU.sparse.offset": "1", "GNU.sparse.numbytes": "1"},
    ):
        member = tarfile.TarInfo(_CHUNK)
        member.pax_headers = headers
        yield _archive(tarfile.PAX_FORMAT, member)
    sparse = tarfile.TarInfo(_CHUNK)
    sparse.type = tarfile.GNUTYPE_SPARSE
    yield _archive(tarfile.GNU_FORMAT, sparse)


def _backups() -> Iterator[bytes]:
    made = io.BytesIO()
    with without_stretching():
        writer = SealingWriter(made, write_header(made, _PASSPHRASE))
    writer.write(next(_archives()))
    writer.end()
    yield made.getvalue()


# ---- a form --------------------------------------------------------------------------------------


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@dataclass(frozen=True)
class _Request:
    """As much of a request as the reader of its form looks at."""

    body: StreamReader

    async def multipart(self) -> MultipartReader:
        headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
        return MultipartReader(headers, self.body)


def _form_file(data: bytes) -> None:
    """Read the file of a form, as the parts of a sealed file are read from it."""

    async def read() -> None:
        body = StreamReader(BaseProtocol(_loop()), 2**16, loop=_loop())
        body.feed_data(data)
        body.feed_eof()
        field = sealed_uploads._Field(cast("web.BaseRequest", _Request(body)), Settings())
        while await field.read(100):
            pass

    with warnings.catch_warnings():
        # As in the server, which prints none: they quote what was sent.
        warnings.simplefilter("ignore")
        _loop().run_until_complete(read())


def _forms() -> Iterator[bytes]:
    yield (
        f"--{_BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="file"; filename="report.fidelio"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n{'x' * 300}\r\n--{_BOUNDARY}--\r\n"
    ).encode()


CARRIED = (
    Target("backup_file", _backup_file, 300_000, examples=_backups),
    Target("backup_archive", _backup_archive, 20_000, examples=_archives),
    Target("form_file", _form_file, 2048, refusals=(Denied,), examples=_forms),
)
