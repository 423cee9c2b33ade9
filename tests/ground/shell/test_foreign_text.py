"""Text from outside: one rule of what is shown, and lines that it cannot leave."""

import io
import json
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from ground.shell.columns import columns_of, cut, padded, wrapped
from ground.shell.foreign import ForeignText, foreign_path, safe_line

HOSTILE = "\x1b[2J\x9b31m\r\x07\u202egnp\u2066\u2028\u2029\ud800\ue000\x00\x7f"


class Printed(io.StringIO):
    """Standard output in an encoding."""

    encoding = "koi8-r"


def test_nothing_in_it_steers_a_terminal() -> None:
    shown = str(ForeignText(HOSTILE))
    assert all(unicodedata.category(one)[0] != "C" for one in shown)
    assert shown.startswith("<U+001B>[2J<U+009B>31m<U+000D><U+0007><U+202E>gnp<U+2066><U+2028>")


def test_scripts_and_emoji_stay_as_they_are() -> None:
    text = "Inspection\u00a0générale\u202f: 報告 فساد\u200cها 👩\u200d⚖️ e\u0301"
    assert f"{ForeignText(text)}" == text


def test_made_safe_twice_it_stays_the_same() -> None:
    assert safe_line(safe_line(HOSTILE)) == safe_line(HOSTILE)


def test_what_the_terminal_has_no_letter_for_stands_as_its_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", Printed())
    assert str(ForeignText("ж報")) == "ж<U+5831>"


def test_it_is_printed_by_mistake_nowhere() -> None:
    assert repr(ForeignText("a name")) == "ForeignText(hidden)"
    with pytest.raises(TypeError):
        json.dumps(ForeignText("a name"))


def test_a_path_need_not_be_unicode() -> None:
    path = Path(os.fsdecode(b"stick/\xff\n\xd0\xb6"))
    assert str(foreign_path(path)) == "stick/<U+DCFF><U+000A>ж"


@pytest.mark.parametrize("room", [8, 20, 40, 80])
def test_a_quoted_text_stays_behind_its_bar(room: int) -> None:
    text = "報告" * 30 + " word " + "ж" * 90 + "\n\n\u0301👩\u200d👧 " * 9
    lines = list(ForeignText(text).quoted(room))
    assert all(line == "  |" or line.startswith("  | ") for line in lines)
    assert max(map(columns_of, lines)) <= room
    letters = "".join(line[4:] for line in lines).replace(" ", "")
    assert letters == text.replace("\n", "").replace(" ", "")


def test_a_text_is_cut_on_one_line_by_columns() -> None:
    assert ForeignText("a\n\n  b").cut(10) == "a b"
    shown = ForeignText("報告報告報告").cut(7)
    assert (shown, columns_of(shown)) == ("報告報…", 7)


def test_columns_count_the_most_that_a_terminal_takes() -> None:
    assert [columns_of(one) for one in ("ab", "報", "e\u0301", "👩\u200d👧")] == [2, 2, 1, 4]
    assert cut("abcdef", 0) == ""
    assert padded("報", 4) == "報  "
    assert padded("報", 4, right=True) == "  報"


def test_lines_are_broken_between_words_where_that_can_be() -> None:
    assert list(wrapped("one two three", 8, rest="  ")) == ["one two", "  three"]
    assert list(wrapped("unbreakable", 4)) == ["unbr", "eaka", "ble"]
