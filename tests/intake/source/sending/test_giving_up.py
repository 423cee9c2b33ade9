"""Giving up what waits, and what goes by itself when the user's session ends."""

import json
import signal
import time
from pathlib import Path

import pytest

from tests.means.person_at_a_terminal import person
from tests.offices.source_client import Done, Meeting, office_server


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """The folder of a user's session."""
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    return folder


def broken_off(meeting: Meeting, session: Path | None = None) -> Done:
    """A report that waits, since the server has broken off."""
    source, server, port = meeting
    server.answer = lambda _number, _put: None
    environment = {"XDG_RUNTIME_DIR": str(session)} if session else {}
    text = source.file("text.txt", b"It happened.")
    arguments = ("--text-file", text, "--patience", "0")
    with office_server(server, port):
        done = source.run("report", *arguments, environment=environment)
    assert done.code == 1
    server.answer = lambda _number, _put: 204
    return done


def names(folder: Path) -> list[str]:
    """All below the state folder, but for the office's own."""
    return sorted(path.name for path in folder.glob("*/*"))


def test_what_waits_is_thrown_away_without_codename_or_server(meeting: Meeting) -> None:
    source, _server, _port = meeting
    broken_off(meeting)
    done = source.run("report", "--give-up")
    assert done.code == 0, done.err
    assert "that waited on this device: 1" in done.out
    assert source.server in done.out
    assert names(source.state) == ["lock", "office.json"]


def test_of_several_messages_it_says_how_many(meeting: Meeting) -> None:
    source, _server, _port = meeting
    for _number in range(3):
        broken_off(meeting)
    done = source.run("report", "--give-up", "--json")
    assert done.code == 0, done.err
    given_up = json.loads(done.out)["given_up"]
    assert [one["addresses"] for one in given_up] == [[source.server]] * 3


def test_nothing_to_give_up_is_no_fault(meeting: Meeting) -> None:
    source, _server, _port = meeting
    done = source.run("report", "--give-up")
    assert done.code == 0, done.err
    assert "Nothing waits on this device." in done.out
    assert not source.state.exists()


def test_what_is_given_up_cannot_be_resumed(meeting: Meeting) -> None:
    source, server, port = meeting
    codename = broken_off(meeting).codename
    source.run("report", "--give-up")
    with office_server(server, port):
        done = source.resume(codename)
    assert done.code == 1
    assert "Nothing for this office waits" in done.err
    assert "Perhaps it has been stored" in done.err
    assert "intake replies" in done.err


def test_what_a_run_is_sending_is_not_thrown_away(meeting: Meeting) -> None:
    source, server, port = meeting
    server.answer = lambda _number, _put: None
    text = source.file("text.txt", b"It happened.")
    with (
        office_server(server, port),
        source.started("report", "--text-file", text) as process,
    ):
        while not server.puts:
            assert process.poll() is None
            time.sleep(0.05)
        done = source.run("report", "--give-up")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert done.code == 1
    assert "another run is sending" in done.err
    assert source.run("report", "--give-up").code == 0
    assert not source.unsent()


@pytest.mark.parametrize("more", [("--resume",), ("--text-file", "x"), ("--to-file", "x")])
def test_giving_up_goes_with_nothing_else(meeting: Meeting, more: tuple[str, ...]) -> None:
    source, _server, _port = meeting
    assert source.run("report", "--give-up", *more).code == 2


def test_whoever_breaks_off_hears_how_to_go_on_and_how_to_give_up(
    meeting: Meeting, session: Path
) -> None:
    done = broken_off(meeting, session)
    assert "report --resume" in done.err
    assert "report --give-up" in done.err
    assert "Once you log out or restart this device, nobody can open it any more" in done.err


def test_without_a_session_nothing_is_said_of_its_end(meeting: Meeting) -> None:
    assert "log out" not in broken_off(meeting).err


def test_a_message_goes_on_while_the_session_lasts(meeting: Meeting, session: Path) -> None:
    source, server, port = meeting
    codename = broken_off(meeting, session).codename
    with office_server(server, port):
        environment = {"XDG_RUNTIME_DIR": str(session)}
        done = source.run("report", "--resume", codename=codename, environment=environment)
    assert done.code == 0, done.err
    assert list(session.iterdir()) == []
    assert names(source.state) == ["lock", "office.json"]


@pytest.mark.parametrize("command", ["report", "replies"])
def test_what_a_lost_key_leaves_is_said_and_removed_by_the_next_run_of_any_command(
    meeting: Meeting, session: Path, command: str
) -> None:
    source, server, port = meeting
    codename = broken_off(meeting, session).codename
    for key in session.iterdir():
        key.unlink()
    arguments = ("--resume",) if command == "report" else ()
    with office_server(server, port):
        done = source.run(command, *arguments, codename=codename)
    assert "Nobody can open it any more" in done.err
    assert names(source.state) == ["lock", "office.json"]


def test_who_is_shown_a_codename_hears_that_the_session_has_to_last(
    meeting: Meeting, session: Path, tmp_path: Path
) -> None:
    source, server, port = meeting
    text = source.file("text.txt", b"It happened.")
    line = ("report", "--server", source.server, "--text-file", str(text), "--yes")
    with (
        office_server(server, port),
        person(tmp_path, *line, XDG_RUNTIME_DIR=str(session)) as someone,
    ):
        someone.types("[y/N]", "y")
        someone.wait_for("Stay logged in until then.")


def test_who_begins_anew_while_a_message_waits_hears_so_before_typing(
    meeting: Meeting, tmp_path: Path
) -> None:
    source, server, port = meeting
    broken_off(meeting)
    line = ("report", "--server", source.server, "--state", str(source.state))
    with office_server(server, port), person(tmp_path, *line) as someone:
        someone.types("Begin another one all the same? [y/N]", "")
        assert someone.ends() == 1
    assert "waits on this device; it may not be stored" in someone.seen
    assert f"report --resume --server {source.server}" in someone.seen
    assert f"report --give-up --server {source.server}" in someone.seen
    assert f"replies --server {source.server}" in someone.seen
    assert "What happened?" not in someone.seen
    assert len(source.unsent()) == 1
    with office_server(server, port), person(tmp_path, *line) as someone:
        someone.types("Begin another one all the same? [y/N]", "y")
        someone.wait_for("What happened?")


def test_a_script_that_begins_anew_while_a_message_waits_is_told_and_goes_on(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    broken_off(meeting)
    with office_server(server, port):
        done = source.report(text="Another.")
    assert done.code == 0, done.err
    assert "waits on this device; it may not be stored" in done.err
    assert "report --give-up" in done.err
