"""The pages in a real browser: what they say before, while and instead of sending."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crypto.codename import codename_words, new_codename
from crypto.directory import read_directory
from crypto.names import Day
from crypto.word_lists import word_list
from ground.languages import LANGUAGES
from tests.browser.driver import Browser, Page
from tests.browser.visitor import SCREENS
from tests.offices.practice_pages import PracticePages, answer_all_questions, practice_pages

pytestmark = pytest.mark.browser

FIRST_LOAD_MAX = 60_000
CONTACT = "1 Practice Street"
DAY = Day(int(time.time() // 86_400))
CODES = tuple(language.code for language in LANGUAGES)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticePages]:
    with practice_pages(tmp_path_factory.mktemp("pages")) as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.open()
    yield opened
    opened.close()


def _refused(page: Page, url: str) -> str:
    """What a page says that refuses before anything can be typed."""
    page.goto(url)
    if not url.endswith("replies/"):
        page.click("#page .main")
        # The first screen has digits, and no other one before the questions.
        page.wait_for("#page:not(:has(.digits)) .buttons")
    page.wait_for("#page .buttons")
    said = page.text("body")
    assert page.texts("textarea") == []
    assert CONTACT in said
    return said


def _status_script(envelopes: str, chunks: str) -> str:
    """Answer for the server, whose limits would take gigabytes to reach."""
    return f"""{{
        const real = fetch;
        globalThis.fetch = async (path, options) => path !== "/v1/status" ? real(path, options)
            : new Response(JSON.stringify({{
                day: Math.floor(Date.now() / 86400000), envelopes: {envelopes}, chunks: {chunks},
            }}));
    }}"""


@pytest.mark.parametrize("language", CODES)
def test_the_first_load_of_the_report_page_is_small(
    page: Page, pages: PracticePages, language: str
) -> None:
    page.goto(f"{pages.address}/{language}/")
    page.wait_for("#page .main")
    page.wait_idle()
    traffic = page.traffic()
    paths = [urlsplit(exchange.url).path for exchange in traffic]
    assert not any("replies" in path or "words" in path for path in paths)
    assert all(exchange.encoding == "gzip" for exchange in traffic[:3])
    size = sum(exchange.body for exchange in traffic)
    print(f"first load of the report page, {language}: {size} bytes")
    assert size <= FIRST_LOAD_MAX


def test_each_step_says_which_of_how_many_it_is(page: Page, pages: PracticePages) -> None:
    total = len(SCREENS) + 1
    page.goto(pages.address + "/en/")
    page.click(role="button", name="Start the report")
    for step, screen in enumerate(SCREENS, 1):
        page.wait_for("#" + screen)
        assert page.texts("#step") == [f"Step {step} of {total}"]
        if screen == "text":
            page.fill("#text", "something")
        page.click("form .main")
    page.wait_for(".answers")
    assert page.texts("#step") == [f"Step {total} of {total}"]
    # The heading takes the focus, and this is read with it.
    described = "document.activeElement.getAttribute('aria-describedby')"
    assert page.evaluate(described) == "step"
    assert page.axe() == []


def test_the_first_screen_asks_the_server_for_nothing(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.wait_for(role="button", name="Start the report")
    page.wait_idle()
    assert not any("/v1/" in exchange.url for exchange in page.traffic())


def test_nothing_is_loaded_from_elsewhere_or_left_on_the_device(
    page: Page, pages: PracticePages
) -> None:
    """Finding: Hush Line, private keys in localStorage."""
    page.goto(pages.address + "/en/replies/")
    page.wait_for("#codename")
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    assert {f"http://{urlsplit(entry.url).netloc}" for entry in page.traffic()} == {pages.address}
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert page.problems() == []


@pytest.mark.parametrize("path", ["/en/", "/en/replies/"])
def test_a_visit_asks_in_the_order_of_the_spec_before_anything_is_typed(
    page: Page, pages: PracticePages, path: str
) -> None:
    page.goto(pages.address + path)
    if path == "/en/":
        page.wait_for("#page .main")
        page.forget_traffic()
        page.click("#page .main")
    page.wait_for("textarea")
    page.wait_idle()
    asked = [urlsplit(exchange.url).path for exchange in page.traffic()]
    asked = [one for one in asked if one.startswith(("/words-", "/v1/"))]
    directory = read_directory(pages.office.document(), pages.office.genesis_id)
    keys = [
        next(key.hash.hex() for key in one.keys if key.week == DAY // 7)
        for one in directory.recipients
    ]
    assert asked[0].startswith("/words-")
    assert asked[1:] == [
        "/v1/directory",
        "/v1/status",
        f"/v1/forms/{directory.form.hex()}",
        *(f"/v1/keys/{key}" for key in keys),
        "/v1/board",
    ]


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("width", [320, 1280])
def test_every_screen_of_a_report_is_accessible_and_fits(
    page: Page, pages: PracticePages, language: str, width: int
) -> None:
    page.viewport(width)
    page.goto(f"{pages.address}/{language}/")
    page.wait_for("#page .main")

    def looks_well() -> None:
        assert page.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    looks_well()
    page.click("#page .main")
    for screen in SCREENS:
        page.wait_for("#" + screen)
        looks_well()
        if screen == "text":
            page.click("form .main")
            page.wait_for(".summary")
            looks_well()
            page.fill("#text", "words " * 200)
        page.click("form .main")
    page.wait_for(".answers")
    looks_well()


def test_the_first_screen_says_who_asks_and_what_is_not_protected(
    page: Page, pages: PracticePages
) -> None:
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    said = page.text()
    assert "Office of Practice" in said
    assert "You are not using Tor" in said
    assert "employer" in said
    assert CONTACT in said
    digits = page.text(".digits")
    assert len([sign for sign in digits if sign.isdigit()]) == 80
    assert page.title() == "Information"


@pytest.mark.parametrize("days", [-10, -3.1, 3.1])
def test_a_wrong_clock_is_named_before_typing(
    browser: Browser, pages: PracticePages, days: float
) -> None:
    page = browser.open(days_off=days)
    said = _refused(page, pages.address + "/en/")
    assert "clock of this device is wrong" in said
    page.close()


@pytest.mark.parametrize("path", ["/en/", "/en/replies/"])
def test_another_address_is_refused_and_the_right_ones_named(
    page: Page, pages: PracticePages, path: str
) -> None:
    said = _refused(page, pages.address.replace("127.0.0.1", "localhost") + path)
    assert "not one of the office’s addresses" in said
    assert pages.address in said


def test_an_expired_directory_is_refused_with_its_contacts(
    browser: Browser, tmp_path: Path
) -> None:
    with practice_pages(tmp_path, issued_ago=20) as pages:
        page = browser.open(days_off=1)
        said = _refused(page, pages.address + "/en/")
        assert "keys have run out" in said
        page.close()


def test_another_offices_directory_is_refused(
    browser: Browser, pages: PracticePages, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as other:
        site = other.server.data / "site"
        site.unlink()
        site.symlink_to((pages.server.data / "site").resolve())
        page = browser.open()
        said = _refused(page, other.address + "/en/")
        assert "Do not use this page" in said
        page.close()


def test_a_server_that_takes_nothing_says_why_before_typing(
    browser: Browser, pages: PracticePages
) -> None:
    closed = '{"open": false, "reason": "day-budget"}'
    page = browser.open(script=_status_script(closed, closed))
    said = _refused(page, pages.address + "/en/")
    assert "opens again tomorrow" in said
    page.goto(pages.address + "/en/replies/")
    page.wait_for("#codename")
    page.close()


def test_while_files_are_refused_the_page_says_so_and_holds_the_text_to_what_fits(
    browser: Browser, pages: PracticePages
) -> None:
    script = _status_script('{"open": true}', '{"open": false, "reason": "disk"}')
    page = browser.open(script=script)
    page.goto(pages.address + "/en/")
    page.click("#page .main")
    page.wait_for("#text")
    assert "takes no files at the moment" in page.text()
    page.fill("#text", "Ж" * 10_001)
    page.click("form .main")
    assert "too long" in page.text(".summary")
    page.fill("#text", "Ж" * 10_000)
    for screen in ("q-who", "q-when", "q-how", "q-evidence"):
        page.click("form .main")
        page.wait_for("#" + screen)
    assert page.texts("#files") == []
    page.close()


def test_a_silent_server_is_said_to_be_silent(browser: Browser, pages: PracticePages) -> None:
    gone = "globalThis.fetch = () => Promise.reject(new TypeError('no answer'));"
    page = browser.open(script=gone)
    said = _refused(page, pages.address + "/ru/")
    assert "Сервер не отвечает" in said
    page.close()


def test_without_javascript_the_page_says_why_and_names_other_ways(
    page: Page, pages: PracticePages
) -> None:
    page.scripts(False)
    page.goto(pages.address + "/en/")
    said = page.text("body")
    assert "It is switched off here." in said
    assert "Go on without JavaScript" in said
    assert CONTACT in said


def test_going_back_loses_nothing(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.click("#page .main")
    page.fill("#text", "what happened")
    page.click("form .main")
    page.fill("#q-who", "somebody")
    page.back()
    page.wait_for("#text")
    assert page.evaluate("document.querySelector('#text').value") == "what happened"
    page.click(role="button", name="Back")
    page.wait_for(role="button", name="Start the report")
    page.click("#page .main")
    page.click("form .main")
    page.wait_for("#q-who")
    assert page.evaluate("document.querySelector('#q-who').value") == "somebody"


def test_a_report_can_be_started_with_the_keyboard_alone(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    while page.evaluate("document.activeElement.className") != "main":
        page.press("Tab")
    page.press("Enter")
    page.wait_for("#text")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.press("Tab")
    page.type("by keyboard")
    page.press("Tab")
    page.press("Enter")
    page.wait_for("#q-who")


def test_an_error_takes_the_focus_and_leads_to_its_field(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.click("#page .main")
    page.click("form .main")
    page.wait_for(".summary")
    assert page.evaluate("document.activeElement.className") == "summary"
    page.click(".summary a")
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


@pytest.mark.parametrize("field", ["text", "q-who"])
def test_a_codename_is_caught_before_it_is_sent(
    page: Page, pages: PracticePages, field: str
) -> None:
    words = " ".join(codename_words(new_codename(), word_list("english")))
    page.goto(pages.address + "/en/")
    page.click("#page .main")
    page.fill("#text", "something")
    if field != "text":
        page.click("form .main")
    page.fill("#" + field, f"they know {words.upper()} of me")
    page.click("form .main")
    assert "are a codename" in page.text(".summary")


def test_a_codename_typed_before_going_back_is_caught_at_the_end(
    page: Page, pages: PracticePages
) -> None:
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    answer_all_questions(page, "something")
    page.click(role="button", name="Change: Who is involved?")
    page.fill("#q-who", " ".join(codename_words(new_codename(), word_list("english"))))
    page.click(role="button", name="Back")
    page.wait_for(".answers")
    page.click("form .main")
    assert "are a codename" in page.text(".summary")
    assert not any(exchange.method == "PUT" for exchange in page.traffic())


def test_at_least_one_recipient_must_remain(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    answer_all_questions(page, "something")
    page.click(role="button", name="Change: Who can read it?")
    page.click(role="checkbox", name="Board")
    page.click(role="checkbox", name="Main")
    page.click("form .main")
    assert "at least one" in page.text(".summary")


def test_one_key_empties_the_page_and_leaves_it(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.click("#page .main")
    page.fill("#text", "what nobody may see")
    page.press("Escape")
    while page.url() != "about:blank":
        time.sleep(0.05)
    page.back()
    page.wait_for(role="button", name="Start the report")
    page.click("#page .main")
    page.wait_for("#text")
    assert page.evaluate("document.querySelector('#text').value") == ""
    assert page.problems() == []


def test_leaving_by_accident_is_asked_about(page: Page, pages: PracticePages) -> None:
    page.goto(pages.address + "/en/")
    page.click("#page .main")
    page.fill("#text", "unsent")
    page.goto("about:blank")
    assert page.problems() == ["dialog: beforeunload"]


def test_sending_goes_on_by_itself_when_the_server_was_away(
    browser: Browser, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(os.urandom(3_000_000))
    with practice_pages(tmp_path) as pages:
        page = browser.open()
        page.goto(pages.address + "/en/")
        page.wait_for("#page .main")
        answer_all_questions(page, "kept", [photo])
        pages.server.kill()
        page.click("form .main")
        page.wait_text("sending goes on by itself. The next try")
        assert page.texts(".codename") == []
        pages.server.restart()
        page.wait_for(".codename", seconds=120)
        assert len(page.texts(".codename li")) == 8
        page.close()


def test_sending_can_be_stopped_and_nothing_typed_is_lost(browser: Browser, tmp_path: Path) -> None:
    with practice_pages(tmp_path) as pages:
        page = browser.open()
        page.goto(pages.address + "/en/")
        page.wait_for("#page .main")
        answer_all_questions(page, "kept all the same")
        pages.server.kill()
        page.click("form .main")
        page.wait_text("The next try")
        page.click(role="button", name="Stop and go back")
        page.wait_for(".answers")
        assert "kept all the same" in page.text()
        page.close()


def test_the_codename_comes_when_all_is_stored_and_two_of_its_words_are_asked_back(
    page: Page, pages: PracticePages
) -> None:
    page.goto(pages.address + "/ru/")
    page.wait_for("#page .main")
    answer_all_questions(page, "Что-то случилось. " * 2000)
    page.click("form .main")
    page.wait_for(".codename")
    puts = [exchange for exchange in page.traffic() if exchange.method == "PUT"]
    assert [urlsplit(put.url).path.split("/")[2] for put in puts] == ["chunks", "envelopes"]
    assert {put.status for put in puts} == {204}
    words = page.texts(".codename li")
    assert all(word in word_list("russian") for word in words)
    page.click(role="button", name="Слова записаны")
    page.wait_for("input.word")
    assert not set(words) & set(page.text().split())
    asked = page.evaluate("[...document.querySelectorAll('input.word')].map((field) => field.id)")
    assert len(asked) == 2
    page.fill("#" + asked[0], "другое")
    page.click("form .main")
    page.wait_for(".summary")
    for field in asked:
        page.fill("#" + field, words[int(field.removeprefix("word-")) - 1].upper())
    page.click("form .main")
    page.wait_text("Что будет дальше")
    page.goto("about:blank")
    assert page.problems() == []


def test_what_the_server_refuses_for_good_stops_and_can_be_tried_again(
    browser: Browser, pages: PracticePages
) -> None:
    script = """{
        const real = fetch;
        globalThis.fetch = async (path, options) => globalThis.refuses && options.method === "PUT"
            ? new Response('{"error": "wrong-hash"}', { status: 400 }) : real(path, options);
        globalThis.refuses = true;
    }"""
    page = browser.open(script=script)
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    answer_all_questions(page, "kept")
    page.click("form .main")
    page.wait_text("Sending has stopped")
    assert page.texts(".codename") == []
    page.evaluate("void (globalThis.refuses = false)")
    page.click(role="button", name="Try again")
    page.wait_for(".codename")
    page.close()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abandon ability able", "not eight words"),
        (
            "abandon ability able qqqqq above absent absorb abstract",
            "Word 4, “qqqqq”, is not in the list",
        ),
        ("abandon " * 8, "One of these words is wrong"),
    ],
)
def test_what_is_no_codename_is_said_without_asking_the_server(
    page: Page, pages: PracticePages, typed: str, said: str
) -> None:
    page.goto(pages.address + "/en/replies/")
    page.wait_for("#codename")
    page.forget_traffic()
    page.fill("#codename", typed)
    page.click("form .main")
    assert said in page.text(".summary")
    assert page.traffic() == []


def test_without_a_reply_the_page_says_that_a_word_may_be_wrong_and_preselects_nobody(
    page: Page, pages: PracticePages
) -> None:
    page.goto(pages.address + "/en/replies/")
    words = codename_words(new_codename(), word_list("english"))
    page.fill("#codename", " ".join(words))
    page.click("form .main")
    page.wait_text("No reply yet, or a word is wrong")
    page.click(role="button", name="Write a follow-up")
    page.fill("#text", "more")
    page.click("form .main")
    page.wait_for("#recipients")
    assert page.evaluate("document.querySelectorAll('#recipients :checked').length") == 0
    page.click("form .main")
    assert "Tick at least one" in page.text(".summary")
    page.click(role="checkbox", name="Main")
    page.click("form .main")
    page.wait_text("Your follow-up is stored")


def test_a_file_that_changes_after_it_was_chosen_stops_the_sending_and_is_named(
    page: Page, pages: PracticePages, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_bytes(b"as chosen")
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    answer_all_questions(page, "with notes", [notes])
    notes.write_bytes(b"changed since")
    os.utime(notes, (1, 1))
    page.click("form .main")
    page.wait_text("Sending has stopped")
    assert "notes.txt" in page.text()
    page.click(role="button", name="Back to what you wrote")
    page.wait_for(".answers")
