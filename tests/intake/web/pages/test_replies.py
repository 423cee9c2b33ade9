"""Replies in a real browser, from an office that answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crypto.codename import codename_words, new_codename, read_codename
from crypto.errors import NotACodename
from crypto.word_lists import word_list
from tests.browser.bad_line import BadLine, Faults, bad_line
from tests.browser.driver import Browser, Page
from tests.browser.visitor import PATIENCE, Visitor
from tests.offices.answered_pages import fetched, put_on_board
from tests.offices.practice_pages import PracticePages, practice_pages
from tests.offices.source_client import free_port, replies_to

pytestmark = pytest.mark.browser

REPLY = "Which contracts do you mean?\n\n<b>Names</b> of firms would help. "


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


def _answered(
    browser: Browser, pages: PracticePages, folder: Path, *texts: str, language: str = "en"
) -> list[str]:
    """Send a report that leaves the board out, and answer it; returns its codename."""
    visitor = Visitor(browser.open(), pages.address, language)
    words = visitor.report("something", leave_out=["Board"])
    visitor.page.close()
    (opened,) = fetched(pages, folder)
    for index, text in enumerate(texts):
        # An index each, as a vault gives them out.
        records = replies_to(pages.office, opened, text, index=10 * index)
        put_on_board(pages, folder, records, number=index + 1, weeks_ago=index)
    return words


@contextmanager
def _pages_over_a_line(folder: Path) -> Iterator[tuple[PracticePages, BadLine]]:
    """Pages behind a line that can be held."""
    port, server_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        practice_pages(folder, port=server_port, address=address, issued_ago=14) as pages,
        bad_line(port, server_port, Faults()) as line,
    ):
        yield pages, line


def _with_a_slip(words: list[str]) -> tuple[str, str]:
    """The codename with a letter left out where that can only be one word; and that word."""
    places = [(place, cut) for place in range(8) for cut in range(1, len(words[place]))]
    for place, cut in places:
        word = words[place]
        typed = " ".join([*words[:place], word[:cut] + word[cut + 1 :], *words[place + 1 :]])
        try:
            if read_codename(typed, word_list("english"), "english").corrections:
                return typed, word
        except NotACodename:
            continue
    raise AssertionError("no word of this codename can be told with a letter less")


def test_a_reply_is_read_with_a_slip_in_the_codename_and_followed_up(
    browser: Browser, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as pages:
        words = _answered(browser, pages, tmp_path, REPLY * 80)
        visitor = Visitor(browser.open(), pages.address)
        page = visitor.page
        typed, meant = _with_a_slip(words)
        (reply,) = visitor.read_replies(typed.upper())
        assert f"read as “{meant}”" in page.text(".note")
        assert reply.text == REPLY * 80
        assert page.axe() == []
        page.click(role="button", name="Write a follow-up")
        page.fill("#text", "more to say")
        page.click("form .main")
        page.wait_for("#recipients")
        assert page.texts("#recipients label") == ["Main"]
        assert "The command line can use two lines; a page cannot." in page.text("form")
        page.click("form .main")
        page.wait_text("Your follow-up is stored")
        page.close()
        kinds = {opened.payload.kind: opened for opened in fetched(pages, tmp_path)}
        follow_up = kinds["follow-up"]
        assert follow_up.payload.text == "more to say"
        assert follow_up.payload.form == kinds["report"].payload.form == pages.office.content.form
        assert follow_up.thread_id == kinds["report"].thread_id
        assert [recipient.id for recipient in follow_up.payload.recipients] == ["main"]


def test_words_of_another_language_open_the_replies_and_are_caught_in_a_text(
    browser: Browser, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as pages:
        russian = _answered(browser, pages, tmp_path, REPLY, language="ru")
        codename = read_codename(" ".join(russian), word_list("russian"), "russian").codename
        visitor = Visitor(browser.open(), pages.address, "en")
        (reply,) = visitor.read_replies(" ".join(russian))
        assert reply.text == REPLY
        page = visitor.page
        page.click(role="button", name="Write a follow-up")
        page.fill("#text", f"mine is {' '.join(russian)}")
        page.click("form .main")
        assert "are a codename" in page.text(".summary")
        english = " ".join(codename_words(codename, word_list("english")))
        # From the list of the other language the same keys come.
        russian_page = Visitor(browser.open(), pages.address, "ru")
        assert [one.text for one in russian_page.read_replies(english)] == [REPLY]
        russian_page.page.close()
        page.close()


def test_a_reply_that_came_twice_says_so(browser: Browser, tmp_path: Path) -> None:
    with practice_pages(tmp_path) as pages:
        visitor = Visitor(browser.open(), pages.address)
        words = visitor.report("something")
        (opened,) = fetched(pages, tmp_path)
        # A restored vault seals the same reply once more, at the same index.
        reply_id = b"\1" * 16
        once = replies_to(pages.office, opened, REPLY, reply_id=reply_id)
        again = replies_to(pages.office, opened, REPLY, reply_id=reply_id)
        put_on_board(pages, tmp_path, [*once, *again])
        (reply,) = visitor.read_replies(" ".join(words))
        assert reply.text == REPLY
        assert "came twice" in visitor.page.text("article .note")
        visitor.page.close()


def test_nothing_is_shown_before_all_of_the_board_is_there(
    browser: Browser, tmp_path: Path
) -> None:
    with _pages_over_a_line(tmp_path) as (pages, line):
        words = _answered(browser, pages, tmp_path, "the newer", "the older")
        page = browser.open()
        visitor = Visitor(page, pages.address)
        line.spoil(Faults(hold_path="/v1/board/"))
        for typed in (" ".join(words), _nobodys()):
            visitor.open_replies()
            # The list of volumes may still be on its way.
            page.wait_text("of 33 KB", seconds=PATIENCE)
            assert "of 33 KB" in page.text("#board-line")
            visitor.type_codename(typed)
            page.wait_for(role="button", name="Show what is there so far", seconds=PATIENCE)
            said = page.text("#page")
            assert "Loading the reply board: 0 bytes of 33 KB." in said
            assert "This is the same for everybody" in said
            assert page.axe() == []
        line.release()
        page.wait_text("No reply yet, or a word is wrong", seconds=PATIENCE)
        assert page.texts("#board-line") == [""]
        page.click(role="button", name="Type the words again")
        page.forget_traffic()
        visitor.type_codename(" ".join(words))
        page.wait_text("Your replies", seconds=PATIENCE)
        assert [one.text for one in visitor.shown_replies()] == ["the newer", "the older"]
        assert page.traffic() == []
        page.close()


def test_words_that_found_nothing_are_first_of_all_typed_again_and_are_kept_for_that(
    browser: Browser, tmp_path: Path
) -> None:
    with practice_pages(tmp_path) as pages:
        page = browser.open()
        visitor = Visitor(page, pages.address)
        visitor.open_replies()
        assert page.evaluate("document.querySelector('#codename').value") == ""
        typed = _nobodys().title()
        visitor.type_codename(typed)
        page.wait_text("No reply yet, or a word is wrong", seconds=PATIENCE)
        assert "nothing on the board now, for anybody" in page.text("#page")
        assert page.texts("#page .main") == ["Type the words again"]
        assert page.texts("#page .plain") == ["Write a follow-up", "Leave this page"]
        page.click(role="button", name="Type the words again")
        assert page.evaluate("document.querySelector('#codename').value") == typed
        page.close()


def test_who_looks_early_is_told_what_that_tells_and_sees_the_rest_when_it_comes(
    browser: Browser, tmp_path: Path
) -> None:
    with _pages_over_a_line(tmp_path) as (pages, line):
        words = _answered(browser, pages, tmp_path, "the newer", "the older")
        page = browser.open()
        visitor = Visitor(page, pages.address)
        heads = len(line.heads)
        visitor.open_replies()
        page.wait_idle()
        volumes = [
            head.split(b" ")[1].decode() for head in line.heads[heads:] if b" /v1/board/" in head
        ]
        assert len(volumes) == 2
        line.spoil(Faults(hold_path=volumes[1]))
        visitor.open_replies()
        visitor.type_codename(" ".join(words))
        page.click(role="button", name="Show what is there so far", seconds=PATIENCE)
        assert "Who leaves before that can be told from the others" in page.text("#page")
        assert page.axe() == []
        page.click(role="button", name="Wait until all is there")
        page.click(role="button", name="Show what is there so far")
        page.click(role="button", name="Show what is there so far")
        page.wait_text("Your replies")
        assert [one.text for one in visitor.shown_replies()] == ["the newer"]
        assert "Not all of the board is there yet" in page.text(".note")
        assert "Write a follow-up" not in page.text()
        assert page.axe() == []
        line.release()
        page.wait_text("Now all of the board is there.")
        assert "once all of the board is there" not in page.text()
        page.click(role="button", name="Show everything")
        page.wait_text("Write a follow-up")
        assert [one.text for one in visitor.shown_replies()] == ["the newer", "the older"]
        page.close()


def test_who_looks_early_and_finds_nothing_sees_the_rest_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    with _pages_over_a_line(tmp_path) as (pages, line):
        words = _answered(browser, pages, tmp_path, "the answer")
        page = browser.open()
        visitor = Visitor(page, pages.address)
        line.spoil(Faults(hold_path="/v1/board/"))
        visitor.open_replies()
        visitor.type_codename(" ".join(words))
        page.click(role="button", name="Show what is there so far", seconds=PATIENCE)
        page.click(role="button", name="Show what is there so far")
        page.wait_text("Nothing so far")
        line.release()
        page.wait_text("Write a follow-up", seconds=PATIENCE)
        assert [one.text for one in visitor.shown_replies()] == ["the answer"]
        page.close()


def test_a_damaged_board_is_said_to_be_damaged(browser: Browser, tmp_path: Path) -> None:
    script = """{
        const real = fetch;
        globalThis.fetch = async (path, options) => {
            const answer = await real(path, options);
            if (!path.startsWith("/v1/board/")) return answer;
            const bytes = new Uint8Array(await answer.arrayBuffer());
            bytes[5] ^= 1;
            return new Response(bytes);
        };
    }"""
    with practice_pages(tmp_path) as pages:
        put_on_board(pages, tmp_path, [])
        page = browser.open(script=script)
        visitor = Visitor(page, pages.address)
        visitor.open_replies()
        visitor.type_codename(_nobodys())
        page.wait_text("The reply board could not be loaded", seconds=PATIENCE)
        assert page.axe() == []
        page.click(role="button", name="Show what is there so far")
        # Nothing comes for which one could wait.
        assert "Wait until all is there" not in page.text("#page")
        assert "Others try again until all of the board is there." in page.text("#page")
        assert page.axe() == []
        page.click(role="button", name="Show what is there so far")
        page.wait_text("The rest of the board could not be loaded.")
        # Nothing more is loading.
        assert "once all of the board is there" not in page.text()
        assert "Keep this page open" not in page.text()
        assert "Nothing so far" in page.text("h1")
        _nothing_written(page)
        page.click(role="button", name="Try again")
        page.wait_for("#codename")
        # A report can be written all the same: nobody reads the board there.
        Visitor(page, pages.address).report("something")
        page.close()


def _nobodys() -> str:
    """A codename that nobody has."""
    return " ".join(codename_words(new_codename(), word_list("english")))


def _nothing_written(page: Page) -> None:
    assert not any(exchange.method == "PUT" for exchange in page.traffic())
