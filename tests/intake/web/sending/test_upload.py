"""Files on their way from a browser: over bad lines, past changes, interrupted and gone on with."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.browser.bad_line import BadLine, Faults, bad_line
from tests.browser.driver import ONION, SAFER, Browser, Kind, needs
from tests.browser.visitor import Visitor
from tests.offices.desk import Desk
from tests.offices.practice_pages import PracticePages, practice_pages
from tests.offices.server_process import succeed, wait_until
from tests.offices.signed_office import ReadExport, read_export
from tests.offices.source_client import file_bytes, free_port, open_message

pytestmark = pytest.mark.browser

MB = 1_000_000
LONG_SECONDS = 1800.0
MEMORY_GROWTH_MAX = 100 * MB
SILENT = "The server does not answer."


@dataclass(frozen=True)
class Profile:
    """A browser, how it is set, and the name under which it finds the office."""

    kind: Kind
    host: str = "127.0.0.1"
    is_safer: bool = False

    def browser(self, *, watched: bool = True) -> Browser:
        """Start it."""
        preferences = SAFER if self.is_safer else None
        return Browser(kind=self.kind, preferences=preferences, watched=watched)


CHROMIUM = Profile("chrome")
FIREFOX = Profile("firefox")
FIREFOX_SAFER = Profile("firefox", ONION, is_safer=True)
BOTH = pytest.mark.parametrize(
    "profile",
    [
        pytest.param(CHROMIUM, id="Chromium"),
        # Chromium alone in the tests of every day, for the time it takes.
        pytest.param(FIREFOX, id="Firefox", marks=[needs("firefox"), pytest.mark.long]),
    ],
)
ALL = pytest.mark.parametrize(
    "profile",
    [
        pytest.param(CHROMIUM, id="Chromium"),
        pytest.param(FIREFOX, id="Firefox", marks=needs("firefox")),
        pytest.param(FIREFOX_SAFER, id="Firefox Safer", marks=needs("firefox")),
    ],
)


@dataclass(frozen=True)
class Place:
    """An office whose sources come over a line that can be spoilt."""

    pages: PracticePages
    line: BadLine
    folder: Path
    known: set[bytes] = field(default_factory=set)

    def file(self, name: str, size: int) -> Path:
        """A new file of random bytes."""
        path = self.folder / name
        path.write_bytes(os.urandom(size))
        return path

    def _export(self) -> ReadExport:
        out = self.folder / f"export-{os.urandom(4).hex()}"
        succeed("export", "--data", self.pages.server.data, "--recipient", "main", "--out", out)
        return read_export(out.read_bytes())

    def know_all(self) -> None:
        """Take what the server holds by now as known."""
        export = self._export()
        self.known.clear()
        self.known.update(export.envelopes, export.chunks)

    def chunks(self) -> int:
        """How many chunks have come since, whoever names them."""
        return len(set(self._export().chunks) - self.known)

    def received(self) -> tuple[str, list[bytes]]:
        """The text and the files of the only message that has come since."""
        export = self._export()
        (envelope,) = set(export.envelopes) - self.known
        payload = open_message(self.pages.office, envelope).payload
        return payload.text, [file_bytes(one, export.chunks) for one in payload.attachments]


@contextmanager
def _place(folder: Path, host: str = "127.0.0.1") -> Iterator[Place]:
    port, server_port = free_port(), free_port()
    address = f"http://{host}:{port}"
    with (
        practice_pages(folder, port=server_port, address=address) as pages,
        bad_line(port, server_port, Faults()) as line,
    ):
        yield Place(pages, line, folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with _place(tmp_path_factory.mktemp("upload")) as made:
        yield made


@pytest.fixture
def place(served: Place) -> Place:
    """The office of all these tests, with what it holds taken as known, and a good line."""
    served.line.spoil(Faults())
    served.know_all()
    return served


# ---- bad lines -----------------------------------------------------------------------------------


@pytest.mark.long
@BOTH
def test_a_file_arrives_whole_over_a_line_that_drops_doubles_delays_and_breaks(
    profile: Profile, place: Place
) -> None:
    faults = Faults(drop_every=5, double_every=7, delay_share=0.1, cut_at=12, cut_seconds=4)
    with profile.browser() as browser:
        film = place.file("film.mp4", 4 * MB)
        visitor = Visitor(browser.open(), place.pages.address)
        visitor.open_report()
        visitor.write("over a bad line", [film])
        place.line.spoil(faults)
        visitor.send()
        visitor.page.wait_text(SILENT)
        visitor.keep_codename()
        assert place.received() == ("over a bad line", [film.read_bytes()])
        met = place.line.met
        assert met["dropped before"] > 0
        assert met["dropped after"] > 0
        assert min(met["doubled"], met["cut"]) > 0


@pytest.mark.long
@ALL
def test_sixty_megabytes_arrive_over_a_bad_line_in_little_memory(
    profile: Profile, tmp_path: Path
) -> None:
    _send_over_a_bad_line(profile, tmp_path, int(os.environ.get("UPLOAD_MB", "60")) * MB)


def _send_over_a_bad_line(profile: Profile, folder: Path, size: int) -> None:
    """Send a file as a person does, to its saved copy at the office."""
    faults = Faults(
        drop_every=5, double_every=7, delay_share=0.1, cut_at=100, cut_seconds=30, silent_at=150
    )
    port, server_port = free_port(), free_port()
    address = f"http://{profile.host}:{port}"
    desk = Desk.create(folder, [address])
    film = folder / "film.mp4"
    with film.open("wb") as file:
        for _ in range(size // MB):
            file.write(os.urandom(MB))
    with (
        desk.serving("--listen", f"127.0.0.1:{server_port}"),
        bad_line(port, server_port, faults) as line,
        profile.browser(watched=False) as browser,
    ):
        visitor = Visitor(browser.open(), address)
        visitor.open_report()
        visitor.write("A large file.", [film])
        line.spoil()
        with _memory_watched(browser) as memory:
            visitor.send()
            visitor.page.wait_text(SILENT, seconds=LONG_SECONDS)
            visitor.page.wait_for(".codename", seconds=LONG_SECONDS)
        visitor.keep_codename()
    print(f"{browser.version}: {size} bytes, {memory.growth / MB:.0f} MB more, met {line.met}")
    assert memory.growth <= MEMORY_GROWTH_MAX
    assert min(line.met[fault] for fault in ("dropped before", "dropped after", "delayed")) > 0
    assert (line.met["cut"], line.met["silent"]) == (1, 1)
    desk.fetch("investigations")
    (case,) = desk.cases("investigations")
    saved = folder / "saved"
    desk.caseworker("save", "investigations", case["case"], "--to", saved)
    assert _hash(saved / "1-report" / "film.mp4") == _hash(film)


class _Memory:
    """What a browser holds, at first and at most."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._first = self._most = browser.memory()

    @property
    def growth(self) -> int:
        return self._most - self._first

    def look(self) -> None:
        self._most = max(self._most, self._browser.memory())


