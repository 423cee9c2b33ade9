"""Files on their way from a browser: over bad lines, past changes, interrupted and gone on with."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.bad_line import BadLine, Faults, bad_line
from tests.browser.driver import ONION, SAFER, Browser, Kind, needs
from tests.browser.practice_pages import PracticePages, practice_pages
from tests.browser.visitor import Visitor
from tests.desk import Desk
from tests.office_fixture import read_export
from tests.server_process import succeed
from tests.source_client import file_bytes, free_port, open_message

pytestmark = pytest.mark.browser

MB = 1_000_000
LONG_SECONDS = 1800.0
MEMORY_GROWTH_MAX = 100 * MB
SILENT = "The server does not answer."
SEALING = "Sending the sealed text…"


@dataclass(frozen=True)
class Profile:
    """A browser, how it is set, and the name under which it finds the office."""

    kind: Kind
    host: str = "127.0.0.1"
    is_safer: bool = False

    def browser(self) -> Browser:
        """Start it."""
        return Browser(kind=self.kind, preferences=SAFER if self.is_safer else None)


CHROMIUM = Profile("chrome")
FIREFOX = Profile("firefox")
FIREFOX_SAFER = Profile("firefox", ONION, is_safer=True)
BOTH = pytest.mark.parametrize(
    "profile",
    [
        pytest.param(CHROMIUM, id="Chromium"),
        pytest.param(FIREFOX, id="Firefox", marks=needs("firefox")),
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

    def file(self, name: str, size: int) -> Path:
        """A new file of random bytes."""
        path = self.folder / name
        path.write_bytes(os.urandom(size))
        return path

    def received(self) -> tuple[str, list[bytes]]:
        """The text and the files of the only message."""
        out = self.folder / f"export-{os.urandom(4).hex()}"
        succeed("export", "--data", self.pages.server.data, "--recipient", "main", "--out", out)
        export = read_export(out.read_bytes())
        (envelope,) = export.envelopes
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


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with _place(tmp_path) as made:
        yield made


# ---- bad lines -----------------------------------------------------------------------------------


@ALL
def test_a_file_arrives_whole_over_a_line_that_drops_doubles_delays_and_breaks(
    profile: Profile, tmp_path: Path
) -> None:
    faults = Faults(drop_every=5, double_every=7, delay_share=0.1, cut_at=12, cut_seconds=4)
    with _place(tmp_path, profile.host) as place, profile.browser() as browser:
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
        profile.browser() as browser,
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
        assert visitor.page.problems() == [] or profile.kind == "chrome"
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
