"""The main job from end to end: a real browser, the real commands, bundles carried between them."""

import hashlib
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crypto.codename import codename_words, read_codename
from crypto.errors import NotACodename
from crypto.sizes import PAYLOAD_MAX_SIZE
from tests.browser.driver import ONION, SAFER, Browser, Kind, Page, needs
from tests.browser.visitor import Visitor
from tests.offices.desk import Desk
from tests.offices.source_client import free_port

pytestmark = pytest.mark.browser

REPORT_LETTERS = 20_000
REPLY_LETTERS = 5_000
PHOTO_SIZE, FILM_SIZE = 3_000_000, 40_000_000
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
CSP_BEGINS = "default-src 'none'"
# Chromium says so on plain http: the header does no harm there, and protects where there is https.
HEADER_OF_SAFE_ADDRESSES = "The Cross-Origin-Opener-Policy header has been ignored"


@dataclass(frozen=True)
class Surroundings:
    """What a source's browser is like, and where it finds the office."""

    language: str
    host: str
    flags: tuple[str, ...] = ()
    has_web_crypto: bool = True
    has_web_assembly: bool = True
    kind: Kind = "chrome"
    preferences: Mapping[str, bool | str] = field(default_factory=dict)

    def browser(self) -> Browser:
        """Start it."""
        return Browser(*self.flags, kind=self.kind, preferences=self.preferences)


SURROUNDINGS = {
    "localhost": Surroundings("ru", "localhost"),
    "plain http": Surroundings(
        "en", "intake.test", ("--host-resolver-rules=MAP intake.test 127.0.0.1",), False
    ),
    "no jit": Surroundings("ru", "127.0.0.1", ("--js-flags=--jitless",), True, False),
    "Firefox": Surroundings("en", "localhost", kind="firefox"),
    "Firefox Safer": Surroundings("ru", ONION, (), True, False, "firefox", SAFER),
}
# Without its JIT a browser takes minutes; and Firefox is tried beside the one of every day.
LONG = ("plain http", "no jit", "Firefox", "Firefox Safer")


@dataclass(frozen=True)
class Files:
    """What the source sends along."""

    photo: Path
    film: Path
    empty: Path
    more: Path

    @classmethod
    def make(cls, folder: Path) -> "Files":
        """Files of random bytes."""
        folder.mkdir()
        made = cls(*(folder / name for name in ("снимок.jpg", "film.mp4", "empty.txt", "more.pdf")))
        made.photo.write_bytes(os.urandom(PHOTO_SIZE))
        made.film.write_bytes(os.urandom(FILM_SIZE))
        made.empty.write_bytes(b"")
        made.more.write_bytes(os.urandom(300_000))
        return made


