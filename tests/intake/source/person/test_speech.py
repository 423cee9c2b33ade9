"""What the source's command line says: in each of its languages, safe to show."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.source import speech
from intake.source.person.session import Session, next_command
from intake.source.person.show import Show
from intake.source.person.terminal import CodenameLine, same_word
from intake.source.reach.address import Proxy, is_onion, read_proxy, read_server
from intake.source.reach.api import Route
from intake.source.reach.pinned import StateFolder


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    speech.speak("en")


def test_a_day_beyond_every_calendar_is_shown_as_its_last() -> None:
    """Any recipient can sign a reply of such a day, and must not silence the others by it."""
    assert speech.written_day(2**53 - 1) == "31 December 9999"


def test_dates_and_sizes_are_written_the_way_of_the_language() -> None:
    assert speech.written_day(20_783) == "26 November 2026"
    assert [speech.written_size(n) for n in (1, 999, 1000, 1_250_000, 12_345_678, 2 * 10**9)] == [
        "1 byte",
        "999 bytes",
        "1.0 KB",
        "1.2 MB",
        "12 MB",
        "2.0 GB",
    ]
    speech.speak("ru")
    assert speech.written_day(20_783) == "26 ноября 2026 года"
    assert [speech.written_size(n) for n in (1, 22, 1_250_000)] == ["1 байт", "22 байта", "1,2 МБ"]


def test_lengths_of_time_have_two_units_at_most() -> None:
    texts = [speech.written_time(seconds) for seconds in (0.4, 59, 61, 3600, 90_061)]
    assert texts == ["0 s", "59 s", "1 min 1 s", "1 h 0 min", "25 h 1 min"]


def test_text_from_outside_is_shown_with_controls_escaped() -> None:
    assert speech.printable("a\tb\nc\x1b\u202e\u200b") == "a\tb\nc\\u{1b}\\u{202e}\\u{200b}"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://Intake.Example.ORG/", "https://intake.example.org"),
        ("https://intake.example.org:443", "https://intake.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://[0:0::1]:8080", "http://[::1]:8080"),
    ],
)
def test_address_becomes_an_origin(typed: str, origin: str) -> None:
    assert read_server(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "intake.example.org",
        "ftp://intake.example.org",
        "https://intake.example.org/report",
        "https://user@intake.example.org",
        "https://intake.example.org?x",
        "https://пример.рф",
        "http://host:99999",
        "http://[zz]",
        "",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        read_server(typed)


def test_proxy_is_named_by_digits() -> None:
    assert read_proxy("socks5h://127.0.0.1:9050") == Proxy("127.0.0.1", 9050)
    assert read_proxy("socks5h://localhost:9150") == Proxy("127.0.0.1", 9150)
    assert read_proxy("socks5h://[::1]:9050") == Proxy("::1", 9050)
    for typed in ("socks5://127.0.0.1:9050", "http://127.0.0.1:8080", "socks5h://tor:9050"):
        with pytest.raises(argparse.ArgumentTypeError):
            read_proxy(typed)


def test_command_to_type_next_is_quoted_for_every_shell() -> None:
    """Where brackets are a pattern that fits no file, a shell may refuse the whole line."""
    session = Session(
        route=Route.of("http://[::1]:8080", Proxy("::1", 9050)),
        state=StateFolder(Path("/my state")),
        terminal=None,
        codename=CodenameLine(None, None),
        language="en",
        patience=0,
        show=Show(),
    )
    command = next_command(session, "report --resume")
    assert command == (
        "intake report --resume --server 'http://[::1]:8080' --proxy 'socks5h://[::1]:9050'"
        " --state '/my state'"
    )


def test_onion_addresses_are_known_by_their_end() -> None:
    assert is_onion("http://abc.onion:8080")
    assert not is_onion("http://onion.example.org")


def test_device_language_is_taken_where_the_client_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert speech.default_language() == "en"
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert speech.default_language() == "ru"
    monkeypatch.setenv("LC_ALL", "fi_FI.UTF-8")
    assert speech.default_language() == "en"


def test_word_typed_back_is_forgiven_case_accents_and_its_end() -> None:
    assert same_word("ABAN", "abandon")
    assert same_word(" abandon ", "abandon")
    assert same_word("ёлка".upper(), "елка")
    assert not same_word("aba", "abandon")
    assert not same_word("", "abandon")


def test_long_lines_are_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    text = "one two three four five six\n  short\nhttp://a-long-address.example.org/"
    lines = ["one two three four", "five six", "  short", "http://a-long-address.example.org/"]
    assert speech.wrapped(text).split("\n") == lines
