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

from caseworker.passphrases import Passphrase
from caseworker.vault.backup import reading_backup
from caseworker.vault.backup_file import (
    OpeningReader,
    SealingWriter,
    open_header,
    read_header,
    write_header,
)
from caseworker.vault.key_slots import SLOTS_FILE
from caseworker.vault.secrets_file import SECRETS_FILE
from intake.server import sealed_uploads
from intake.server.answers import Denied
from intake.server.config import Settings
from tests.fuzz.kept import without_stretching
from tests.fuzz.target import Target

_PASSPHRASE = Passphrase(b"of no importance here")
_PIECE = 64 * 1024
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
    with reading_backup(cast("OpeningReader", _Opened(data))) as files:
        for _name, content in files:
            while content.read(_PIECE):
                pass


def _archives() -> Iterator[bytes]:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in (SLOTS_FILE, SECRETS_FILE, "cases.db", f"chunks/aa/{'aa' * 32}.{'bb' * 32}"):
            member = tarfile.TarInfo(name)
            member.size = 100
            archive.addfile(member, io.BytesIO(bytes(100)))
    yield made.getvalue()


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
