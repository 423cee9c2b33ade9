"""The static site: a fixed map of paths to bytes, read when the site was built, kept in memory.

No path of a request ever reaches the file system. A site is a folder of files, `x.gz` beside `x`
being the same compressed; `index.html` is served under its folder's path alone. `DATA/site` is a
link to the newest one; when it points elsewhere, the map is read again.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web

from intake.server import answers
from intake.server.denied import Denied

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
OTHER_TYPE: Final = "application/octet-stream"
INDEX: Final = "index.html"
NOT_FOUND: Final = "/404.html"
COMPRESSED: Final = ".gz"
ANSWERS: Final = "/answers/"
"""Pages that answer a form, and are shown for that alone."""


@dataclass(frozen=True)
class Page:
    """A file of the site, and the same compressed where that was made."""

    content_type: str
    plain: bytes
    compressed: bytes | None


def read_site(folder: Path) -> dict[str, Page]:
    """Every file of a built site by the path that it is served under."""
    pages = {}
    for file in sorted(folder.rglob("*")):
        if file.is_symlink() or not file.is_file() or file.suffix == COMPRESSED:
            continue
        beside = file.with_name(file.name + COMPRESSED)
        path = "/" + file.relative_to(folder).as_posix()
        pages[path.removesuffix(INDEX) if file.name == INDEX else path] = Page(
            TYPES.get(file.suffix, OTHER_TYPE),
            file.read_bytes(),
            beside.read_bytes() if beside.is_file() else None,
        )
    return pages


class Site:
    """Serves the site's newest generation."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._target: Path | None = None
        self._pages: dict[str, Page] = {}
        self._reading = asyncio.Lock()

    async def get(self, request: web.BaseRequest, path: str) -> web.Response:
        """Answer with a file of the site, or with the page that says that there is none."""
        pages = await self._newest()
        page = None if path.startswith(ANSWERS) else pages.get(path)
        if page is not None:
            return _answer(request, page, HTTPStatus.OK)
        missing = pages.get(NOT_FOUND)
        if missing is None:
            raise Denied(HTTPStatus.NOT_FOUND, "not-found")
        return _answer(request, missing, HTTPStatus.NOT_FOUND)

    async def show(
        self, request: web.BaseRequest, language: str, name: str, status: int
    ) -> web.Response | None:
        """Answer a form with a page in a language; None where the site has none of that name."""
        pages = await self._newest()
        page = pages.get(f"{ANSWERS}{language}/{name}.html")
        return None if page is None else _answer(request, page, status)

    async def _newest(self) -> dict[str, Page]:
        if _target(self._link) != self._target:
            async with self._reading:
                target = _target(self._link)
                if target is not None and target != self._target:
                    self._pages = await asyncio.to_thread(read_site, target)
                    self._target = target
        return self._pages


def _target(link: Path) -> Path | None:
    """Where the link points to; None before the first site was built."""
    try:
        return link.parent / link.readlink()
    except OSError:
        return None


def _answer(request: web.BaseRequest, page: Page, status: int) -> web.Response:
    return answers.encoded(request, page.content_type, page.plain, page.compressed, status)
