"""What goes wrong at the pages: said in the reader's language, before typing where that can be,
and nothing is changed by it.
"""

import hashlib
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.codename import Codename, codename_words, new_codename
from crypto.sizes import ENVELOPE_SIZE
from crypto.word_lists import word_list
from ground.languages import LANGUAGES
from tests.browser.driver import Browser, Page
from tests.browser.visitor import Visitor
from tests.offices.practice_pages import PracticePages, practice_pages
from tests.offices.server_process import succeed, wait_until
from tests.offices.signed_office import PracticeOffice, ReadExport, read_export
from tests.offices.source_client import file_bytes, open_message

pytestmark = pytest.mark.browser

CODES = tuple(language.code for language in LANGUAGES)
EVERY_PAGE = [(language, path) for language in CODES for path in ("", "replies/")]
BOTH = pytest.mark.parametrize("language", CODES)
BOTH_PAGES = pytest.mark.parametrize("path", ["", "replies/"])
CONTACT = "1 Practice Street"
ROOM_FOR_ONE = "envelope_quota = 1\n"
NO_ROOM_FOR_FILES = "chunk_quota = 0\n"
CANNOT_ENCRYPT = (
    "This browser could not encrypt your message. Close other tabs and try again, or use another"
    " browser."
)
NO_ROOM = "The server has no room left. It opens again when the office has fetched what is there."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticePages]:
    with practice_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@dataclass(frozen=True)
class Refused:
    """What a page says that lets nobody type."""

    visitor: Visitor
    said: str

    def says(self, english: str) -> bool:
        """Whether it says this in its visitor's language."""
        return self.visitor.says(english) in self.said


def _refused(page: Page, address: str, language: str, path: str = "") -> Refused:
    """Open a page and check that it asks for nothing and names the other ways."""
    visitor = Visitor(page, address, language)
    if path:
        page.goto(f"{address}/{language}/{path}")
    else:
        # The first screen asks the server for nothing, so it knows nothing of it.
        visitor.open_report()
        page.click(role="button", name=visitor.says("Start the report"))
    page.wait_for("#page .buttons")
    page.wait_text(visitor.says("Nothing was sent."))
    said = page.text("body")
    assert page.texts("textarea, input") == []
    assert CONTACT in said
    assert not any(exchange.method == "PUT" for exchange in page.traffic())
    return Refused(visitor, said)


def _set(pages: PracticePages, settings: str) -> None:
    """Start the server again with other settings."""
    pages.server.stop()
    (pages.server.data / "intake.toml").write_text(settings)
    pages.server.restart()


