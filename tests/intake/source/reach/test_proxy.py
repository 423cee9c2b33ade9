"""Through a SOCKS proxy to a name that only the proxy knows, onto the server's Unix socket."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.source.reach.route import PAUSE_MAX_SECONDS, PAUSE_MIN_SECONDS, Pause
from tests.means.socks_server import Carried, SocksServer, socks_server
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, serving, succeed
from tests.offices.signed_office import PracticeOffice, batch, read_export
from tests.offices.source_client import Done, Source, file_bytes, open_message, replies_to, today

ONION = "practiceofficepracticeofficepracticeofficepractice234567.onion"

# Every look-up of a name that Python can make, written where the test can see it.
WATCH = """
import sys
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
           "socket.getnameinfo", "socket.sendto"}
def watch(event, arguments):
    if event in LOOKUPS:
        sys.stderr.write(f"LOOKUP {event} {arguments!r}\\n")
    elif event == "socket.connect":
        sys.stderr.write(f"CONNECT {arguments[1]!r}\\n")
sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Hidden:
    """A server on a Unix socket, reached by a name through a proxy."""

    office: PracticeOffice
    server: ServerProcess
    proxy: SocksServer

    @property
    def arguments(self) -> tuple[str, str]:
        return "--proxy", f"socks5h://127.0.0.1:{self.proxy.port}"


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hidden]:
    folder = tmp_path_factory.mktemp("hidden")
    office = PracticeOffice.create(today(), address=f"http://{ONION}")
    data = first_import(office, folder / "data", today())
    socket = folder / "http"
    with (
        serving(data, "--unix", str(socket)) as server,
        socks_server(SocksServer({ONION: socket})) as proxy,
    ):
        yield Hidden(office, server, proxy)


def looked_up(done: Done) -> list[str]:
    return [line for line in done.err.splitlines() if line.startswith("LOOKUP")]


def connected(done: Done) -> set[str]:
    return {line for line in done.err.splitlines() if line.startswith("CONNECT")}


def test_report_reply_and_follow_up_go_through_the_proxy_without_any_lookup(
    hidden: Hidden, tmp_path: Path
) -> None:
    source = Source(tmp_path, f"http://{ONION}", hidden.office)
    photo = source.file("photo.jpg", b"x" * 700_000)
    text = source.file("text.txt", b"Through the proxy.")
    sent = source.run(
        "report", *hidden.arguments, "--text-file", text, "--file", photo, prelude=WATCH
    )
    assert sent.code == 0, sent.err
    export = tmp_path / "export"
    succeed("export", "--data", hidden.server.data, "--recipient", "main", "--out", export)
    found = read_export(export.read_bytes())
    (envelope,) = found.envelopes
    opened = open_message(hidden.office, envelope)
    assert file_bytes(opened.payload.attachments[0], found.chunks) == b"x" * 700_000

    records = replies_to(hidden.office, opened, "We have read it.")
    bundle = tmp_path / "replies.bundle"
    bundle.write_bytes(
        hidden.office.outbound("main", today(), batch(1, records), directory=False, card=None)
    )
    succeed("import", "--data", hidden.server.data, bundle)
    follow_up = source.file("more.txt", b"One thing more.")
    read = source.run(
        "replies",
        *hidden.arguments,
        "--follow-up-file",
        follow_up,
        codename=sent.codename,
        prelude=WATCH,
    )
    assert read.code == 0, read.err
    assert "We have read it." in read.out
    assert "Stored." in read.out

    proxy = f"CONNECT ('127.0.0.1', {hidden.proxy.port})"
    for done in (sent, read):
        assert looked_up(done) == []
        assert connected(done) == {proxy}
        assert "not using Tor" not in done.err
    assert set(hidden.proxy.asked) == {ONION}


def carried_by(requests: Sequence[Carried], *paths: str) -> set[tuple[bytes, bytes]]:
    """The names and passwords that carried requests for these paths."""
    return {(one.name, one.password) for one in requests if one.path in paths}


