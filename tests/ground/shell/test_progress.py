"""The line that shows how far something long has come."""

import io
import os
import sys
import time

import pytest

from ground.shell import progress
from ground.shell.columns import columns_of
from ground.shell.figures import time_text


class Terminal(io.StringIO):
    """Standard error where a person looks at it."""

    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    """A terminal that was closed."""

    def write(self, _text: str, /) -> int:
        raise BrokenPipeError


def shown(monkeypatch: pytest.MonkeyPatch, what: str, stream: io.StringIO) -> str:
    """What half of something long shows, 60 columns wide."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((60, 24)))
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(progress, "SECONDS_MEASURED", 0)
    with progress.Progress(what, 2_000_000) as line:
        line.add(1_000_000)
    return stream.getvalue()


def test_a_long_name_does_not_push_the_figures_off_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = shown(monkeypatch, "Saving " + "film " * 40, Terminal()).split("\r\x1b[K")[1]
    assert line.startswith("Saving film")
    assert "…: 1.0 MB of 2.0 MB, " in line
    assert line.endswith(" left")
    assert len(line) < 60


def test_a_line_of_double_width_letters_stays_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    line = shown(monkeypatch, "Saving " + "報告" * 40, Terminal()).split("\r\x1b[K")[1]
    assert columns_of(line) < 60


def test_a_name_cannot_steer_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    line = shown(monkeypatch, "\x1b[2Jfilm\r", Terminal()).split("\r\x1b[K")[1]
    assert line.startswith("<U+001B>[2Jfi")


def test_the_line_is_cleared_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, "Saving film", Terminal()).endswith("\r\x1b[K")


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, "Saving film", io.StringIO()) == ""


def test_work_goes_on_where_the_terminal_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, "Saving film", Gone()) == ""


def test_no_time_is_said_to_be_left_before_there_was_time_to_measure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: seconds)
    assert progress.progress_figures(1_000, 10_000_000, 999.9) == "1.0 kB of 10.0 MB"
    seconds = 1010.0
    later = progress.progress_figures(5_000_000, 10_000_000, 1000.0)
    assert later == "5.0 MB of 10.0 MB, 500.0 kB/s, 10 s left"


def test_a_question_gets_a_line_of_its_own_and_its_time_is_nobodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds, stream = 1000.0, Terminal()
    monkeypatch.setattr(time, "monotonic", lambda: seconds)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "80")
    with progress.Progress("Reading", 10_000_000) as line:
        line.add(1_000_000)
        with line.pause():
            assert stream.getvalue().endswith("\r\x1b[K")
            seconds += 3_600
        seconds += 4
        line.add(4_000_000)
    shown_last = stream.getvalue().split("\r\x1b[K")[-2]
    assert shown_last == "Reading: 5.0 MB of 10.0 MB, 1.0 MB/s, 5 s left"


def test_a_length_of_time_has_two_units_at_most() -> None:
    assert [time_text(seconds) for seconds in (0, 59, 125, 7265)] == [
        "0 s",
        "59 s",
        "2 min 5 s",
        "2 h 1 min",
    ]
