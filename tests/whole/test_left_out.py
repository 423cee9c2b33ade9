"""Somebody in the office must not read it: that vault cannot, and the other's can."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser.driver import Browser
from tests.browser.visitor import Visitor
from tests.offices.desk import RECIPIENTS, RECIPIENTS_RU, Desk
from tests.offices.source_client import free_port

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Place:
    """An office with its server and a browser: tests add cases of their own."""

    desk: Desk
    browser: Browser
    address: str

    def visitor(self, language: str) -> Visitor:
        """Somebody in a private window of their own."""
        return Visitor(self.browser.open(), self.address, language)

    def case_of(self, recipient: str, text: str) -> int | None:
        """The number of the case that begins so, where a vault could open it."""
        found = [one["case"] for one in self.desk.cases(recipient) if one["begins"] == text]
        return found[0] if found else None


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    desk = Desk.create(tmp_path_factory.mktemp("left-out"), [address])
    with desk.serving("--listen", f"127.0.0.1:{port}"), Browser() as browser:
        yield Place(desk, browser, address)


def test_a_recipient_left_out_of_the_report_reads_neither_it_nor_the_follow_up(
    place: Place,
) -> None:
    desk = place.desk
    visitor = place.visitor("en")
    words = visitor.report("It is about the board.", leave_out=[RECIPIENTS["oversight"]])
    unopened = _unopened(desk)
    for recipient in RECIPIENTS:
        desk.fetch(recipient)
    assert place.case_of("oversight", "It is about the board.") is None
    assert _unopened(desk) == unopened + 1
    case = place.case_of("investigations", "It is about the board.")
    assert case is not None
    (report,) = desk.messages("investigations", case)
    assert report["sealed_for"] == ["investigations"]
    assert report["left_out"] == ["oversight"]

    desk.reply("investigations", case, "We look into it.")
    desk.deliver("investigations")
    visitor.read_replies(" ".join(words))
    visitor.follow_up("More about the board.")
    assert visitor.page.problems() == []
    for recipient in RECIPIENTS:
        desk.fetch(recipient)
    assert _unopened(desk) == unopened + 2
    assert place.case_of("oversight", "More about the board.") is None
    follow_up = desk.messages("investigations", case)[1]
    assert follow_up["text"] == "More about the board."
    assert follow_up["sealed_for"] == ["investigations"]


@pytest.mark.long
def test_a_recipient_of_the_report_can_be_left_out_of_the_follow_up(place: Place) -> None:
    desk = place.desk
    visitor = place.visitor("ru")
    words = visitor.report("Сообщение для обоих.")
    for recipient in RECIPIENTS:
        desk.fetch(recipient)
    numbers = {name: place.case_of(name, "Сообщение для обоих.") for name in RECIPIENTS}
    case, other = numbers["investigations"], numbers["oversight"]
    assert case is not None
    assert other is not None

    desk.reply("investigations", case, "Принято.")
    desk.deliver("investigations")
    visitor.read_replies(" ".join(words))
    visitor.follow_up("Только для одного.", untick=[RECIPIENTS_RU["oversight"]])
    for recipient in RECIPIENTS:
        desk.fetch(recipient)
    assert [one["text"] for one in desk.messages("oversight", other)] == ["Сообщение для обоих."]
    assert place.case_of("oversight", "Только для одного.") is None
    assert desk.messages("investigations", case)[1]["text"] == "Только для одного."
    assert desk.messages("investigations", case)[1]["sealed_for"] == ["investigations"]


@pytest.mark.long
def test_before_any_reply_the_source_chooses_anew_who_reads_its_follow_up(place: Place) -> None:
    visitor = place.visitor("en")
    words = visitor.report("Nobody has answered.", leave_out=[RECIPIENTS["oversight"]])
    place.desk.fetch("investigations")
    visitor.open_replies()
    visitor.type_codename(" ".join(words))
    visitor.page.wait_text(visitor.says("No reply yet, or a word is wrong"), seconds=120)
    visitor.page.click(role="button", name=visitor.says("Write a follow-up"))
    visitor.page.fill("#text", "Still the same case.")
    visitor.page.click(role="button", name=visitor.says("Continue"))
    visitor.page.wait_for("#recipients")
    ticked = "document.querySelectorAll('#recipients input:checked').length"
    assert visitor.page.evaluate(ticked) == 0
    visitor.send()
    assert visitor.says("Tick at least one: someone has to be able to read it.") in (
        visitor.page.text(".summary")
    )
    visitor.page.click(role="checkbox", name=RECIPIENTS["investigations"])
    visitor.send()
    visitor.page.wait_text(visitor.says("Your follow-up is stored"))
    for recipient in RECIPIENTS:
        place.desk.fetch(recipient)
    case = place.case_of("investigations", "Nobody has answered.")
    assert case is not None
    texts = [one["text"] for one in place.desk.messages("investigations", case)]
    assert texts == ["Nobody has answered.", "Still the same case."]
    assert place.case_of("oversight", "Still the same case.") is None


def _unopened(desk: Desk) -> int:
    """How many envelopes lie in the other vault that no key of it opens."""
    counts: dict[str, int] = desk.caseworker("status", "oversight")["envelopes"]
    return counts.get("unopened", 0)