def test_board_and_uploads_of_one_run_go_over_different_circuits(
    hidden: Hidden, tmp_path: Path
) -> None:
    """Tor gives each name and password circuits of its own; each run draws them anew."""
    source = Source(tmp_path, f"http://{ONION}", hidden.office)
    photo = source.file("photo.jpg", b"x" * 700_000)
    sent = source.report(*hidden.arguments, "--file", photo)
    assert sent.code == 0, sent.err
    before = len(hidden.proxy.requests)
    more = source.file("more.txt", b"One thing more.")
    asked = ("--follow-up-file", more, "--file", photo, "--to", "main")
    read = source.replies(sent.codename, *hidden.arguments, *asked)
    assert read.code == 0, read.err
    requests = hidden.proxy.requests[before:]
    groups = [
        carried_by(requests, "/v1/directory", "/v1/keys", "/v1/status"),
        carried_by(requests, "/v1/board"),
        carried_by(requests, "/v1/chunks"),
        carried_by(requests, "/v1/envelopes"),
    ]
    assert [len(group) for group in groups] == [1, 1, 1, 1]
    assert len(set[tuple[bytes, bytes]]().union(*groups)) == 4
    earlier = carried_by(hidden.proxy.requests[:before], *(one.path for one in requests))
    assert not earlier & set[tuple[bytes, bytes]]().union(*groups)
    assert all(name != password for name, password in earlier.union(*groups))


def test_the_first_upload_waits_after_the_board(hidden: Hidden, tmp_path: Path) -> None:
    source = Source(tmp_path, f"http://{ONION}", hidden.office)
    codename = source.report(*hidden.arguments).codename
    before = len(hidden.proxy.requests)
    more = source.file("more.txt", b"One thing more.")
    asked = ("--follow-up-file", more, "--to", "main")
    read = source.replies(codename, *hidden.arguments, *asked)
    assert read.code == 0, read.err
    at = {one.path: one.at for one in hidden.proxy.requests[before:]}
    assert at["/v1/envelopes"] - at["/v1/board"] >= PAUSE_MIN_SECONDS


def test_without_a_board_or_a_proxy_nothing_waits() -> None:
    pause = Pause()
    assert pause.left() == 0
    pause.begin()
    assert 0 < pause.left() <= PAUSE_MAX_SECONDS


def test_watching_would_have_seen_a_lookup(tmp_path: Path) -> None:
    source = Source(tmp_path, "http://localhost:9", None)
    text = source.file("text.txt", b"It happened.")
    done = source.run("report", "--text-file", text, prelude=WATCH)
    assert done.code == 1
    assert looked_up(done)


def test_onion_address_that_ends_with_a_dot_is_refused_and_never_looked_up(tmp_path: Path) -> None:
    source = Source(tmp_path, f"http://{ONION}.", None)
    text = source.file("text.txt", b"It happened.")
    done = source.run("report", "--text-file", text, prelude=WATCH)
    assert done.code != 0
    assert "ends with a dot" in done.err
    assert looked_up(done) == []


def test_name_that_the_proxy_does_not_know_is_looked_up_nowhere_else(
    hidden: Hidden, tmp_path: Path
) -> None:
    source = Source(tmp_path, "http://localhost:8080", hidden.office)
    text = source.file("text.txt", b"It happened.")
    done = source.run("report", *hidden.arguments, "--text-file", text, prelude=WATCH)
    assert done.code == 1
    assert "The server does not answer" in done.err
    assert looked_up(done) == []


def test_proxy_that_is_not_there_is_named(tmp_path: Path) -> None:
    source = Source(tmp_path, f"http://{ONION}", None)
    done = source.report("--proxy", "socks5h://127.0.0.1:9")
    assert done.code == 1
    assert "The proxy does not answer" in done.err
    assert "9150" in done.err


def test_environment_cannot_choose_another_proxy(hidden: Hidden, tmp_path: Path) -> None:
    source = Source(tmp_path, f"http://{ONION}", hidden.office)
    text = source.file("text.txt", b"Not by the environment.")
    environment = {"http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    done = source.run("report", *hidden.arguments, "--text-file", text, environment=environment)
    assert done.code == 0, done.err
