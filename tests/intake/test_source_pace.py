"""How many chunks go at once: as many as the line carries in time, with each command that sends."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crypto.sizes import PIECE_SIZE
from tests.office_fixture import PracticeOffice
from tests.sealed_files import sealed_file
from tests.source_client import OfficeServer, Put, Source, free_port, office_server, today

CHUNKS = 20
NEVER, AT_ONCE, AFTER_A_WHILE = 60.0, 0.0, 0.2


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
def sending(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Counting, float], None]:
    """Send a message of so many chunks by a command, where longer than some seconds is slow."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    office = PracticeOffice.create(today(), address=address)
    source, server = Source(tmp_path, address, office), OfficeServer(office)

    def send(answer: Counting, slow_seconds: float) -> None:
        server.answer = answer
        slow = f"import intake.source.pace\nintake.source.pace.SLOW_SECONDS = {slow_seconds}"
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
            done = source.run(*command, prelude=slow)
        assert done.code == 0, done.err
        assert len(answer.at_once) >= CHUNKS + 1

    return send


def test_a_fast_line_carries_several_chunks_at_once(
    sending: Callable[[Counting, float], None],
) -> None:
    answer = Counting(lambda _number: 0.05)
    sending(answer, NEVER)
    assert answer.at_once[0] == 1
    assert max(answer.at_once) in {2, 3, 4}


def test_a_slow_line_carries_one_chunk_at_a_time(
    sending: Callable[[Counting, float], None],
) -> None:
    answer = Counting(lambda _number: 0.05)
    sending(answer, AT_ONCE)
    assert set(answer.at_once) == {1}


def test_a_line_that_turns_slow_carries_one_chunk_at_a_time_from_then_on(
    sending: Callable[[Counting, float], None],
) -> None:
    answer = Counting(lambda number: 0.0 if number < CHUNKS // 2 else 2 * AFTER_A_WHILE)
    sending(answer, AFTER_A_WHILE)
    # Those that were on their way when it turned slow, and the one that each was followed by.
    assert set(answer.at_once[CHUNKS // 2 + 5 :]) == {1}
