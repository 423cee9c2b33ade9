"""The wiring: which request goes where. What happens there is said there."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from intake.server import answers
from intake.server.admission import Admission
from intake.server.board import Board
from intake.server.chunks import Chunks
from intake.server.config import Settings
from intake.server.denied import Denied
from intake.server.directory_and_keys import DirectoryAndKeys
from intake.server.envelopes import Envelopes
from intake.server.form import Form
from intake.server.sealed_uploads import SealedUploads
from intake.server.served_office import ServedOffice
from intake.server.site import Site
from intake.server.status import Status
from intake.storage.folder import DataFolder
from intake.storage.reading import Reader
from intake.storage.writer import Writer

Handler = Callable[..., Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Parts:
    """What the resources are made from."""

    folder: DataFolder
    settings: Settings
    reader: Reader
    office: ServedOffice
    admission: Admission
    writer: Writer
    board: Board


def make_app(parts: Parts) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    """Return the function that answers every request."""
    directory = DirectoryAndKeys(parts.office)
    envelopes = Envelopes(parts.settings, parts.admission, parts.writer)
    chunks = Chunks(parts.settings, parts.admission, parts.writer)
    site = Site(parts.folder.site)
    board = parts.board
    uploads = SealedUploads(parts.settings, parts.office, parts.admission, chunks, envelopes)
    form = Form(parts.settings, parts.admission, uploads, board, site)
    routes: tuple[tuple[str, re.Pattern[str], Handler], ...] = (
        ("GET", re.compile(r"/v1/directory"), directory.get),
        ("GET", re.compile(r"/v1/directory-file"), directory.get_file),
        ("GET", re.compile(r"/v1/forms/([0-9a-f]{64})"), directory.get_form),
        ("GET", re.compile(r"/v1/keys/([0-9a-f]{64})"), directory.get_key),
        ("GET", re.compile(r"/v1/status"), Status(parts.admission).get),
        ("PUT", re.compile(r"/v1/envelopes/([0-9a-f]{64})"), envelopes.put),
        ("PUT", re.compile(r"/v1/chunks/([0-9a-f]{64})"), chunks.put),
        ("GET", re.compile(r"/v1/board"), board.get_list),
        ("GET", re.compile(r"/v1/board/([0-9a-f]{64})"), board.get_volume),
        ("GET", re.compile(r"/v1/form/([a-z-]{2,16})"), form.get),
        ("POST", re.compile(r"/v1/form/([a-z-]{2,16})"), form.post),
        ("GET", re.compile(r"/v1/form/([a-z-]{2,16})/board"), form.get_board),
        ("GET", re.compile(r"(/(?!v1/).*)"), site.get),
    )

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            handler, arguments = _find(routes, request)
            return await handler(request, *arguments)
        except Denied as denied:
            return answers.error(denied.status, denied.code)

    return answer


def _find(routes: Any, request: web.BaseRequest) -> tuple[Handler, tuple[str, ...]]:
    """Return the handler for a path exactly as it was sent: nothing is decoded or mended."""
    path = request.raw_path.partition("?")[0]
    method = "GET" if request.method == "HEAD" else request.method
    exists = False
    for its_method, pattern, handler in routes:
        match = pattern.fullmatch(path)
        if match is not None:
            if its_method == method:
                return handler, match.groups()
            exists = True
    raise Denied(405, "method-not-allowed") if exists else Denied(404, "not-found")
