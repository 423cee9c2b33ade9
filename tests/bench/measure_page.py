"""How fast a page sends a file, beside the same browser doing nothing but sending."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crypto.sizes import CHUNK_SIZE
from tests.bench.figures import Figure, compared, measurement
from tests.browser.driver import Browser, BrowserError, Kind, Page, find_browser
from tests.browser.visitor import Visitor
from tests.offices.practice_pages import PracticePages, practice_pages

FILE_SIZE, IN_FLIGHT, TARGET = 60_000_000, 4, 0.5

# When the page begins to read the file, and when the last of its chunks was stored.
WATCH = """{
    const slice = Blob.prototype.slice;
    Blob.prototype.slice = function (...given) {
        globalThis.began ??= performance.now();
        return slice.apply(this, given);
    };
    const real = fetch;
    globalThis.stored = 0;
    globalThis.fetch = async (path, options) => {
        const answer = await real(path, options);
        if (String(path).startsWith("/v1/chunks/")) {
            globalThis.stored += 1;
            globalThis.ended = performance.now();
        }
        return answer;
    };
}"""

UNTIL_STORED = """new Promise((done) => {
    const look = () => document.querySelector(".codename") ? done() : setTimeout(look, 100);
    look();
})"""

# The same number of bodies of the same size, made beforehand, so many at once.
PLAIN = """(async (count, size, atOnce) => {
    const body = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(body.subarray(at, at + 65536));
    const name = () => [...crypto.getRandomValues(new Uint8Array(32))]
        .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    let left = count;
    const began = performance.now();
    await Promise.all(Array.from({ length: atOnce }, async () => {
        while (left-- > 0) {
            const answer = await fetch("/v1/chunks/" + name(), { method: "PUT", body });
            if (answer.status !== 204) throw new Error("an upload was not stored");
        }
    }));
    return count * size / (performance.now() - began) * 1000;
})"""


def _sealed(page: Page, pages: PracticePages, film: Path) -> float:
    """Bytes a second of a page from the first reading of a file to its last stored chunk."""
    visitor = Visitor(page, pages.address)
    visitor.open_report()
    visitor.write("as fast as it goes", [film])
    visitor.send()
    # Looking at each frame, as the driver does, takes a fifth of what the page has.
    page.evaluate(UNTIL_STORED)
    stored, took = page.evaluate("[globalThis.stored, globalThis.ended - globalThis.began]")
    return float(stored * CHUNK_SIZE / took * 1000)


def _plain(page: Page, pages: PracticePages) -> float:
    """Bytes a second of the same bodies, sent and no more."""
    page.goto(pages.address + "/en/")
    count = -(-FILE_SIZE // CHUNK_SIZE)
    return float(page.evaluate(f"{PLAIN}({count}, {CHUNK_SIZE}, {IN_FLIGHT})"))


def _measure(kind: Kind, name: str) -> Iterator[Figure]:
    try:
        find_browser(kind)
    except BrowserError as error:
        print(f"{name}: left out, {error}")
        return
    with tempfile.TemporaryDirectory(prefix="fidelio-bench-") as folder:
        film = Path(folder) / "film.mp4"
        film.write_bytes(os.urandom(FILE_SIZE))
        with practice_pages(Path(folder)) as pages, Browser(kind=kind, watched=False) as browser:
            value, ratio = compared(
                lambda: _sealed(browser.open(script=WATCH), pages, film),
                lambda: _plain(browser.open(), pages),
            )
    yield Figure(name, value / 1e6, "MB/s", ratio, TARGET)


@measurement
def page_upload() -> Iterator[Figure]:
    """Upload from the page in Chromium, compared with plain PUTs of the same browser."""
    yield from _measure("chrome", "page_upload")


@measurement
def page_upload_firefox() -> Iterator[Figure]:
    """The same in Firefox."""
    yield from _measure("firefox", "page_upload_firefox")
