"""`intake report` over bad lines: what is sent again is the same, and a kill loses nothing."""

import os
import signal
import time
from pathlib import Path
from threading import Timer

import pytest

from crypto.sizes import PIECE_SIZE
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import (
    Answer,
    Done,
    Meeting,
    OfficeServer,
    Put,
    Source,
    file_bytes,
    free_port,
    office_server,
    open_message,
    today,
)


def received(server: OfficeServer) -> dict[str, bytes]:
    """The attachments of the one message that came, by name."""
    (envelope,) = server.envelopes()
    payload = open_message(server.office, envelope).payload
    chunks = server.chunks()
    return {file.name: file_bytes(file, chunks) for file in payload.attachments}


def same_bytes_each_time(puts: list[Put]) -> bool:
    first = {put.path: put.body for put in puts}
    return all(put.body == first[put.path] for put in puts)


def lines_broken(*numbers: int) -> Answer:
    """Break off at these PUTs."""
    return lambda number, _put: None if number in numbers else 204


def test_broken_lines_are_tried_again_with_the_same_bytes(meeting: Meeting) -> None:
    source, server, port = meeting
    data = os.urandom(6 * PIECE_SIZE)
    server.answer = lines_broken(0, 3, 5, 8)
    with office_server(server, port):
        done = source.report("--file", source.file("a.bin", data))
    assert done.code == 0, done.err
    assert same_bytes_each_time(server.puts)
    assert received(server) == {"a.bin": data}


def test_envelope_whose_answer_was_lost_is_sent_again_unchanged(meeting: Meeting) -> None:
    source, server, port = meeting
    server.answer = lines_broken(0)
    with office_server(server, port):
        done = source.report()
    assert done.code == 0, done.err
    assert [put.path for put in server.puts] == [server.puts[0].path] * 2
    assert len(server.envelopes()) == 1