def _take_the_room(pages: PracticePages) -> None:
    """Store an envelope of nothing."""
    body = os.urandom(ENVELOPE_SIZE)
    path = f"/v1/envelopes/{hashlib.sha256(body).hexdigest()}"
    request = urllib.request.Request(pages.address + path, data=body, method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def _export(pages: PracticePages, folder: Path) -> ReadExport:
    out = folder / f"export-{os.urandom(4).hex()}"
    succeed("export", "--data", pages.server.data, "--recipient", "main", "--out", out)
    return read_export(out.read_bytes())


def _only_message(office: PracticeOffice, export: ReadExport) -> tuple[str, list[bytes]]:
    """The text and the files of the one report that a server holds."""
    (envelope,) = export.envelopes
    payload = open_message(office, envelope).payload
    return payload.text, [file_bytes(one, export.chunks) for one in payload.attachments]


# ---- known before anything is typed --------------------------------------------------------------


@BOTH
@BOTH_PAGES
def test_a_wrong_clock_is_named(
    browser: Browser, pages: PracticePages, language: str, path: str
) -> None:
    page = browser.open(days_off=-5)
    refused = _refused(page, pages.address, language, path)
    assert refused.says("The clock of this device is wrong")
    page.close()


@BOTH
@BOTH_PAGES
def test_another_address_is_named_with_the_right_ones(
    browser: Browser, pages: PracticePages, language: str, path: str
) -> None:
    page = browser.open()
    other = pages.address.replace("127.0.0.1", "localhost")
    refused = _refused(page, other, language, path)
    assert refused.says("This is not one of the office’s addresses")
    assert pages.address in refused.said
    page.close()


def test_an_expired_directory_still_names_the_other_ways(browser: Browser, tmp_path: Path) -> None:
    with practice_pages(tmp_path, issued_ago=20) as pages:
        page = browser.open(days_off=1)
        for language, path in EVERY_PAGE:
            refused = _refused(page, pages.address, language, path)
            assert refused.says("The office’s keys have run out")
        page.close()


def test_the_directory_of_another_office_is_refused(
    browser: Browser, pages: PracticePages, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as other:
        site = other.server.data / "site"
        site.unlink()
        site.symlink_to((pages.server.data / "site").resolve())
        page = browser.open()
        for language, path in EVERY_PAGE:
            assert _refused(page, other.address, language, path).says("Do not use this page")
        page.close()


def test_a_server_without_room_says_so_before_anything_is_typed(
    browser: Browser, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as pages:
        _set(pages, ROOM_FOR_ONE)
        _take_the_room(pages)
        page = browser.open()
        for language in CODES:
            refused = _refused(page, pages.address, language)
            assert refused.says("This office cannot take reports now")
            assert refused.says(NO_ROOM)
        page.close()


def test_a_server_without_room_for_files_says_so_and_takes_a_text(
    browser: Browser, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as pages:
        _set(pages, NO_ROOM_FOR_FILES)
        page = browser.open()
        visitor = Visitor(page, pages.address, "en")
        visitor.open_report()
        visitor.write("a text alone", no_files=True)
        visitor.send()
        visitor.keep_codename()
        assert _only_message(pages.office, _export(pages, tmp_path)) == ("a text alone", [])
        page.close()


# ---- while typing --------------------------------------------------------------------------------


@BOTH
def test_a_wrong_codename_is_told_apart_by_what_to_do(
    browser: Browser, pages: PracticePages, language: str
) -> None:
    page = browser.open()
    visitor = Visitor(page, pages.address, language)
    visitor.open_replies()
    before = len(page.traffic())

    def is_told(typed: str, english: str, **values: object) -> None:
        visitor.type_codename(typed)
        assert visitor.says(english, **values) in page.text(".summary")
        assert page.evaluate("document.querySelector('#codename').value") == typed

    # Whichever language the words are of, and the page.
    for each in map(word_list, (one.words for one in LANGUAGES)):
        words = codename_words(new_codename(), each)
        is_told(
            " ".join([*words[:4], "zzzzzz", *words[5:]]),
            "Word {n}, “{word}”, is not in the list. Look at your paper.",
            n=5,
            word="zzzzzz",
        )
        page.click(".summary a")
        assert page.evaluate("getSelection().toString()") == "zzzzzz"
        is_told(
            " ".join(words[:7]),
            "These are not eight words. Type all eight, with spaces between them.",
        )
        is_told(
            " ".join(_failing_check(each)),
            "One of these words is wrong, or they are in the wrong order. Compare each with your"
            " paper.",
        )
    assert len(page.traffic()) == before
    assert page.problems() == []
    page.close()


@BOTH
def test_a_codename_that_nobody_was_given_is_not_taken_for_an_unanswered_one(
    browser: Browser, pages: PracticePages, language: str
) -> None:
    page = browser.open()
    visitor = Visitor(page, pages.address, language)
    visitor.open_replies()
    visitor.type_codename(" ".join(codename_words(new_codename(), visitor.words())))
    page.wait_text(visitor.says("No reply yet, or a word is wrong"), seconds=120)
    page.close()


@BOTH
def test_a_codename_in_a_follow_up_is_caught(
    browser: Browser, pages: PracticePages, language: str
) -> None:
    page = browser.open()
    visitor = Visitor(page, pages.address, language)
    words = " ".join(codename_words(new_codename(), visitor.words()))
    visitor.open_replies()
    visitor.type_codename(words)
    page.click(role="button", name=visitor.says("Write a follow-up"), seconds=120)
    page.fill("#text", f"1) {words.title()}.")
    page.click(role="button", name=visitor.says("Continue"))
    caught = visitor.says(
        "This text contains eight words that are a codename. Take them out: a codename must never"
        " be sent to anyone, not even to the office."
    )
    assert caught in page.text(".summary")
    assert not any(exchange.method == "PUT" for exchange in page.traffic())
    page.close()


# ---- while sending -------------------------------------------------------------------------------


def test_a_server_killed_in_the_middle_gets_the_whole_report_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(4_000_000))
    with practice_pages(tmp_path) as pages:
        page = browser.open()
        visitor = Visitor(page, pages.address, "ru")
        visitor.open_report()
        visitor.write("Слово в слово.", [film])
        page.slow_line(500_000)
        visitor.send()
        wait_until(lambda: _stored(page) >= 2, seconds=120)
        pages.server.kill()
        page.slow_line(0)
        page.wait_text(visitor.says("The server does not answer."))
        assert 2 <= _stored(page) < 16
        assert page.texts(".codename") == []
        pages.server.restart()
        visitor.keep_codename()
        assert _only_message(pages.office, _export(pages, tmp_path)) == (
            "Слово в слово.",
            [film.read_bytes()],
        )
        page.close()


def test_a_server_that_fills_up_meanwhile_loses_nothing_that_was_typed(
    browser: Browser, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(os.urandom(300_000))
    with practice_pages(tmp_path) as pages:
        page = browser.open()
        visitor = Visitor(page, pages.address, "en")
        visitor.open_report()
        visitor.write("typed before", [photo])
        _set(pages, NO_ROOM_FOR_FILES)
        visitor.send()
        page.wait_text(visitor.says(NO_ROOM), seconds=120)
        assert _export(pages, tmp_path).envelopes == ()
        page.click(role="button", name=visitor.says("Stop and go back"))
        page.wait_for(".answers")
        assert "typed before" in page.text(".answers")
        assert "photo.jpg" in page.text(".answers")
        _set(pages, "")
        visitor.send()
        visitor.keep_codename()
        assert _only_message(pages.office, _export(pages, tmp_path)) == (
            "typed before",
            [photo.read_bytes()],
        )
        page.close()


def _losing_the_first_answer(instead: str) -> str:
    """The server stores the first envelope; the page gets to know something else."""
    return f"""{{
        const real = fetch;
        let lost = false;
        globalThis.fetch = async (path, options) => {{
            const answer = await real(path, options);
            if (lost || !path.startsWith("/v1/envelopes/")) return answer;
            lost = true;
            {instead};
        }};
    }}"""


@pytest.mark.parametrize(
    ("instead", "told", "again"),
    [
        ("throw new TypeError()", "The server does not answer.", "Stop and go back"),
        (
            "return new Response('', {status: 400})",
            "The office may have this message already. A new try sends the very same one.",
            "Try again",
        ),
    ],
)
def test_a_new_try_of_what_may_be_stored_sends_the_same_bytes(
    browser: Browser, pages: PracticePages, tmp_path: Path, instead: str, told: str, again: str
) -> None:
    before = set(_export(pages, tmp_path).envelopes)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(os.urandom(300_000))
    page = browser.open(script=_losing_the_first_answer(instead))
    visitor = Visitor(page, pages.address, "en")
    visitor.open_report()
    visitor.write("sent twice", [photo])
    visitor.send()
    page.wait_text(told, seconds=120)
    page.click(role="button", name=again)
    if again != "Try again":
        visitor.send()
    visitor.keep_codename()
    export = _export(pages, tmp_path)
    (envelope,) = set(export.envelopes) - before
    payload = open_message(pages.office, envelope).payload
    assert [file_bytes(one, export.chunks) for one in payload.attachments] == [photo.read_bytes()]
    page.close()


def test_what_was_changed_after_it_may_have_been_stored_is_another_message(
    browser: Browser, pages: PracticePages, tmp_path: Path
) -> None:
    before = set(_export(pages, tmp_path).envelopes)
    page = browser.open(script=_losing_the_first_answer("throw new TypeError()"))
    visitor = Visitor(page, pages.address, "en")
    visitor.open_report()
    visitor.write("sent first")
    visitor.send()
    page.wait_text("The server does not answer.", seconds=120)
    page.click(role="button", name="Stop and go back")
    page.click(role="button", name="Change: What happened?")
    page.fill("#text", "sent second")
    page.click("form .main")
    visitor.send()
    visitor.keep_codename()
    sent = set(_export(pages, tmp_path).envelopes) - before
    payloads = [open_message(pages.office, envelope).payload for envelope in sent]
    assert {payload.text for payload in payloads} == {"sent first", "sent second"}
    assert len({payload.message_id for payload in payloads}) == 2
    page.close()


@BOTH
@pytest.mark.parametrize(
    "broken",
    [
        "crypto.subtle.encrypt = () => Promise.reject(new DOMException('', 'OperationError'))",
        "crypto.getRandomValues = () => { throw new DOMException('', 'QuotaExceededError') }",
    ],
    ids=["cipher", "chance"],
)
def test_where_encryption_fails_nothing_is_sent_in_another_way(
    browser: Browser, pages: PracticePages, tmp_path: Path, language: str, broken: str
) -> None:
    """Finding: Hush Line, V-002 unsafe fallback when encryption failed."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(os.urandom(300_000))
    page = browser.open()
    visitor = Visitor(page, pages.address, language)
    visitor.open_report()
    visitor.write("never in the clear", [photo])
    before = page.traffic()
    page.evaluate(f"void ({broken})")
    visitor.send()
    page.wait_text(visitor.says("Sending has stopped"), seconds=120)
    said = page.text()
    assert visitor.says(CANNOT_ENCRYPT) in said
    assert (
        visitor.says("The office has received nothing yet. What you wrote is still here.") in said
    )
    assert [one.method for one in page.traffic()[len(before) :] if one.method != "GET"] == []
    page.close()


def _stored(page: Page) -> int:
    """How many chunks the server has said to have."""
    return sum(one.method == "PUT" and one.status == 204 for one in page.traffic())


def _failing_check(words: tuple[str, ...]) -> list[str]:
    """Eight words that are no codename: the last one, which holds the check, is another."""
    right = codename_words(Codename(bytes(10)), words)
    return [*right[:7], words[words.index(right[7]) ^ 1]]
