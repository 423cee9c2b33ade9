"""A report and its reply without JavaScript on the site, and without a network on the device."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.sealed_file import sealed_file_size
from crypto.sizes import PIECE_SIZE
from tests.browser.driver import Browser
from tests.browser.offline_visitor import OfflineVisitor, PlainVisitor
from tests.browser.visitor import PATIENCE
from tests.offices.desk import RECIPIENTS, Desk
from tests.offices.source_client import free_port

pytestmark = pytest.mark.browser

# Whatever this browser looks up or connects to leads nowhere.
NETWORK_CUT = ("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9")
TEXT = "Every second invoice is paid twice.\nЯ видел их сам."


@dataclass(frozen=True)
class Place:
    """An office of two recipients, served; a browser online and one whose network is cut."""

    desk: Desk
    address: str
    online: Browser
    offline: Browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    desk = Desk.create(tmp_path_factory.mktemp("plain"), [address])
    with (
        desk.serving("--listen", f"127.0.0.1:{port}"),
        Browser() as online,
        Browser(*NETWORK_CUT) as offline,
    ):
        yield Place(desk, address, online, offline)


@pytest.mark.parametrize("language", ["en", pytest.param("ru", marks=pytest.mark.long)])
def test_a_report_goes_and_its_reply_comes_without_javascript_on_the_site(
    place: Place, tmp_path: Path, language: str
) -> None:
    desk = place.desk
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(secrets.token_bytes(600_000))
    plain = PlainVisitor(place.online.open(), place.address, language, tmp_path)
    page = place.offline.open()
    offline = OfflineVisitor(page, tmp_path, language)

    plain.save_offline_page()
    words = offline.report(TEXT, [photo])
    # Three chunks, padded to four.
    assert offline.sealed.stat().st_size == sealed_file_size(4)
    assert plain.send_file(offline.sealed) == plain.says("Your message is stored")

    desk.fetch("oversight")
    case = desk.cases("oversight")[-1]["case"]
    [message] = desk.messages("oversight", case)
    assert message["text"] == TEXT
    saved = tmp_path / "saved"
    desk.caseworker("save", "oversight", case, "--to", saved)
    assert (saved / "1-report" / "photo.jpg").read_bytes() == photo.read_bytes()
    desk.reply("oversight", case, "We have read it.\nWe look into it.")
    desk.deliver("oversight")

    plain.save_board()
    board = tmp_path / "replies.board"
    replies = offline.open_board(" ".join(words), board, wrong=offline.sealed)
    assert replies == ["We have read it.\nWe look into it."]
    offline.write_follow_up("There is more.")
    assert plain.send_file(offline.sealed) == plain.says("Your message is stored")
    desk.fetch("oversight")
    assert [one["text"] for one in desk.messages("oversight", case)] == [TEXT, "There is more."]

    asked = {exchange.url.partition(":")[0] for exchange in page.traffic()}
    assert asked <= {"file", "blob"}
    assert page.problems() == []
    assert plain.page.problems() == []


@pytest.mark.long
def test_a_recipient_left_out_on_the_offline_page_cannot_read_the_report(
    place: Place, tmp_path: Path
) -> None:
    desk = place.desk
    plain = PlainVisitor(place.online.open(), place.address, "en", tmp_path)
    offline = OfflineVisitor(place.offline.open(), tmp_path, "en")
    plain.save_offline_page()
    text = "It is about them."

    offline.report(text, leave_out=[RECIPIENTS["oversight"]])
    plain.send_file(offline.sealed)

    for one in RECIPIENTS:
        desk.fetch(one)
    readers = {one for one in RECIPIENTS if text in [case["begins"] for case in desk.cases(one)]}
    assert readers == {"investigations"}


@pytest.mark.long
def test_sealing_on_the_offline_page_can_be_stopped_and_begun_again(
    place: Place, tmp_path: Path
) -> None:
    """Also while the codename's keys are made: they are made anew."""
    PlainVisitor(place.online.open(), place.address, "en", tmp_path).save_offline_page()
    offline = OfflineVisitor(place.offline.open(), tmp_path, "en")
    page = offline.page
    offline.open()
    page.click(role="button", name="Write a report")
    page.wait_for(role="button", name="Start the report")
    offline.write("It happened.")
    assert page.evaluate(STOP_AT_ONCE).startswith("Making your keys")
    page.wait_for(".answers")
    page.click(role="button", name="Encrypt into a file")
    page.wait_for(".codename", seconds=PATIENCE)


def test_a_file_that_changes_while_the_offline_page_seals_is_said_to_have_changed(
    place: Place, tmp_path: Path
) -> None:
    """Else the office would get a whole file that was never one."""
    PlainVisitor(place.online.open(), place.address, "en", tmp_path).save_offline_page()
    offline = OfflineVisitor(place.offline.open(script=CHANGES), tmp_path, "en")
    page = offline.page
    film = tmp_path / "film.mp4"
    film.write_bytes(os.urandom(6 * PIECE_SIZE))
    offline.open()
    page.click(role="button", name="Write a report")
    page.wait_for(role="button", name="Start the report")
    offline.write("It happened.", [film])
    page.click(role="button", name="Encrypt into a file")
    page.wait_text("One of your files can no longer be read, or has changed", seconds=PATIENCE)


# The end of a file is rewritten once all of it was read, and nothing but its bytes tells.
CHANGES = """{
    const slice = Blob.prototype.slice;
    let read = false;
    Blob.prototype.slice = function (start, end) {
        const changed = read && end === this.size ? new Blob([new Uint8Array(this.size)]) : this;
        read ||= end === this.size;
        return slice.call(changed, start, end);
    };
}"""

# Quicker than a hand, and as in a browser that lets timers run meanwhile: keys take half a second
# here, and half a minute elsewhere.
STOP_AT_ONCE = """new Promise((resolve) => {
    Object.defineProperty(globalThis, "scheduler", { value: undefined });
    const button = (name) =>
        [...document.querySelectorAll("button")].find((one) => one.textContent === name);
    button("Encrypt into a file").click();
    const timer = setInterval(() => {
        const stop = button("Stop and go back");
        const said = document.querySelector("main").innerText;
        if (!stop && !document.querySelector(".codename")) return;
        clearInterval(timer);
        stop?.click();
        resolve(said.slice(said.indexOf("Making your keys")));
    }, 1);
})"""