def test_who_stops_while_the_last_answer_is_out_is_told_that_it_may_be_stored(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    server.answer = lambda _number, _put: None
    with office_server(server, port):
        text = source.file("text.txt", b"It happened.")
        with source.started("report", "--text-file", text) as process:
            while not server.puts:
                time.sleep(0.005)
            process.send_signal(signal.SIGINT)
            _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The office may have the message" in err
    assert "nobody can read" not in err


def test_who_stops_while_the_server_is_closed_is_told_that_nothing_is_stored(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    server.answer, server.code = lambda _number, _put: 503, "full"
    with office_server(server, port):
        text = source.file("text.txt", b"It happened.")
        with source.started("report", "--text-file", text) as process:
            while not server.puts:
                time.sleep(0.005)
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nobody can read any of it" in err


def test_envelope_comes_last(meeting: Meeting) -> None:
    source, server, port = meeting
    with office_server(server, port):
        source.report("--file", source.file("a.bin", os.urandom(5 * PIECE_SIZE)))
    kinds = [put.path.split("/")[2] for put in server.puts]
    assert kinds == ["chunks"] * 8 + ["envelopes"]


def test_requests_carry_nothing_of_the_device(meeting: Meeting) -> None:
    source, server, port = meeting
    with office_server(server, port):
        source.report("--file", source.file("a.bin", b"x"))
    assert {name for _path, headers in server.gets for name in headers} == {"Host"}
    sent = {name for put in server.puts for name in put.headers}
    assert sent == {"Host", "Content-Type", "Content-Length"}


def test_report_killed_again_and_again_goes_on_where_it_was(meeting: Meeting) -> None:
    source, server, port = meeting
    data = os.urandom(200 * PIECE_SIZE)
    path = source.file("large.bin", data)
    server.answer = _slowly
    with office_server(server, port):
        codename = _killed_after(40, server, source, path)
        for stored in (80, 120, 160):
            _killed_after(stored, server, source, None, codename)
        server.answer = lambda _number, _put: 204
        done = source.resume(codename)
    assert done.code == 0, done.err
    assert same_bytes_each_time(server.puts)
    assert received(server) == {"large.bin": data}
    # Each kill may cost what was not noted yet, never the beginning.
    assert len(server.puts) < 200 + 8 + 4 * 32
    assert not source.unsent()


def _slowly(_number: int, _put: Put) -> int:
    time.sleep(0.01)
    return 204


def _killed_after(
    puts: int, server: OfficeServer, source: Source, path: Path | None, codename: str | None = None
) -> str:
    text = ("--text-file", source.file("text.txt", b"Before the kill.")) if path else ()
    arguments = (*text, "--file", path) if path else ("--resume",)
    with source.started("report", *arguments, codename=codename) as process:
        while len(server.puts) < puts:
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
    return source.codename()


def test_what_is_kept_for_resuming_is_encrypted(meeting: Meeting) -> None:
    source, server, port = meeting
    done = _given_up(source, server, port, text="A secret that nobody may find here.")
    (folder,) = source.unsent()
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(kept) == {".held", "key", "message", "progress"}
    for data in kept.values():
        for word in (b"secret", b"secret.bin", source.folder.name.encode(), b"text"):
            assert word not in data
    assert str(folder) in done.err
    assert "report --resume" in done.err


def _given_up(source: Source, server: OfficeServer, port: int, text: str) -> Done:
    """A report that stays unsent, since the server is away after the first look."""
    server.answer = lambda _number, _put: None
    path = source.file("secret.bin", b"secret" * 1000)
    with office_server(server, port):
        done = source.report("--patience", "0", "--file", path, text=text)
    assert done.code == 1
    return done


def test_on_a_slow_line_a_kill_costs_what_was_under_way_alone(meeting: Meeting) -> None:
    """There, megabytes that have to be sent again are minutes."""
    source, server, port = meeting
    data = os.urandom(64 * PIECE_SIZE)
    path, text = source.file("a.bin", data), source.file("text.txt", b"It happened.")
    server.answer = _slowly
    slow = (
        "import intake.source.sending.stored_chunks as stored_chunks\n"
        "stored_chunks.SAVED_SECONDS = 0.0"
    )
    with office_server(server, port):
        with source.started("report", "--text-file", text, "--file", path, prelude=slow) as process:
            while len(server.puts) < 24:
                assert process.poll() is None
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert source.resume(source.codename()).code == 0
    assert received(server) == {"a.bin": data}
    # Four on their way, and as many beyond the first of these.
    assert len(server.puts) <= 64 + 1 + 8


def test_files_that_are_too_large_are_refused_before_they_are_read(tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    source = Source(tmp_path, address, office := PracticeOffice.create(today(), address=address))
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        # Nothing on the disk, and hours to read.
        file.truncate(10**13)
    with office_server(OfficeServer(office), port):
        done = source.report("--file", film)
    assert done.code == 1
    assert "more than the office takes in one message: 1.1 GB in all" in done.err
    assert done.codename == ""


def test_files_are_refused_at_once_where_the_server_takes_none(meeting: Meeting) -> None:
    source, server, port = meeting
    server.closed = {"chunks": "full"}
    with office_server(server, port):
        done = source.run("report", "--text-file", "-", "--file", source.file("a.bin", b"x"))
    assert done.code == 1
    assert "takes no files now, since it is full" in done.err
    assert "You write to" not in done.out


def test_another_codename_does_not_open_what_waits(meeting: Meeting) -> None:
    source, server, port = meeting
    _given_up(source, server, port, text="It waits.")
    server.answer = lambda _number, _put: 204
    with office_server(server, port):
        other = source.report(text="Another.").codename
        done = source.resume(other)
    assert done.code == 1
    assert "opens with these words" in done.err
    assert len(source.unsent()) == 1


def test_resuming_with_nothing_that_waits_is_said_before_the_codename_is_read(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    with office_server(server, port):
        done = source.resume("not even a codename")
    assert done.code == 1
    assert "Nothing for this office waits" in done.err


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "hung up"])
def test_ctrl_c_says_what_is_stored_and_how_to_go_on(
    meeting: Meeting, sign: signal.Signals
) -> None:
    source, server, port = meeting
    data = os.urandom(64 * PIECE_SIZE)
    server.answer = _slowly
    with office_server(server, port):
        path = source.file("a.bin", data)
        text = source.file("text.txt", b"It happened.")
        with source.started("report", "--text-file", text, "--file", path) as process:
            while len(server.puts) < 20:
                time.sleep(0.005)
            process.send_signal(sign)
            _out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Stopped by hand." in err
        assert "are stored" in err
        assert "report --resume" in err
        assert "Traceback" not in err
        assert source.resume(source.codename()).code == 0
    assert received(server) == {"a.bin": data}


def test_a_job_in_the_background_that_is_ended_says_what_is_stored_too(
    meeting: Meeting,
) -> None:
    """A script's shell starts it without Ctrl-C; it ends by SIGTERM all the same."""
    source, server, port = meeting
    server.answer = _slowly
    with office_server(server, port):
        path = source.file("a.bin", os.urandom(64 * PIECE_SIZE))
        text = source.file("text.txt", b"It happened.")
        ignored = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"
        with source.started(
            "report", "--text-file", text, "--file", path, prelude=ignored
        ) as process:
            while len(server.puts) < 20:
                time.sleep(0.005)
            process.send_signal(signal.SIGTERM)
            _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "are stored" in err


def test_file_that_changes_while_it_is_sent_starts_anew_under_a_new_key(meeting: Meeting) -> None:
    source, server, port = meeting
    path = source.file("log.txt", b"a" * (40 * PIECE_SIZE))
    new = b"b" * (30 * PIECE_SIZE) + b"c"
    # Written before: the other requests go on meanwhile, and could be through.
    beside = source.file("log.new", new)

    def change(number: int, _put: Put) -> int:
        if number == 10:
            beside.replace(path)
        return 204

    server.answer = change
    with office_server(server, port):
        done = source.report("--file", path)
    assert done.code == 0, done.err
    assert "log.txt has changed" in done.err
    assert same_bytes_each_time(server.puts)
    assert received(server) == {"log.txt": new}


def test_file_that_is_just_being_written_is_read_when_that_is_over(meeting: Meeting) -> None:
    """Else what was sent would be empty: so files begin that a program saves over themselves."""
    source, server, port = meeting
    path = source.file("log.txt", b"a" * (40 * PIECE_SIZE))
    new = b"b" * (3 * PIECE_SIZE)

    def change(number: int, _put: Put) -> int:
        if number == 10:
            path.write_bytes(b"")
            Timer(0.7, path.write_bytes, [new]).start()
        return 204

    server.answer = change
    with office_server(server, port):
        done = source.report("--file", path)
    assert done.code == 0, done.err
    assert received(server) == {"log.txt": new}


def test_file_that_changed_before_resuming_starts_anew(meeting: Meeting) -> None:
    source, server, port = meeting
    _given_up(source, server, port, text="The file changes now.")
    codename = source.codename()
    source.file("secret.bin", b"another secret")
    server.answer = lambda _number, _put: 204
    with office_server(server, port):
        done = source.resume(codename)
    assert done.code == 0, done.err
    assert "secret.bin has changed" in done.err
    assert received(server) == {"secret.bin": b"another secret"}


def test_file_that_is_gone_is_named_and_can_be_put_back(meeting: Meeting) -> None:
    source, server, port = meeting
    _given_up(source, server, port, text="The file goes now.")
    codename = source.codename()
    path = source.folder / "secret.bin"
    path.rename(source.folder / "elsewhere")
    server.answer = lambda _number, _put: 204
    with office_server(server, port):
        done = source.resume(codename)
        assert done.code == 1
        assert "can no longer be read: secret.bin" in done.err
        (source.folder / "elsewhere").rename(path)
        assert source.resume(codename).code == 0
    assert received(server) == {"secret.bin": b"secret" * 1000}


def test_chunk_id_that_holds_other_bytes_already_makes_the_file_start_anew(
    meeting: Meeting,
) -> None:
    source, server, port = meeting
    server.code = "other-bytes"
    server.answer = lambda number, _put: 409 if number == 0 else 204
    with office_server(server, port):
        done = source.report("--file", source.file("a.bin", b"x" * 100))
    assert done.code == 0, done.err
    first, second = (put.path for put in server.puts[:2])
    assert first != second
    assert received(server) == {"a.bin": b"x" * 100}


def test_server_that_refuses_for_good_is_not_tried_again(meeting: Meeting) -> None:
    source, server, port = meeting
    server.answer = lambda _number, _put: 400
    with office_server(server, port):
        done = source.report()
    assert done.code == 1
    assert "refuses what this program sends" in done.err
    assert len(server.puts) == 1
    assert len(source.unsent()) == 1
