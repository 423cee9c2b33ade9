"""What a person reads at a terminal: broken between words, never within an address."""

import pytest

from ground.shell.terminal import wrapped_text


def test_long_lines_are_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    text = "one two three four five six\n  short\nhttp://a-long-address.example.org/"
    lines = ["one two three four", "five six", "  short", "http://a-long-address.example.org/"]
    assert wrapped_text(text).split("\n") == lines
