"""What comes too late: a last day that passes on the way, a changed file, Ctrl-C at the end."""

import os
from pathlib import Path

from crypto.sizes import PIECE_SIZE
from tests.means.clock import clock_ahead, clock_by, set_clock
from tests.means.sealed_files import sealed_file
from tests.offices.source_client import Done, Meeting, Put, office_server, today


def is_envelope(put: Put) -> bool:
    return "/envelopes/" in put.path


def send_as_the_last_day_passes(
    meeting: Meeting, clock: Path, *, chunks: int, status: int | None
) -> Done:
    """Send a sealed file whose last day passes with the first answer, which this is."""
    source, server, port = meeting
    set_clock(clock, 0)

    def answer(_number: int, _put: Put) -> int | None:
        set_clock(clock, 20)
        return status

    server.answer = answer
    sealed = source.file("report.fidelio", sealed_file(server.office.genesis_id, chunks).data)
    with office_server(server, port):
        done = source.run("send", sealed, environment=clock_by(clock))
    assert done.code == 1
    assert "This file cannot be sent today" in done.err
    return done


def test_a_sealed_file_whose_last_day_passes_on_the_way_is_not_sent(
    meeting: Meeting, tmp_path: Path
) -> None:
    """A slow line may take it past midnight; its keys may be gone when it is fetched."""
    send_as_the_last_day_passes(meeting, tmp_path / "clock", chunks=2, status=204)
    _source, server, _port = meeting
    assert server.puts
    assert not any(map(is_envelope, server.puts))


def test_a_sealed_file_that_may_be_stored_when_its_last_day_passes_is_said_to_be(
    meeting: Meeting, tmp_path: Path
) -> None:
    """The answer was lost: whoever sealed a new one at once might report twice."""
    done = send_as_the_last_day_passes(meeting, tmp_path / "clock", chunks=0, status=None)
    _source, server, _port = meeting
    assert "The office may have the message already" in done.err
    assert len(server.envelopes()) == 1


def test_no_second_version_of_a_message_is_made_of_a_file_that_changed(
    meeting: Meeting,
) -> None:
    """The answer to its envelope was lost, so the office may have it as it was."""
    source, server, port = meeting
    film = source.file("film.mp4", os.urandom(2 * PIECE_SIZE))
    server.answer = lambda _number, put: None if is_envelope(put) else 204
    with office_server(server, port):
        done = source.report("--patience", "0", "--file", film)
        assert done.code == 1
        film.write_bytes(os.urandom(2 * PIECE_SIZE))
        # After a week chunks are sent again, and files are read for it.
        server.answer = lambda _number, _put: 204
        server.day = today() + 8
        resumed = source.run(
            "report", "--resume", codename=done.codename, environment=clock_ahead(8)
        )
    assert resumed.code == 1
    assert "film.mp4 has changed since the message was sealed" in resumed.err
    assert len(server.envelopes()) == 1


def test_ctrl_c_after_it_was_stored_does_not_say_that_nothing_was_sent(meeting: Meeting) -> None:
    source, server, port = meeting
    stop = (
        "from intake.source.sending.unsent_folders import UnsentFolder\n"
        "def stopped(_folder): raise KeyboardInterrupt\n"
        "UnsentFolder.end = stopped"
    )
    text = source.file("text.txt", b"It happened.")
    with office_server(server, port):
        done = source.run("report", "--text-file", text, prelude=stop)
    assert done.code == 0, done.err
    assert "Stored." in done.out
    assert "Nothing was sent" not in done.err
    assert "It is stored." in done.err
    assert "report --give-up" in done.err
    assert source.run("report", "--give-up").code == 0
    assert not source.unsent()
