"""An office that is flooded makes uploads cost work, and sources see how far it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.driver import Browser
from tests.browser.visitor import Visitor
from tests.offices.desk import RECIPIENTS, ROOT_PASSPHRASE, Desk, passphrase_of, run_caseworker
from tests.offices.source_client import Source, free_port

BITS = {"envelope": 14, "chunk": 18}
"""Half a second a chunk on a page: of a dozen some take longer, by chance."""
FILE = bytes(range(256)) * 12_000
WORDS = "The office asks for work against floods first"
# What a timer gets to see: it has its turn only where the work lets it.
WATCH = f"""globalThis.seen = new Set();
setInterval(() => {{
    const now = document.querySelector("#now")?.textContent ?? "";
    if (now.includes({WORDS!r})) seen.add(now);
}}, 10)"""


@dataclass(frozen=True)
class Place:
    """An office that asks for work, its server, and the address."""

    desk: Desk
    address: str


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    desk = Desk.create(tmp_path, [address])
    asked = [word for kind, bits in BITS.items() for word in (f"--puzzle-{kind}", bits)]
    said = desk.renew_office("renew", *asked)
    (bundle,) = said["bundles"].values()
    with desk.serving("--listen", f"127.0.0.1:{port}"):
        desk.take_to_server(Path(bundle))
        yield Place(desk, address)


@pytest.mark.long
@pytest.mark.browser
def test_a_page_says_how_far_its_work_is_and_what_it_sends_is_taken(
    place: Place, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILE)
    with Browser() as browser:
        page = browser.open(script=WATCH)
        visitor = Visitor(page, place.address)
        visitor.open_report()
        visitor.write("seen", [film])
        visitor.send()
        visitor.keep_codename()
        assert page.evaluate("seen.size") > 0
        assert page.problems() == []
    place.desk.fetch("investigations")
    assert [case["begins"] for case in place.desk.cases("investigations")] == ["seen"]


def test_the_command_line_works_and_what_it_sends_is_taken(place: Place, tmp_path: Path) -> None:
    source = Source(tmp_path, place.address, None)
    film = source.file("film.mp4", FILE[:600_000])
    done = source.report("--fingerprint", place.desk.fingerprint, "--file", film)
    assert done.code == 0, done.err
    place.desk.fetch("investigations")
    assert len(place.desk.cases("investigations")) == 1


def test_what_an_office_asks_for_stays_until_it_asks_for_something_else(tmp_path: Path) -> None:
    desk = Desk.create(tmp_path, ["http://127.0.0.1:8080"])
    words = [*map(passphrase_of, sorted(RECIPIENTS)), ROOT_PASSPHRASE]
    said = []
    for asked in (["--puzzle-chunk", 9], [], ["--puzzle-envelope", 5], ["--puzzle-chunk", 0]):
        ran = run_caseworker(["office", "renew", desk.office, *asked], words)
        assert ran.code == 0, ran.err
        said.append("bits for a message" in ran.out and ran.out.split("floods: ")[1][:40])
    assert [words and words.split(" bits")[0] for words in said] == ["0", "0", "5", "5"]
    assert "0 bits for each" in str(said[-1])
    refused = run_caseworker(["office", "renew", desk.office, "--puzzle-chunk", 25], words)
    assert (refused.code, "error:" in refused.err) == (2, True)
