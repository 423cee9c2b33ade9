"""What the server sees of a visit: the same bytes whoever comes, whatever is found (SPEC 11.5).

Recorded on the line: of each request all that comes before its body, in the order in which the
server got them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from crypto.codename import codename_words, new_codename
from crypto.word_lists import word_list
from tests.browser.bad_line import BadLine, Faults, bad_line
from tests.browser.driver import SAFER, Browser, needs
from tests.browser.visitor import PATIENCE, Visitor
from tests.offices.answered_pages import fetched, put_on_board
from tests.offices.practice_pages import PracticePages, practice_pages
from tests.offices.source_client import free_port, replies_to

pytestmark = pytest.mark.browser

BROWSERS = [
    "chrome",
    pytest.param("firefox", marks=[needs("firefox"), pytest.mark.long]),
    pytest.param("safer", marks=[needs("firefox"), pytest.mark.long]),
]
# A browser asks for it when it likes, and once a window.
ICON = b"GET /icon.png "


@dataclass(frozen=True)
class Place:
    """An office behind a line that is listened to, and a browser."""

    pages: PracticePages
    line: BadLine
    browser: Browser
    folder: Path

    def visited(self, visit: Callable[[Visitor], None]) -> list[bytes]:
        """The requests of a visit in a private window of its own."""
        page = self.browser.open()
        before = len(self.line.heads)
        visit(Visitor(page, self.pages.address))
        page.wait_idle()
        page.close()
        return [head for head in self.line.heads[before:] if not head.startswith(ICON)]

    def report(self, text: str, leave_out: str = "") -> list[str]:
        """Report; returns the codename."""
        page = self.browser.open()
        words = Visitor(page, self.pages.address).report(
            text, leave_out=[leave_out] * (leave_out != "")
        )
        page.close()
        return words


@pytest.fixture(scope="module", params=BROWSERS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("visits")
    port, server_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    kind: Literal["chrome", "firefox"] = "chrome" if request.param == "chrome" else "firefox"
    preferences = SAFER if request.param == "safer" else None
    with (
        practice_pages(folder, port=server_port, address=address, issued_ago=14) as pages,
        bad_line(port, server_port, Faults()) as line,
        Browser(kind=kind, preferences=preferences) as browser,
    ):
        yield Place(pages, line, browser, folder)


def test_a_visit_is_the_same_with_and_without_a_codename_with_and_without_news(
    place: Place,
) -> None:
    everybodys = place.report("To everybody.")
    left_out = place.report("Not to the board.", leave_out="Board")
    opened = {one.payload.text: one for one in fetched(place.pages, place.folder)}
    for number, one in enumerate(opened.values()):
        records = replies_to(place.pages.office, one, f"In answer to: {one.payload.text}")
        put_on_board(place.pages, place.folder, records, number=number + 1, weeks_ago=number)
    nobodys = codename_words(new_codename(), word_list("english"))

    def without(visitor: Visitor) -> None:
        visitor.open_replies()

    def without_news(visitor: Visitor) -> None:
        _look(visitor, nobodys, "No reply yet, or a word is wrong")

    def with_news(visitor: Visitor) -> None:
        _look(visitor, everybodys, "In answer to: To everybody.")

    def with_news_and_a_left_out_recipient(visitor: Visitor) -> None:
        _look(visitor, left_out, "In answer to: Not to the board.")

    first = place.visited(without)
    # The page, its program and style, and of what SPEC 11.5 lists: words, directory, status, form,
    # two keys, the list and two volumes.
    assert len(first) == 3 + 9
    for visit in (without, without_news, with_news, with_news_and_a_left_out_recipient):
        assert place.visited(visit) == first


def test_a_report_is_sent_the_same_way_whoever_is_left_out(place: Place) -> None:
    def to(*leave_out: str) -> Callable[[Visitor], None]:
        def visit(visitor: Visitor) -> None:
            visitor.report("What happened.", leave_out=leave_out)

        return visit

    first = place.visited(to())
    assert sum(head.startswith(b"PUT ") for head in first) == 1
    for leave_out in ("Board", "Main"):
        assert _without_address(place.visited(to(leave_out))) == _without_address(first)


def test_what_is_sent_comes_after_all_of_the_board(place: Place) -> None:
    put_on_board(place.pages, place.folder, [], recipient_id="board")
    place.line.spoil(Faults(hold_path="/v1/board/"))
    page = place.browser.open()
    before = len(place.line.heads)
    visitor = Visitor(page, place.pages.address)
    visitor.open_report()
    visitor.write("Written faster than the board comes.")
    visitor.send()
    page.wait_text("Loading the reply board", seconds=PATIENCE)
    assert not any(head.startswith(b"PUT ") for head in place.line.heads[before:])
    place.line.release()
    visitor.keep_codename()
    asked = [head.split(b" ")[1] for head in place.line.heads[before:]]
    assert asked[-1].startswith(b"/v1/envelopes/")
    assert [path for path in asked if path.startswith(b"/v1/board")][-1] == asked[-2]
    page.close()


def _look(visitor: Visitor, words: list[str], said: str) -> None:
    visitor.open_replies()
    visitor.type_codename(" ".join(words))
    visitor.page.wait_text(said, seconds=PATIENCE)


def _without_address(heads: list[bytes]) -> list[bytes]:
    return [re.sub(rb"[0-9a-f]{64}", b"ADDRESS", head, count=1) for head in heads]
