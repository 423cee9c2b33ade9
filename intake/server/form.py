"""The plain form, for browsers without scripts: a sealed file in, a page out (SPEC 11.4).

All pages were written when the site was built; which of them is shown is all that is decided here.
No answer tells more than a PUT's would, and nothing of a form is stored but the sealed parts: not
the file's name, not its type.
"""

import asyncio
from http import HTTPStatus

from aiohttp import web

from intake.server import answers
from intake.server.admission import Admission
from intake.server.board import Board
from intake.server.config import Settings
from intake.server.denied import Denied
from intake.server.sealed_uploads import SealedUploads
from intake.server.site import Site
from intake.storage.kinds import Kind

NOT_SEALED = "not-sealed"


class Form:
    """Shows the form, and answers it."""

    def __init__(
        self,
        settings: Settings,
        admission: Admission,
        uploads: SealedUploads,
        board: Board,
        site: Site,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._uploads = uploads
        self._board = board
        self._site = site

    async def get(self, request: web.BaseRequest, language: str) -> web.Response:
        """Show the form, or why nothing is taken now: before anyone chooses a file."""
        closed = self._admission.reason(Kind.ENVELOPE)
        no_files = self._admission.reason(Kind.CHUNK)
        name = f"before-{closed}" if closed else "form-text-only" if no_files else "form"
        return await self._show(request, language, name, HTTPStatus.OK, "not-found")

    async def post(self, request: web.BaseRequest, language: str) -> web.Response:
        """Store a sealed file. Says "stored" only when all of it is durable."""
        try:
            await self._uploads.store(request)
        except Denied as denied:
            if denied.code != NOT_SEALED:
                await self._read_on(request)
            return await self._show(request, language, denied.code, denied.status, denied.code)
        return await self._show(request, language, "stored", HTTPStatus.OK, "")

    async def get_board(self, request: web.BaseRequest, language: str) -> web.StreamResponse:
        """Return the whole board, as a file to save."""
        try:
            return await self._board.get_file(request)
        except Denied as denied:
            return await self._show(request, language, denied.code, denied.status, denied.code)

    async def _show(
        self, request: web.BaseRequest, language: str, name: str, status: int, code: str
    ) -> web.Response:
        """Answer with a page; with the bare code where the site has no such page."""
        page = await self._site.show(request, language, name, status)
        if page is not None:
            return page
        return answers.error(status, code) if code else answers.stored()

    async def _read_on(self, request: web.BaseRequest) -> None:
        """Read what still comes, and drop it: a browser shows no answer before it has sent all.

        Only of what is a sealed file. Anything else may be plaintext, of which the less the better.
        """
        try:
            while not request.content.at_eof():
                async with asyncio.timeout(self._settings.idle_seconds):
                    await request.content.readany()
        except TimeoutError:
            return
