"""Replies in a real browser, from an office that answers: on the whole board, and in a bucket."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crypto.codename import read_codename
from crypto.errors import NotACodename
from crypto.names import Day, Week
from crypto.office.envelope import IntakeSecret, OpenedEnvelope, open_envelope
from crypto.office.replies import ReplyTo, new_reply_id, seal_reply
from crypto.replies import bucket, bucket_value
from crypto.word_lists import word_list
from tests.browser.driver import Browser, Page
from tests.offices.practice_pages import PracticePages, answer_all_questions, practice_pages
from tests.offices.server_process import succeed
from tests.offices.signed_office import PracticeOffice, batch, read_export

pytestmark = pytest.mark.browser

DAY = Day(int(time.time() // 86_400))
REPLY = "Which contracts do you mean?\n\n<b>Names</b> of firms would help. "


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


def _report(page: Page, pages: PracticePages) -> list[str]:
    """Send a report that leaves the board out; returns its codename."""
    page.goto(pages.address + "/en/")
    page.wait_for("#page .main")
    answer_all_questions(page, "something")
    page.click(role="button", name="Change: Who can read it?")
    page.click(role="checkbox", name="Board")
    page.click("form .main")
    page.wait_for(".answers")
    page.click("form .main")
    page.wait_for(".codename")
    return page.texts(".codename li")


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


def _fetch(pages: PracticePages, folder: Path, number: int) -> list[OpenedEnvelope]:
    """What the vault of `main` can open of what is on the server."""
    out = folder / f"to-main-{number}.bundle"
    succeed("export", "--data", pages.server.data, "--recipient", "main", "--out", out)
    return [
        open_envelope(envelope, pages.office.genesis_id, "main", _secrets(pages.office, "main"))
        for envelope in read_export(out.read_bytes()).envelopes
    ]


def _secrets(office: PracticeOffice, recipient_id: str) -> list[IntakeSecret]:
    recipient = office.recipient(recipient_id)
    weeks = range(DAY // 7 - 1, DAY // 7 + 2)
    return [IntakeSecret(Week(week), recipient.intake_secret(Week(week))) for week in weeks]


def _answer(pages: PracticePages, opened: OpenedEnvelope, folder: Path, bits: int) -> int:
    """Put a reply of several parts on the board; returns the value of its bucket."""
    payload, office = opened.payload, pages.office
    records = seal_reply(
        to=ReplyTo(
            thread_id=opened.thread_id,
            thread_secret=payload.thread_secret,
            reply_key=payload.reply_key,
            recipients=tuple(recipient.id for recipient in payload.recipients),
            set_token=payload.set_token,
        ),
        signer=office.recipient("main").signing,
        genesis_id=office.genesis_id,
        recipient_id="main",
        first_index=0,
        kind="reply",
        reply_id=new_reply_id(),
        day=DAY,
        text=REPLY * 80,
    )
    assert len(records) > 1
    value = bucket_value(bucket(payload.thread_secret, office.genesis_id), bits)
    bundle = folder / "from-main.bundle"
    bundle.write_bytes(office.outbound("main", DAY, batch(1, records, bits, value)))
    succeed("import", "--data", pages.server.data, bundle)
    return value


@pytest.mark.parametrize("bits", [0, 3])
def test_a_reply_is_read_with_a_slip_in_the_codename_and_followed_up(
    browser: Browser, tmp_path: Path, bits: int
) -> None:
    with practice_pages(tmp_path, bucket_bits=bits) as pages:
        page = browser.open()
        words = _report(page, pages)
        (opened,) = _fetch(pages, tmp_path, 1)
        value = _answer(pages, opened, tmp_path, bits)
        page.goto(pages.address + "/en/replies/")
        page.wait_for("#codename")
        page.wait_idle()
        asked = [urlsplit(exchange.url).path for exchange in page.traffic()]
        assert ("/v1/board/0/0" in asked) == (bits == 0)

        typed, meant = _with_a_slip(words)
        page.fill("#codename", typed.upper())
        page.click("form .main")
        page.wait_for("article")
        asked = [urlsplit(exchange.url).path for exchange in page.traffic()]
        assert [path for path in asked if "board" in path] == [f"/v1/board/{bits}/{value}"]
        assert f"read as “{meant}”" in page.text(".note")
        assert page.evaluate("document.querySelector('article .answer').textContent") == REPLY * 80
        assert page.axe() == []

        page.click(role="button", name="Write a follow-up")
        page.fill("#text", "more to say")
        page.click("form .main")
        page.wait_for("#recipients")
        assert page.texts("#recipients label") == ["Main"]
        page.click("form .main")
        page.wait_text("Your follow-up is stored")
        page.close()
        kinds = {opened.payload.kind: opened for opened in _fetch(pages, tmp_path, 2)}
        follow_up = kinds["follow-up"]
        assert follow_up.payload.text == "more to say"
        assert follow_up.thread_id == kinds["report"].thread_id
        assert [recipient.id for recipient in follow_up.payload.recipients] == ["main"]
