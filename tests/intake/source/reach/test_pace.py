"""How chunks go out: as many at once as the line carries in time, and how long each may take."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from crypto.sizes import PIECE_SIZE
from tests.means.sealed_files import sealed_file
from tests.offices.source_client import Put, meet, office_server

CHUNKS = 20
NEVER, AT_ONCE, AFTER_A_WHILE = 60.0, 0.0, 0.2

Sending = Callable[[Callable[[int, Put], int], Mapping[str, float]], list[str]]


class Counting:
    """Answers 204 after `seconds(number)`, and counts how many are on their way at once."""

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self._seconds = seconds
        self._under_way = 0
        self.at_once: list[int] = []

    def __call__(self, number: int, _put: Put) -> int:
        self._under_way += 1
        self.at_once.append(self._under_way)
        time.sleep(self._seconds(number))
        self._under_way -= 1
        return 204


@pytest.fixture(params=["report", "send"])
def sending(request: pytest.FixtureRequest, tmp_path: Path) -> Sending:
    """Send a message of so many chunks by a command, with other constants; returns what was put."""
    source, server, port = meet(tmp_path)
    office = server.office

    def send(answer: Callable[[int, Put], int], constants: Mapping[str, float]) -> list[str]:
        server.answer = answer
        prelude = "import intake.source.reach.pace as pace\n"
        prelude += "".join(f"pace.{name} = {value}\n" for name, value in constants.items())
        if request.param == "report":
            film = source.file("film.mp4", os.urandom(CHUNKS * PIECE_SIZE))
            text = source.file("text.txt", b"It happened.")
            command: tuple[str, *tuple[object, ...]] = (
                "report",
                "--text-file",
                text,
                "--file",
                film,
            )
        else:
            sealed = sealed_file(office.genesis_id, CHUNKS).data
            command = ("send", source.file("report.fidelio", sealed))
        with office_server(server, port):
            done = source.run(*command, prelude=prelude)
        assert done.code == 0, done.err
        assert len(server.puts) >= CHUNKS + 1
        return [put.path for put in server.puts]

    return send


def test_a_fast_line_carries_several_chunks_at_once(sending: Sending) -> None:
    answer = Counting(lambda _number: 0.05)
    sending(answer, {"SLOW_SECONDS": NEVER})
    assert answer.at_once[0] == 1
    assert max(answer.at_once) in {2, 3, 4}


def test_a_slow_line_carries_one_chunk_at_a_time(sending: Sending) -> None:
    answer = Counting(lambda _number: 0.05)
    sending(answer, {"SLOW_SECONDS": AT_ONCE})
    assert set(answer.at_once) == {1}


def test_a_line_that_turns_slow_carries_one_chunk_at_a_time_from_then_on(
    sending: Sending,
) -> None:
    answer = Counting(lambda number: 0.0 if number < CHUNKS // 2 else 2 * AFTER_A_WHILE)
    sending(answer, {"SLOW_SECONDS": AFTER_A_WHILE})
    # Those that were on their way when it turned slow, and the one that each was followed by.
    assert set(answer.at_once[CHUNKS // 2 + 5 :]) == {1}


def test_a_first_chunk_that_nobody_answers_is_sent_again_before_long(sending: Sending) -> None:
    came_again = threading.Event()

    def answer(number: int, _put: Put) -> int:
        if number == 0:
            came_again.wait(20)
        came_again.set()
        return 204

    paths = sending(answer, {"FIRST_SECONDS": 0.5, "SLOW_SECONDS": 0.1})
    assert paths.count(paths[0]) == 2


def test_after_a_chunk_that_ran_out_of_time_the_next_gets_more(sending: Sending) -> None:
    """Else a line that is slower than was thought would never carry any."""
    answer = Counting(lambda number: 1.0 if number < 2 else 0.0)
    times = {"FIRST_SECONDS": 0.2, "MIN_SECONDS": 0.2, "SLOW_SECONDS": 0.1}
    paths = sending(answer, {**times, "PATIENCE": 1000})
    assert paths.count(paths[0]) == 2
    assert paths.count(paths[1]) == 1