@pytest.mark.parametrize(
    "surroundings",
    [
        pytest.param(
            one, id=name, marks=[needs(one.kind), *([pytest.mark.long] if name in LONG else [])]
        )
        for name, one in SURROUNDINGS.items()
    ],
)
def test_a_report_is_read_answered_and_followed_up(
    surroundings: Surroundings, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://{surroundings.host}:{port}"
    desk = Desk.create(tmp_path, [address])
    files = Files.make(tmp_path / "files")
    report, reply, more = _text(REPORT_LETTERS), _text(REPLY_LETTERS), _text(500)
    assert len(report.encode()) > PAYLOAD_MAX_SIZE

    with desk.serving("--listen", f"127.0.0.1:{port}"), surroundings.browser() as browser:
        page = browser.open()
        visitor = Visitor(page, address, surroundings.language)
        visitor.open_report()
        _check_surroundings(page, surroundings)
        visitor.write(report, [files.photo, files.film, files.empty])
        visitor.send()
        words = visitor.keep_codename()
        _check_nothing_is_left(page)
        page.close()

        desk.fetch("investigations")
        (case,) = desk.cases("investigations")
        number = case["case"]
        (message,) = desk.messages("investigations", number)
        assert message["text"] == report
        assert message["text_rest"] == "whole"
        assert message["sealed_for"] == ["investigations", "oversight"]
        desk.caseworker("acknowledge", "investigations", number)
        desk.reply("investigations", number, reply)
        assert _progress(desk, number) == ["written", "written"]
        desk.deliver("investigations")
        assert _progress(desk, number) == ["carried out", "carried out"]

        page = browser.open()
        visitor = Visitor(page, address, surroundings.language)
        typed = with_one_slip(words, visitor.words(), surroundings.language).upper()
        acknowledgement, answer = visitor.read_replies(typed)
        assert answer.text == reply
        assert acknowledgement.text != ""
        assert len(page.texts(".note li")) == 1
        visitor.follow_up(more, [files.more])
        _check_nothing_is_left(page)

    desk.fetch("investigations")
    assert [case["case"] for case in desk.cases("investigations")] == [number]
    first, second = desk.messages("investigations", number)
    assert (first["kind"], second["kind"]) == ("report", "follow-up")
    assert second["text"] == more
    assert _progress(desk, number) == ["on the board", "on the board"]
    saved = tmp_path / "saved"
    desk.caseworker("save", "investigations", number, "--to", saved)
    assert _contents(saved / "1-report") == _hashes([files.photo, files.film, files.empty])
    assert _contents(saved / "2-follow-up") == _hashes([files.more])

    # The other recipient was not left out: its vault reads the same, whenever its bundle comes.
    # Both messages come in one bundle there, in an order that is chance.
    desk.fetch("oversight")
    (case,) = desk.cases("oversight")
    assert [one["text"] for one in desk.messages("oversight", case["case"])] == [report, more]


def with_one_slip(words: Sequence[str], of: tuple[str, ...], language: str) -> str:
    """A codename as somebody types it whose finger slips once, so that it can still be read."""
    kept = " ".join(words)
    codename = read_codename(kept, of, language).codename
    for place, word in enumerate(words):
        for letter in LETTERS if language == "ru" else "abcdefghijklmnopqrstuvwxyz":
            slipped = word[:2] + letter + word[3:]
            typed = " ".join([*words[:place], slipped, *words[place + 1 :]])
            try:
                read = read_codename(typed, of, language)
            except NotACodename:
                continue
            if len(read.corrections) == 1 and read.codename.bits == codename.bits:
                assert codename_words(read.codename, of) == list(words)
                return typed
    raise AssertionError("no word of this codename can be mistyped readably")


def _check_surroundings(page: Page, surroundings: Surroundings) -> None:
    """The browser really is what this run is about."""
    assert page.evaluate("typeof crypto.subtle !== 'undefined'") == surroundings.has_web_crypto
    has_web_assembly = page.evaluate("typeof WebAssembly !== 'undefined'")
    assert has_web_assembly == surroundings.has_web_assembly


def _check_nothing_is_left(page: Page) -> None:
    """No response without the policy, no complaint in the console, no trace on the device."""
    traffic = page.traffic()
    for exchange in traffic:
        assert exchange.status in (200, 204), exchange
        assert exchange.headers["content-security-policy"].startswith(CSP_BEGINS), exchange
        assert "set-cookie" not in exchange.headers
    assert any(exchange.method == "PUT" for exchange in traffic)
    assert [problem for problem in page.problems() if HEADER_OF_SAFE_ADDRESSES not in problem] == []
    assert page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def _progress(desk: Desk, case: int) -> list[str]:
    """How far each reply of a case has come."""
    found = []
    for reply in desk.replies("investigations", case):
        if reply["on_board_week"] is not None:
            found.append("on the board")
        else:
            found.append("carried out" if reply["carried_out"] else "written")
    return found


def _text(letters: int) -> str:
    """Lines of Cyrillic words, so many characters in all, no two alike."""
    made: list[str] = []
    while sum(map(len, made)) < letters:
        word = "".join(random.choices(LETTERS, k=random.randint(2, 11)))
        made.append(word.capitalize() + random.choice([" ", " ", " ", ", ", ".\n", " — «"]))
    return "".join(made)[: letters - 1] + "я"


def _hashes(files: Sequence[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _contents(folder: Path) -> dict[str, str]:
    return _hashes([path for path in folder.iterdir() if path.name != "text.txt"])
