"""A recipient whom a message is for, and who reads no more: the client stops, names, and asks."""

from pathlib import Path

import pytest

from tests.means.person_at_a_terminal import person
from tests.offices.source_client import (
    Done,
    Meeting,
    OfficeServer,
    Put,
    office_server,
    open_message,
)


def begun(meeting: Meeting, *arguments: object) -> Done:
    """A report to both recipients that waits; after it the board is gone."""
    source, server, port = meeting
    server.answer = lambda _number, _put: None
    text, photo = source.file("text.txt", b"It happened."), source.file("photo.jpg", b"x" * 9)
    line = ("--text-file", text, "--file", photo, "--patience", "0", *arguments)
    with office_server(server, port):
        done = source.run("report", *line)
    assert done.code == 1
    assert not server.envelopes()
    server.answer = lambda _number, _put: 204
    server.puts.clear()
    board_leaves(server)
    return done


def board_leaves(server: OfficeServer) -> None:
    server.office = server.office.without("board")
    server.document = None


def readers(server: OfficeServer) -> list[str]:
    (envelope,) = server.envelopes()
    payload = open_message(server.office, envelope).payload
    assert payload.text == "It happened."
    return [recipient.id for recipient in payload.recipients]


def test_a_script_stops_before_anything_is_sealed_and_is_told_which_option_goes_on(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    codename = begun(meeting).codename
    with office_server(server, port):
        done = source.resume(codename)
        assert done.code == 1
        assert "your message was for them too: board" in done.err
        assert "It would be for these alone: Main" in done.err
        assert "--without board" in done.err
        assert server.puts == []
        assert source.unsent()
        again = source.resume(codename, "--without", "board")
    assert again.code == 0, again.err
    assert readers(server) == ["main"]
    assert not source.unsent()


def test_it_stops_in_the_middle_where_they_go_meanwhile(meeting: Meeting) -> None:
    source, server, port = meeting

    def answer(_number: int, put: Put) -> int:
        if server.puts[0] is put:
            board_leaves(server)
            return 403
        return 204

    server.answer, server.code = answer, "puzzle"
    with office_server(server, port):
        done = source.report("--file", source.file("photo.jpg", b"x" * 9))
    assert done.code == 1
    assert "--without board" in done.err
    assert server.chunks()
    assert not server.envelopes()


def test_where_all_are_gone_nothing_is_asked(meeting: Meeting) -> None:
    source, server, port = meeting
    codename = begun(meeting, "--leave-out", "main").codename
    with office_server(server, port):
        done = source.resume(codename)
    assert done.code == 1
    assert "None of the recipients that you chose reads messages any more" in done.err


def test_what_is_sealed_already_goes_as_it_is(meeting: Meeting) -> None:
    """The office may have it: there is no second version of it for fewer."""
    source, server, port = meeting
    server.answer = lambda _number, put: 204 if "/chunks/" in put.path else None
    with office_server(server, port):
        codename = source.report("--patience", "0").codename
        sealed = server.envelopes()
        server.answer = lambda _number, _put: 204
        board_leaves(server)
        refused = source.resume(codename, "--without", "board")
        assert refused.code == 1
        assert "sealed already" in refused.err
        assert source.resume(codename).code == 0
    assert server.envelopes() == sealed


def test_a_resumed_message_says_who_can_read_it(meeting: Meeting) -> None:
    source, server, port = meeting
    codename = begun(meeting).codename
    with office_server(server, port):
        done = source.resume(codename, "--without", "board")
    assert "It can be read by: Main" in done.out


def test_whoever_leaves_out_somebody_whom_it_is_not_for_is_told(meeting: Meeting) -> None:
    source, server, port = meeting
    codename = begun(meeting).codename
    with office_server(server, port):
        done = source.resume(codename, "--without", "typo", "board")
    assert done.code == 1
    assert "not for: typo" in done.err
    assert "It is for: board, main" in done.err
    assert server.puts == []


def test_leaving_out_goes_with_a_new_report_alone(meeting: Meeting) -> None:
    source, _server, _port = meeting
    codename = begun(meeting).codename
    done = source.resume(codename, "--leave-out", "board")
    assert done.code == 2
    assert "--without" in done.err


def test_without_goes_with_resume_alone(meeting: Meeting) -> None:
    source, _server, _port = meeting
    assert source.report("--without", "board").code == 2


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("", 1)])
def test_a_person_is_asked_and_silence_means_no(
    meeting: Meeting, tmp_path: Path, answer: str, code: int
) -> None:
    source, server, port = meeting
    codename = begun(meeting).codename
    line = ("report", "--resume", "--server", source.server, "--state", str(source.state))
    with office_server(server, port), person(tmp_path, *line) as someone:
        someone.types("your codename: ", codename)
        someone.wait_for("was for them too: board")
        someone.types("Send it to these alone? [y/N]", answer)
        assert someone.ends() == code, someone.seen
    assert bool(server.envelopes()) is (code == 0)
    assert bool(source.unsent()) is (code == 1)
