"""The screens that follow the questions: for those who see badly, use keys alone, or must leave."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ground.languages import LANGUAGES
from tests.browser.driver import Browser, Page
from tests.browser.visitor import SCREENS, Visitor
from tests.offices.desk import Desk
from tests.offices.server_process import wait_until
from tests.offices.source_client import free_port

pytestmark = pytest.mark.browser

NARROW = 320
TABS_MAX = 40


@dataclass(frozen=True)
class Place:
    """An office with its server and a browser."""

    desk: Desk
    address: str
    browser: Browser

    def visitor(self, language: str) -> Visitor:
        """Somebody with a small window of their own."""
        page = self.browser.open()
        page.viewport(NARROW)
        return Visitor(page, self.address, language)

    def answer_all(self) -> None:
        """Let the office read and answer whatever came."""
        self.desk.fetch("oversight")
        for case in self.desk.cases("oversight"):
            self.desk.reply("oversight", case["case"], "We have read it.\nWe look into it.")
        self.desk.deliver("oversight")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    desk = Desk.create(tmp_path_factory.mktemp("screens"), [address])
    with desk.serving("--listen", f"127.0.0.1:{port}"), Browser() as browser:
        yield Place(desk, address, browser)


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
def test_every_screen_after_the_questions_is_accessible_and_fits(
    place: Place, language: str
) -> None:
    visitor = place.visitor(language)
    page = visitor.page
    visitor.open_report()
    visitor.write("What happened.")
    page.offline(True)
    visitor.send()
    page.wait_text(visitor.says("The server does not answer."), seconds=120)
    _looks_well(page)
    page.offline(False)
    page.click(role="button", name=visitor.says("Try now"))
    page.wait_for(".codename", seconds=120)
    _looks_well(page)
    words = page.texts(".codename li")
    page.click(role="button", name=visitor.says("I have written them down"))
    page.wait_for("input.word")
    _looks_well(page)
    page.fill("input.word", "-")
    page.click(role="button", name=visitor.says("Check"))
    page.wait_for(".summary")
    _looks_well(page)
    page.click(role="button", name=visitor.says("See the words again"))
    assert visitor.keep_codename() == words
    _looks_well(page)

    place.answer_all()
    visitor.open_replies()
    _looks_well(page)
    visitor.type_codename("-")
    page.wait_for(".summary")
    _looks_well(page)
    assert visitor.read_replies(" ".join(words))[0].text == "We have read it.\nWe look into it."
    _looks_well(page)
    page.click(role="button", name=visitor.says("Write a follow-up"))
    page.fill("#text", "More.")
    _looks_well(page)
    page.click(role="button", name=visitor.says("Continue"))
    page.wait_for("#recipients")
    _looks_well(page)
    visitor.send()
    page.wait_text(visitor.says("Your follow-up is stored"))
    _looks_well(page)
    page.close()


def test_a_report_needs_no_mouse(place: Place) -> None:
    visitor = place.visitor("en")
    page = visitor.page
    visitor.open_report()
    _press_at(page, visitor.says("Start the report"), "Enter")
    for screen in SCREENS:
        page.wait_for("#" + screen)
        # Each screen hands the focus to its heading, so the first stop is its first field.
        page.press("Tab")
        if screen == "recipients":
            page.press(" ")
            assert page.evaluate("document.activeElement.checked") is True
        else:
            assert page.evaluate("document.activeElement.id") == screen
            page.type(f"answer to {screen}")
        _press_at(page, visitor.says("Continue"), "Enter")
    page.wait_for(".answers")
    _press_at(page, visitor.says("Encrypt and send"), " ")
    page.wait_for(".codename", seconds=120)
    words = page.texts(".codename li")
    _press_at(page, visitor.says("I have written them down"), "Enter")
    page.wait_for("input.word")
    for field in page.evaluate(
        "[...document.querySelectorAll('input.word')].map((field) => field.id)"
    ):
        page.press("Tab")
        assert page.evaluate("document.activeElement.id") == field
        page.type(words[int(field.removeprefix("word-")) - 1])
    page.press("Enter")
    page.wait_text(visitor.says("What happens next"))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    page.close()


def test_one_key_leaves_no_codename_and_no_reply_behind(place: Place) -> None:
    visitor = place.visitor("en")
    page = visitor.page
    visitor.open_report()
    visitor.write("To be left in a hurry.")
    visitor.send()
    page.wait_for(".codename", seconds=120)
    words = page.texts(".codename li")
    _leaves_at_once(page, ".codename li")
    place.answer_all()
    visitor.read_replies(" ".join(words))
    _leaves_at_once(page, "article")
    page.close()


def _leaves_at_once(page: Page, secret: str) -> None:
    """Press the key: the page is a blank one, and the way back leads to where nothing is typed."""
    assert page.texts(secret) != []
    page.press("Escape")
    wait_until(lambda: page.url() == "about:blank")
    assert page.texts("body *") == []
    page.back()
    wait_until(lambda: page.url() != "about:blank" and page.texts("#page .main") != [])
    assert page.texts(secret) == []


def _press_at(page: Page, name: str, key: str) -> None:
    """Go to a button by the Tab key alone, and press it."""
    for _ in range(TABS_MAX):
        page.press("Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            page.press(key)
            return
    raise AssertionError(f"the Tab key does not lead to: {name}")


def _looks_well(page: Page) -> None:
    assert page.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
