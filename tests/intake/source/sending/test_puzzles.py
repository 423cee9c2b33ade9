"""The work that an office asks for: done before each upload, and ended by Ctrl-C."""

import signal
import time
from dataclasses import replace
from pathlib import Path

from crypto.names import ChunkId
from crypto.puzzle import check_puzzle
from tests.offices.signed_office import POLICY
from tests.offices.source_client import meet, office_server, today


def test_puzzles_are_solved_where_the_office_asks_for_them(tmp_path: Path) -> None:
    source, server, port = meet(tmp_path, replace(POLICY, puzzle_envelope=9, puzzle_chunk=7))
    genesis_id = server.office.genesis_id
    with office_server(server, port):
        done = source.report("--file", source.file("a.bin", b"x"))
    assert done.code == 0, done.err
    for put in server.puts:
        kind, difficulty = (2, 7) if "/chunks/" in put.path else (1, 9)
        path_hash = bytes.fromhex(put.path.rpartition("/")[2])
        check_puzzle(
            put.headers["Fidelio-Puzzle"], genesis_id, kind, ChunkId(path_hash), difficulty, today()
        )


def test_ctrl_c_ends_the_work_at_a_puzzle(tmp_path: Path) -> None:
    """It could go on for hours, and nobody waits for it any more."""
    source, server, port = meet(tmp_path, replace(POLICY, puzzle_envelope=32))
    text = source.file("text.txt", b"It happened.")
    with (
        office_server(server, port),
        source.started("report", "--text-file", text) as process,
    ):
        while not source.unsent() or not (source.unsent()[0] / "progress").exists():
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped by hand." in err
    assert not server.puts
