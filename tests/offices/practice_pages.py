"""The pages of a practice office in a browser: its address is known before its server starts.

For tests that drive a browser; sources on the command line are `source_client`.

with practice_pages(folder) as pages: page.goto(pages.address + "/en/")
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto.days import later
from tests.browser.driver import Page
from tests.browser.visitor import FILES, SCREENS
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, serving
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import free_port, today

__all__ = ["PracticePages", "answer_all_questions", "practice_pages"]


@dataclass(frozen=True)
class PracticePages:
    """An office, its running server and the origin of its pages."""

    office: PracticeOffice
    server: ServerProcess
    address: str


@contextmanager
def practice_pages(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    address: str = "",
    issued_ago: int = 0,
    **changes: Any,
) -> Iterator[PracticePages]:
    """Serve a new office at `host`, its directory issued so many days ago.

    `address` is where sources find it, unless they come straight to its port.
    """
    day = today()
    port = port or free_port()
    address = address or f"http://{host}:{port}"
    office = PracticeOffice.create(later(day, -issued_ago), address=address, **changes)
    data = first_import(office, folder / "data", day)
    with serving(data, "--listen", f"127.0.0.1:{port}") as server:
        yield PracticePages(office, server, address)


def answer_all_questions(page: Page, text: str, files: Sequence[Path] = ()) -> None:
    """Go from the first screen of a report to its summary, with a text and files."""
    page.click("#page .main")
    page.fill("#text", text)
    for screen in SCREENS[1:]:
        page.click("form .main")
        page.wait_for("#" + screen)
        if screen == FILES and files:
            page.upload("#files", files)
            page.wait_for(".files li")
    page.click("form .main")
    page.wait_for(".answers")
