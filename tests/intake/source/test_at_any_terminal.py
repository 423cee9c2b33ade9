"""The sources' commands wherever they are run: streams closed or full, no home, odd terminals.

Whatever becomes of what they print: no traceback, no wrong exit code after a deed, no codename lost
unnoticed, and no text of an office at the left edge of a terminal, where this program speaks.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.directory import fingerprint
from tests.means.person_at_a_terminal import person, screen_lines
from tests.means.repository import REPOSITORY
from tests.means.telling import telling
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import (
    OfficeServer,
    Source,
    free_port,
    office_server,
    open_message,
    replies_to,
    today,
)

NAME = "Inspection\u00a0générale : corruption\u200d مكافحة الفساد 反腐敗 👩\u200d⚖️ e\u0301te"
REPLY = (
    "Thank you. Спасибо за сообщение. 我們讀了你的信，謝謝你。" * 4
    + "\nشكرا جزيلا على رسالتك الطويلة جدا. " * 3
    + "\n👩\u200d⚖️👩\u200d⚖️👩\u200d⚖️"
    + "z" * 200
    + "\u0301" * 9
    + "\n\x1b[2J\u202eerror: all is lost\n"
)
# Whatever any of these lines begins with stands at the left edge where it must not.
FOREIGN = tuple(word[:2] for word in (NAME + " " + REPLY).split() if word[:2].strip())


def named_office() -> tuple[OfficeServer, int]:
    """An office of that name, and the port that its directory names."""
    port = free_port()
    contacts = (f"By post: {NAME}, {'1 Practice Street ' * 5}",)
    office = PracticeOffice.create(
        today(), address=f"http://127.0.0.1:{port}", names={"und": NAME}, contacts=contacts
    )
    return OfficeServer(office), port


def server_address(server: OfficeServer) -> str:
    return server.office.content.addresses[0]


@pytest.fixture
def server() -> Iterator[OfficeServer]:
    running, port = named_office()
    with office_server(running, port):
        yield running


@pytest.fixture
def source(server: OfficeServer, tmp_path: Path) -> Source:
    return Source(tmp_path, server_address(server), server.office)


@dataclass(frozen=True)
class Ended:
    """How a command in a shell ended, and what it wrote where that was still open."""

    code: int
    out: str
    err: str


def in_a_shell(
    source: Source, command: str, around: str, *arguments: object, **environment: str | None
) -> Ended:
    """Run a command of `intake` as part of a line of shell, `around` with `{}` for it.

    `environment`: variables that are set, or unset where None.
    """
    assert source.office is not None
    line = [sys.executable, "-m", "intake.cli", command, "--server", source.server]
    line += ["--fingerprint", fingerprint(source.office.genesis_id)]
    variables = {name: value for name, value in environment.items() if value is not None}
    kept = {name: value for name, value in os.environ.items() if name not in environment}
    done = subprocess.run(
        ["bash", "-c", "set -o pipefail; " + around.format('"$@"'), "bash"]
        + [str(part) for part in [*line, *arguments]],
        cwd=REPOSITORY,
        env=kept | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
    )
    decode = environment.get("PYTHONIOENCODING") or "utf-8"
    return Ended(done.returncode, done.stdout.decode(decode), done.stderr.decode(decode))


def report(source: Source, around: str, **environment: str | None) -> Ended:
    codename = source.folder / "codename"
    text = source.file("text.txt", b"It happened.")
    return in_a_shell(
        source,
        "report",
        f"exec 3>'{codename}'; {around}",
        "--language",
        "en",
        "--codename-fd",
        "3",
        "--text-file",
        text,
        **{"XDG_STATE_HOME": str(source.folder / "xdg")} | environment,
    )


def replies(source: Source, around: str, **environment: str | None) -> Ended:
    return in_a_shell(
        source,
        "replies",
        f"exec 3<'{source.folder / 'codename'}'; {around}",
        "--language",
        "en",
        "--codename-fd",
        "3",
        **{"XDG_STATE_HOME": str(source.folder / "xdg")} | environment,
    )


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Somebody who has reported, and whom the office has answered."""
    server, port = named_office()
    source = Source(tmp_path_factory.mktemp("answered"), server_address(server), server.office)
    with office_server(server, port):
        answer(source, server)
        yield source


def answer(source: Source, server: OfficeServer) -> None:
    """Report, and have the office answer."""
    done = source.report()
    assert done.code == 0, done.err
    opened = open_message(server.office, server.envelopes()[-1])
    server.put_on_board(replies_to(server.office, opened, REPLY))


ASCII: dict[str, str | None] = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
AROUND: dict[str, tuple[str, dict[str, str | None]]] = {
    "stdout closed": ("{} >&-", {}),
    "stdout full": ("{} >/dev/full", {}),
    "a reader who leaves": ("{{ {} ; }} | head -n 1", {}),
    "stdin closed": ("{} <&-", {}),
    "stderr closed": ("{} 2>&-", {}),
    "stderr full": ("{} 2>/dev/full", {}),
    "all closed": ("{} <&- >&- 2>&-", {}),
    "LANG=C": ("{}", {"LC_ALL": "C"}),
    "ASCII alone": ("{}", ASCII),
    "KOI8-R": ("{}", {"PYTHONIOENCODING": "koi8-r"}),
    "40 columns": ("{}", {"COLUMNS": "40"}),
}
UNWRITTEN = ("stdout closed", "stdout full", "all closed")


