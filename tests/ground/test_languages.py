"""The language of this device, and how dates, sizes and lengths of time are written in each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ground.languages import default_language, speak
from ground.shell.figures import long_date_text, size_text, time_text

NO_CATALOGUES = Path("/nowhere")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speak("en", NO_CATALOGUES)


def test_device_language_is_spoken_where_there_is_a_catalogue_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert default_language() == "en"
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert default_language() == "ru"
    monkeypatch.setenv("LC_ALL", "fi_FI.UTF-8")
    assert default_language() == "en"


def test_a_day_beyond_every_calendar_is_shown_as_its_last() -> None:
    """Any recipient can sign a reply of such a day, and must not silence the others by it."""
    assert long_date_text(2**53 - 1) == "31 December 9999"


def test_dates_and_sizes_are_written_the_way_of_the_language() -> None:
    assert long_date_text(20_783) == "26 November 2026"
    assert [size_text(n) for n in (1, 999, 1000, 1_250_000, 12_345_678, 2 * 10**9)] == [
        "1 byte",
        "999 bytes",
        "1.0 kB",
        "1.2 MB",
        "12.3 MB",
        "2.0 GB",
    ]
    speak("ru", NO_CATALOGUES)
    assert long_date_text(20_783) == "26 ноября 2026"
    assert [size_text(n) for n in (1, 22, 1_250_000)] == ["1 байт", "22 байта", "1,2 МБ"]


def test_lengths_of_time_have_two_units_at_most() -> None:
    texts = [time_text(seconds) for seconds in (0.4, 59, 61, 3600, 90_061)]
    assert texts == ["0 s", "59 s", "1 min 1 s", "1 h 0 min", "25 h 1 min"]
