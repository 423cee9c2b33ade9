"""How long a page takes to find twenty replies among five thousand records."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.bench.figures import Figure, measurement
from tests.browser.driver import ONION, SAFER, Browser, BrowserError, Kind, find_browser
from tests.means.repository import REPOSITORY

RECORDS, REPLIES = 5_000, 20
LIMIT_SECONDS = 3.0

PROGRAM = REPOSITORY / "tests/web/protocol/measure_reading.ts"
ESBUILD = REPOSITORY / "node_modules/.bin/esbuild"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def _served() -> Iterator[int]:
    """Serve a page that holds the program and nothing else; gives the port."""
    with tempfile.TemporaryDirectory(prefix="fidelio-bench-") as folder:
        subprocess.run(
            [ESBUILD, PROGRAM, "--bundle", "--minify", f"--outfile={folder}/program.js"],
            check=True,
            capture_output=True,
        )
        page = "<!doctype html><title>reading</title><script src=program.js></script>"
        Path(folder, "index.html").write_text(page)
        handler = partial(_Silent, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_port
            server.shutdown()


def _measure(
    name: str,
    kind: Kind,
    host: str = "127.0.0.1",
    preferences: Mapping[str, bool | str] | None = None,
) -> Iterator[Figure]:
    try:
        find_browser(kind)
    except BrowserError as error:
        print(f"{name}: left out, {error}")
        return
    with _served() as port, Browser(kind=kind, preferences=preferences) as browser:
        page = browser.open()
        page.goto(f"http://{host}:{port}/")
        took = page.evaluate(f'measureReading("browser", {RECORDS}, {REPLIES})')
    for step in ("tags", "records"):
        yield Figure(f"{name}_{step}", took[step], "ms", took[step] / 1000, LIMIT_SECONDS, True)


@measurement
def page_reading() -> Iterator[Figure]:
    """In Chromium: the tags of a year, which are made while the board comes, and the records."""
    yield from _measure("page_reading", "chrome")


@measurement
def page_reading_firefox() -> Iterator[Figure]:
    """In Firefox."""
    yield from _measure("page_reading_firefox", "firefox")


@measurement
def page_reading_safer() -> Iterator[Figure]:
    """In Firefox without what Tor Browser's level "Safer" takes away."""
    yield from _measure("page_reading_safer", "firefox", host=ONION, preferences=SAFER)