@contextmanager
def _memory_watched(browser: Browser) -> Iterator[_Memory]:
    memory, done = _Memory(browser), threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            memory.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield memory
    finally:
        done.set()
        watcher.join()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---- files that change, and people who change their mind -----------------------------------------

CHANGED = "The file {file} has changed. It is read and sent anew."
UNREADABLE = (
    "The file {file} can no longer be read, or has changed since you chose it. Go back, remove it"
    " and choose it again."
)


@BOTH
def test_a_file_that_changes_on_the_way_is_said_and_starts_anew_under_another_key(
    profile: Profile, place: Place
) -> None:
    with profile.browser() as browser:
        film = place.file("film.mp4", 4 * MB)
        other = place.file("other.mp4", MB)
        visitor = _paused_on_the_way(browser, place, [other, film], stored=8)
        _rewrite_unseen(film)
        visitor.page.click(role="button", name="Go on")
        visitor.page.wait_text(visitor.says(CHANGED, file="film.mp4"))
        visitor.keep_codename()
        _, files = place.received()
        assert files == [other.read_bytes(), film.read_bytes()]
        # 4 chunks of the one and 16 of the other, padded to 20; the other's first ones twice.
        assert 20 < place.chunks() < 20 + 16


@BOTH
def test_a_file_that_disappears_is_named_and_the_others_go_on_where_they_were(
    profile: Profile, place: Place
) -> None:
    with profile.browser() as browser:
        film = place.file("film.mp4", 4 * MB)
        gone = place.file("gone.mp4", MB)
        visitor = _paused_on_the_way(browser, place, [film, gone], stored=8)
        page = visitor.page
        gone.unlink()
        page.click(role="button", name="Go on")
        page.wait_text(visitor.says(UNREADABLE, file="gone.mp4"))
        assert visitor.says("The office has received nothing yet.") in page.text()
        page.click(role="button", name=visitor.says("Back to what you wrote"))
        page.click(role="button", name=visitor.says("Change: What evidence is there?"))
        page.click(role="button", name=visitor.says("Remove gone.mp4"))
        page.click("form .main")
        visitor.send()
        visitor.keep_codename()
        assert place.received() == ("on the way", [film.read_bytes()])
        # Not one of the film's 16 chunks was sent under a second key.
        assert place.chunks() == 16


