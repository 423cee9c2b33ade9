"""How much a source's line has to carry before anything can be typed, and what comes after it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from ground.languages import LANGUAGES, language_of
from intake.site.words import other_lists
from tests.browser.driver import Browser, Exchange
from tests.browser.visitor import Visitor
from tests.offices.desk import Desk
from tests.offices.source_client import free_port

pytestmark = pytest.mark.browser

# Gzip body bytes of every response until the network is idle.
FIRST_LOAD_MAX = 60_000
ICON = "/icon.png"
HOSTS = ("127.0.0.1", "localhost")
CONTACT = "This is a practice office. A real one names its other ways to report here."


@dataclass(frozen=True)
class Place:
    """An office of two recipients, served, and a browser."""

    desk: Desk
    address: str
    browser: Browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    # As many and as long as those of the office that `make run` makes.
    addresses = [f"http://{host}:{port + n}" for host in HOSTS for n in range(4)]
    desk = Desk.create(tmp_path_factory.mktemp("first-load"), addresses, contact=CONTACT)
    with desk.serving("--listen", f"127.0.0.1:{port}"), Browser() as browser:
        yield Place(desk, address, browser)


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES])
def test_a_report_and_its_codename_need_nothing_but_the_small_first_load(
    place: Place, language: str
) -> None:
    page = place.browser.open()
    visitor = Visitor(page, place.address, language)
    visitor.open_report()
    page.wait_idle(1_000)
    first = page.traffic()
    size = sum(map(_size, first))
    if ICON not in map(_path, first):
        # A browser with a window asks for it too.
        size += (place.desk.data / "site" / "icon.png").stat().st_size
    print(f"first load of the report page, {language}: {size} bytes")
    assert all(exchange.encoding in ("gzip", "") for exchange in first)
    assert size <= FIRST_LOAD_MAX

    page.forget_traffic()
    visitor.write("A text alone.")
    visitor.send()
    visitor.keep_codename()
    page.wait_idle(1_000)
    later = page.traffic()
    assert [exchange.method for exchange in later].count("PUT") == 1
    # All of it after the first screen, and the same for everybody: SPEC 11.5.
    asked = [_path(exchange) for exchange in later if exchange.method != "PUT"]
    kinds = [re.sub(r"[-/][0-9a-f]{16,}(\.txt)?$", "", path) for path in asked]
    lists = [f"/words-{name}" for name in other_lists(language_of(language))]
    directory = ["/v1/directory", "/v1/status", "/v1/forms", "/v1/keys", "/v1/keys"]
    before = len(lists) + len(directory)
    assert kinds[:before] == [*lists, *directory]
    # The list, then each volume.
    assert set(kinds[before:]) == {"/v1/board"}
    page.close()


def _path(exchange: Exchange) -> str:
    return urlsplit(exchange.url).path


def _size(exchange: Exchange) -> int:
    assert exchange.status == 200, exchange
    return exchange.body
