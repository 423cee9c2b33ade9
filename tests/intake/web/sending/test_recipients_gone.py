"""A recipient who reads no more when the page sends: it stops, names who is gone, and asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.driver import Browser
from tests.browser.visitor import Visitor
from tests.offices.practice_pages import PracticePages, practice_pages
from tests.offices.server_process import succeed
from tests.offices.signed_office import read_export
from tests.offices.source_client import open_message, today

pytestmark = pytest.mark.browser

# The server refuses the first chunk, so that the page looks at the office again.
REFUSED_ONCE = """{
    const real = fetch;
    let refused = false;
    globalThis.fetch = async (path, options) => {
        if (refused || options?.method !== "PUT") return real(path, options);
        refused = true;
        return new Response('{"error": "malformed"}', { status: 400 });
    };
}"""


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[PracticePages]:
    with practice_pages(tmp_path) as served:
        yield served


def board_leaves(pages: PracticePages, folder: Path) -> None:
    """The office's next directory has its board no more."""
    bundle = folder / "next.bundle"
    bundle.write_bytes(pages.office.without("board").outbound("main", today(), card=None))
    succeed("import", "--data", pages.server.data, bundle)


def export(pages: PracticePages, folder: Path) -> list[bytes]:
    out = folder / "export"
    succeed("export", "--data", pages.server.data, "--recipient", "main", "--out", out)
    return list(read_export(out.read_bytes()).envelopes)


def stopped(visitor: Visitor, pages: PracticePages, folder: Path) -> None:
    """A report to both, sent until the page asks."""
    visitor.open_report()
    photo = folder / "photo.jpg"
    photo.write_bytes(b"x" * 300_000)
    visitor.write("They took it.", [photo])
    board_leaves(pages, folder)
    visitor.send()
    visitor.page.click(role="button", name="Try again")
    visitor.page.wait_text("These no longer read messages")
    said = visitor.page.text("#page")
    assert "for them too: Board" in said
    assert "for these alone: Main" in said


def test_the_page_sends_to_the_rest_when_the_person_says_so(
    pages: PracticePages, tmp_path: Path
) -> None:
    with Browser() as browser:
        visitor = Visitor(browser.open(script=REFUSED_ONCE), pages.address)
        stopped(visitor, pages, tmp_path)
        visitor.page.click(role="button", name="Send it to these alone")
        visitor.keep_codename()
    (envelope,) = export(pages, tmp_path)
    payload = open_message(pages.office, envelope).payload
    assert payload.text == "They took it."
    assert [recipient.id for recipient in payload.recipients] == ["main"]


def test_the_page_sends_nothing_and_keeps_what_was_written_when_the_person_goes_back(
    pages: PracticePages, tmp_path: Path
) -> None:
    with Browser() as browser:
        visitor = Visitor(browser.open(script=REFUSED_ONCE), pages.address)
        stopped(visitor, pages, tmp_path)
        visitor.page.click(role="button", name="Back to what you wrote")
        visitor.page.wait_for(".answers")
        assert "They took it." in visitor.page.text(".answers")
        assert not [one for one in visitor.page.traffic() if one.method == "PUT"]
    assert export(pages, tmp_path) == []
