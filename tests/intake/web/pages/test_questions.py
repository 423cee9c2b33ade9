"""The questions of an office's own form, and recipients who are gone, in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.directory import fingerprint
from crypto.form import parse_form
from tests.browser.driver import Browser, Page
from tests.browser.visitor import PATIENCE, Visitor
from tests.offices.answered_pages import fetched
from tests.offices.practice_pages import PracticePages, practice_pages
from tests.offices.server_process import succeed
from tests.offices.source_client import today

pytestmark = pytest.mark.browser

FORM = json.dumps(
    {
        "form": 1,
        "questions": [
            {
                "id": "text",
                "kind": "text",
                "heading": {"ru": "Где это было?", "en": "Where was it?"},
                "help": {"en": ["A town is enough.", "Or a street."]},
                "most": 40,
                "rows": 2,
                "files": False,
            },
            {
                "id": "page",
                "kind": "choice",
                "heading": {"und": "Does it go on?"},
                "help": {},
                "choices": [
                    {"id": "yes", "label": {"en": "Yes", "ru": "Да"}},
                    {"id": "no", "label": {"en": "No", "ru": "Нет"}},
                ],
                "several": False,
                "files": False,
            },
            {"id": "map", "kind": "map", "heading": {"en": "On a map?"}, "help": {}, "x": 1},
            {
                "id": "kinds",
                "kind": "choice",
                "heading": {"en": "What kinds of documents are there?"},
                "help": {"ru": ["Только по-русски."]},
                "choices": [{"id": f"kind-{n}", "label": {"en": f"Kind {n}"}} for n in range(1, 5)],
                "several": True,
                "files": True,
            },
        ],
    },
    ensure_ascii=False,
    separators=(",", ":"),
).encode()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticePages]:
    parse_form(FORM)
    with practice_pages(tmp_path_factory.mktemp("pages"), form=FORM) as served:
        yield served


def test_texts_and_choices_of_the_offices_own_form_arrive_as_they_were_given(
    browser: Browser, pages: PracticePages, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"a photo")
    page = browser.open()
    page.viewport(320)

    def looks_well() -> None:
        assert page.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    visitor = Visitor(page, pages.address)
    visitor.open_report()
    page.click("#page .main")
    page.fill("#text", "What happened.")
    page.click("form .main")
    page.wait_for("#q-text")
    assert "Where was it?" in page.text("h1")
    assert "A town is enough." in page.text(".help")
    looks_well()
    page.fill("#q-text", "a street with a name that is longer than forty bytes")
    page.click("form .main")
    assert "This answer is too long." in page.text(".summary")
    page.fill("#q-text", "In the harbour")
    page.click("form .main")
    page.wait_text("Does it go on?")
    assert page.evaluate("document.querySelectorAll('#q-page [type=radio]').length") == 3
    looks_well()
    page.click(role="radio", name="No")
    page.click(role="radio", name="Yes")
    page.click("form .main")
    page.wait_text("What kinds of documents are there?")
    assert "Только по-русски." in page.text(".help")
    page.click(role="checkbox", name="Kind 4")
    page.click(role="checkbox", name="Kind 1")
    page.click(role="checkbox", name="Kind 2")
    page.click(role="checkbox", name="Kind 2")
    page.upload("#files", [photo])
    page.wait_for(".files li")
    looks_well()
    page.click("form .main")
    page.wait_for("#recipients")
    page.click("form .main")
    page.wait_for(".answers")
    said = page.text(".answers")
    assert "Does it go on?\nYes" in said
    assert "Kind 1\nKind 4" in said
    assert "photo.jpg" in said
    assert "On a map?" not in said
    looks_well()
    visitor.send()
    visitor.keep_codename()
    page.close()
    (opened,) = fetched(pages, tmp_path)
    assert opened.payload.answers == {
        "text": "In the harbour",
        "page": ("yes",),
        "kinds": ("kind-1", "kind-4"),
    }
    assert opened.payload.form == pages.office.content.form


def test_a_choice_can_be_taken_back_and_is_kept_on_the_way_back(
    browser: Browser, pages: PracticePages
) -> None:
    page = browser.open()
    visitor = Visitor(page, pages.address, "ru")
    visitor.open_report()
    page.click("#page .main")
    page.fill("#text", "Что-то.")
    page.click("form .main")
    page.wait_text("Где это было?")
    page.click("form .main")
    page.click(role="radio", name="Да")
    page.click("form .main")
    page.wait_text("What kinds of documents are there?")
    page.back()
    page.wait_text("Does it go on?")
    assert _chosen(page) == ["Да"]
    page.click(role="radio", name=visitor.says("No answer"))
    page.click("form .main")
    page.wait_text("What kinds of documents are there?")
    page.back()
    page.wait_text("Does it go on?")
    assert _chosen(page) == [visitor.says("No answer")]
    page.close()


def test_answers_that_are_too_long_together_are_said_to_be_before_they_are_sent(
    browser: Browser, tmp_path: Path
) -> None:
    asked = json.loads(FORM)["questions"][0] | {"most": 2000}
    questions = [asked | {"id": f"q{n}"} for n in range(7)]
    form = json.dumps({"form": 1, "questions": questions}, ensure_ascii=False).replace(": ", ":")
    form = form.replace(", ", ",").replace("Or a street.", "Or.")
    parse_form(form.encode())
    with practice_pages(tmp_path, form=form.encode()) as pages:
        page = browser.open()
        Visitor(page, pages.address).open_report()
        page.click("#page .main")
        page.fill("#text", "What happened.")
        for number in range(7):
            page.click("form .main")
            page.fill(f"#q-q{number}", "Ж" * 999)
        page.click("form .main")
        page.wait_for("#recipients")
        page.click("form .main")
        page.wait_for(".answers")
        page.click("form .main")
        assert "Your answers are too long together." in page.text(".summary")
        assert page.axe() == []
        page.close()


def test_when_a_chosen_recipient_is_gone_the_page_stops_names_it_and_asks(
    browser: Browser, tmp_path: Path
) -> None:
    script = """{
        const real = fetch;
        globalThis.fetch = async (path, options) => globalThis.refuses && options.method === "PUT"
            ? new Response('{"error": "wrong-hash"}', { status: 400 }) : real(path, options);
        globalThis.refuses = true;
    }"""
    with practice_pages(tmp_path) as pages:
        page = browser.open(script=script)
        visitor = Visitor(page, pages.address)
        visitor.open_report()
        # So long that a part of it is sent first: what may be stored already is never sealed anew.
        visitor.write("To both of them. " * 3_000)
        visitor.send()
        page.wait_text("Sending has stopped", seconds=PATIENCE)
        bundle = tmp_path / "without-board.bundle"
        bundle.write_bytes(pages.office.without("board").outbound("main", today()))
        succeed("import", "--data", pages.server.data, bundle)
        page.evaluate("void (globalThis.refuses = false)")
        for answer in ("Back to what you wrote", "Send it to those who are left"):
            page.click(role="button", name="Try again")
            page.wait_text("Not everyone you chose is still there", seconds=PATIENCE)
            assert page.texts("#page ul:first-of-type li") == ["Board"]
            assert page.texts("#page ul:last-of-type li") == ["Main"]
            assert page.axe() == []
            page.click(role="button", name=answer)
            if answer.startswith("Back"):
                page.wait_for(".answers")
                assert "To both of them." in page.text()
                page.evaluate("void (globalThis.refuses = true)")
                visitor.send()
                page.wait_text("Sending has stopped", seconds=PATIENCE)
                page.evaluate("void (globalThis.refuses = false)")
        page.wait_for(".codename", seconds=PATIENCE)
        page.close()
        (opened,) = fetched(pages, tmp_path)
        assert [recipient.id for recipient in opened.payload.recipients] == ["main"]
        assert opened.payload.text.startswith("To both of them.")


def test_an_older_directory_than_the_pages_own_is_refused(browser: Browser, tmp_path: Path) -> None:
    with practice_pages(tmp_path) as pages:
        newer = tmp_path / "newer.bundle"
        newer.write_bytes(pages.office.with_directory().outbound("main", today()))
        data = tmp_path / "other"
        # A server that was set back: the pages are newer than the directory that it gives out.
        for bundle in (tmp_path / "data-first.bundle", newer):
            digits = _fingerprint(pages)
            succeed("import", "--data", data, bundle, *digits)
        site = pages.server.data / "site"
        site.unlink()
        site.symlink_to((data / "site").resolve())
        page = browser.open()
        for path in ("/en/", "/ru/"):
            visitor = Visitor(page, pages.address, path.strip("/"))
            visitor.open_report()
            page.click("#page .main")
            page.wait_text(visitor.says("The office’s keys are not the newest"))
            assert page.texts("textarea") == []
            assert page.axe() == []
        page.goto(pages.address + "/en/replies/")
        page.wait_text("The office’s keys are not the newest")
        page.close()


def _fingerprint(pages: PracticePages) -> list[str]:
    return ["--fingerprint", fingerprint(pages.office.genesis_id)]


def _chosen(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('fieldset :checked')].map((box) => box.parentNode.innerText)"
    )
    return found