@BOTH
def test_sending_that_was_stopped_goes_on_where_it_was(profile: Profile, place: Place) -> None:
    with profile.browser() as browser:
        film = place.file("film.mp4", 4 * MB)
        visitor = _paused_on_the_way(browser, place, [film], stored=8)
        visitor.page.click(role="button", name="Stop and go back")
        visitor.page.wait_for(".answers")
        place.line.spoil(Faults())
        visitor.send()
        visitor.keep_codename()
        assert place.received() == ("on the way", [film.read_bytes()])
        assert place.chunks() == 16
        # What was stored before the stop was not sent again; the envelope is one more.
        assert place.line.met["request"] <= 16 - 8 + 1


@BOTH
def test_the_bar_never_goes_back_nor_reaches_its_end_before_all_is_stored(
    profile: Profile, place: Place
) -> None:
    with profile.browser() as browser:
        page = browser.open(script=WATCH_THE_BAR)
        visitor = Visitor(page, place.pages.address)
        visitor.open_report()
        visitor.write("on the way", [place.file("film.mp4", 4 * MB)])
        place.line.spoil(Faults(slow_seconds=0.2))
        visitor.send()
        page.wait_for(".codename", seconds=LONG_SECONDS)
        seen = page.evaluate("globalThis.seenOnTheBar")
        assert len(seen) > 10
        assert seen == sorted(seen)
        assert 0.9 < seen[-1] < 1


@BOTH
def test_leaving_the_page_in_the_middle_has_to_be_confirmed(profile: Profile, place: Place) -> None:
    with profile.browser() as browser:
        visitor = _paused_on_the_way(browser, place, [place.file("film.mp4", 4 * MB)], stored=2)
        page = visitor.page
        leave = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
        assert page.evaluate(leave) is False
        if profile.kind == "chrome":
            # Driven over BiDi, Firefox asks nobody.
            page.reload()
            assert "dialog: beforeunload" in page.problems()


# Every value that the bar of the page ever has, in its order.
WATCH_THE_BAR = """{
    globalThis.seenOnTheBar = [];
    const value = Object.getOwnPropertyDescriptor(HTMLProgressElement.prototype, "value");
    Object.defineProperty(HTMLProgressElement.prototype, "value", {
        ...value,
        set(given) { globalThis.seenOnTheBar.push(given); value.set.call(this, given); },
    });
}"""


def _paused_on_the_way(
    browser: Browser, place: Place, files: list[Path], *, stored: int
) -> Visitor:
    """Somebody who has paused the sending of files when so many of their chunks were stored."""
    page = browser.open()
    visitor = Visitor(page, place.pages.address)
    visitor.open_report()
    visitor.write("on the way", files)
    place.line.spoil(Faults(hold_from=stored + 1))
    visitor.send()
    wait_until(lambda: place.line.met["answered"] == stored, seconds=LONG_SECONDS)
    page.click(role="button", name="Pause")
    page.wait_text("Paused. Nothing is lost.")
    # What was under way is still answered.
    place.line.release()
    wait_until(lambda: place.line.met["answered"] == place.line.met["request"])
    return visitor


def _rewrite_unseen(path: Path) -> None:
    """Put other bytes into a file whose size and time stay, as far as a browser looks."""
    before = path.stat()
    path.write_bytes(os.urandom(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
