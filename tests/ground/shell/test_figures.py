"""Numbers, sizes and dates, written one way in each language."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.languages import speak
from ground.shell.figures import (
    counted,
    date_text,
    distance_text,
    iso_date,
    long_date_text,
    number_text,
    size_text,
    until_text,
)

DAY = 20_783


@pytest.fixture
def in_russian() -> Iterator[None]:
    """Figures as Russian writes them."""
    speak("ru", Path("no such folder"))
    yield
    speak("en", Path("no such folder"))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (3_140_000, "3.1 MB"),
        (2 * 10**9, "2.0 GB"),
        (5 * 10**12, "5.0 TB"),
    ],
)
def test_a_size_has_one_figure_after_its_point(size: int, text: str) -> None:
    assert size_text(size) == text


def test_dates_are_written_for_lists_for_sentences_and_for_programs() -> None:
    assert date_text(DAY) == "26 Nov 2026"
    assert long_date_text(DAY) == "26 November 2026"
    assert iso_date(DAY) == "2026-11-26"


def test_a_day_that_the_calendar_has_no_name_for_is_its_last() -> None:
    assert iso_date(10**9) == "9999-12-31"


def test_a_distance_is_said_in_words_and_as_a_date() -> None:
    assert distance_text(DAY, DAY) == "today (26 Nov 2026)"
    assert distance_text(DAY + 1, DAY) == "tomorrow (27 Nov 2026)"
    assert distance_text(DAY + 3, DAY) == "in 3 days (29 Nov 2026)"
    assert distance_text(DAY - 1, DAY) == "yesterday (25 Nov 2026)"
    assert distance_text(DAY - 2, DAY) == "2 days ago (24 Nov 2026)"
    assert until_text(DAY + 3, DAY) == "until 29 Nov 2026, in 3 days"


def test_numbers_are_grouped_and_counted() -> None:
    assert number_text(20_000) == "20,000"
    assert [counted(1, "case"), counted(2000, "reply", "replies")] == ["1 case", "2,000 replies"]


@pytest.mark.usefixtures("in_russian")
def test_each_language_writes_them_its_own_way() -> None:
    assert number_text(20_000) == "20\u00a0000"
    assert size_text(3_140_000).split() == ["3,1", "МБ"]
    assert date_text(DAY) == "26 нояб. 2026"