@pytest.mark.parametrize(
    "where", telling(AROUND, "stdout closed", "a reader who leaves", "ASCII alone")
)
def test_a_report_is_stored_and_said_to_be_whatever_becomes_of_the_output(
    source: Source, server: OfficeServer, where: str
) -> None:
    around, environment = AROUND[where]
    done = report(source, around, **environment)
    assert done.code == 0, done.err
    assert len(server.envelopes()) == 1
    assert len(source.codename().split()) == 8
    assert "Traceback" not in done.err + done.out
    assert "error:" not in done.err
    if where in UNWRITTEN[:2]:
        assert "what was asked is done" in done.err
    elif where != "all closed" and where != "a reader who leaves":
        assert "Stored." in done.out


@pytest.mark.parametrize("where", telling(AROUND, "stdout full", "KOI8-R", "40 columns"))
def test_replies_that_could_not_be_shown_are_said_not_to_have_been(
    answered: Source, where: str
) -> None:
    around, environment = AROUND[where]
    done = replies(answered, around, **environment)
    assert done.code == (1 if where in UNWRITTEN else 0), done.err
    assert "Traceback" not in done.err + done.out
    if where in UNWRITTEN[:2]:
        assert "the answer cannot be written" in done.err
    elif where != "all closed":
        assert done.out.startswith("From Main")
    assert not [line for line in done.out.splitlines() if line.startswith(FOREIGN)]
    assert "\x1b" not in done.out


def test_an_office_looks_the_same_wherever_its_name_is_shown(
    source: Source, server: OfficeServer
) -> None:
    """Scripts and emoji need the joiners; what a terminal has no letter for stands as its code."""
    done = report(source, "{}", COLUMNS="400")
    assert f"You write to: {NAME}\n" in done.out
    coded = report(source, "{}", COLUMNS="400", **ASCII)
    assert "Inspection<U+00A0>g<U+00E9>n<U+00E9>rale : corruption<U+200D>" in coded.out


def test_a_codename_for_a_stream_that_is_closed_is_refused_before_anything_is_sent(
    source: Source, server: OfficeServer
) -> None:
    text = source.file("text.txt", b"It happened.")
    arguments = ("--text-file", text, "--state", source.state, "--language", "en")
    for around, number in (("{} >&-", 1), ("{} <&-", 0), ("{} 2>&-", 2), ("{}", 9)):
        done = in_a_shell(source, "report", around, "--codename-fd", number, *arguments)
        assert done.code == 1, done
        assert server.puts == []
    full = in_a_shell(source, "report", "{} 3>/dev/full", "--codename-fd", 3, *arguments)
    assert (full.code, server.puts) == (1, [])
    assert "could not be written to its descriptor. Nothing was sent." in full.err


def test_without_home_a_report_goes_out_all_the_same(source: Source, server: OfficeServer) -> None:
    text = source.file("text.txt", b"It happened.")
    codename = source.folder / "codename"
    for home in (None, ""):
        done = in_a_shell(
            source,
            "report",
            f"{{}} 3>'{codename}'",
            *("--state", source.state, "--codename-fd", 3, "--text-file", text),
            XDG_STATE_HOME=None,
            HOME=home,
        )
        assert done.code == 0, done.err
        assert "Traceback" not in done.err
    assert len(server.envelopes()) == 2


@pytest.mark.parametrize("columns", [40, pytest.param(80, marks=pytest.mark.long)])
def test_no_text_of_an_office_stands_at_the_left_edge_of_a_terminal(
    answered: Source, tmp_path: Path, columns: int
) -> None:
    words = answered.codename()
    with person(tmp_path, "replies", "--server", answered.server, columns=columns) as someone:
        someone.types("[y/N]", "y")
        someone.types("your codename: ", words)
        someone.types("Write a follow-up?", "")
        assert someone.ends() == 0, someone.seen
    before, _codename, after = someone.seen.partition("\x1b[?1049l")
    for shown in (before.partition("\x1b[?1049h")[0], after):
        lines = screen_lines(shown, columns)
        assert lines
        assert not [line for line in lines if line.startswith(FOREIGN)], lines
    assert [line for line in screen_lines(after, columns) if line.startswith("  | ")]
    assert "error: all is lost" not in [line.strip() for line in screen_lines(after, columns)]


@pytest.mark.parametrize("columns", [40, pytest.param(80, marks=pytest.mark.long)])
def test_other_ways_to_report_stay_away_from_the_left_edge(
    source: Source, server: OfficeServer, tmp_path: Path, columns: int
) -> None:
    server.closed = {"envelopes": "full", "chunks": "full"}
    with person(tmp_path, "report", "--server", source.server, columns=columns) as someone:
        someone.types("[y/N]", "y")
        assert someone.ends() == 1, someone.seen
    lines = screen_lines(someone.seen, columns)
    assert "Other ways to report:" in " ".join(lines)
    assert not [line for line in lines if line.startswith(FOREIGN)], lines
