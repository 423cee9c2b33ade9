"""Tables and lines at terminals of any width."""

import pytest

from ground.shell.columns import columns_of
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted, lines, table

ROWS = [
    ("1", "26 Nov 2025", ForeignText("報告\x1b[2J " * 30)),
    ("12", "1 Dec 2025", ForeignText("short")),
]
HEADINGS = ("case", "received", "begins")


@pytest.mark.parametrize("columns", [16, 24, 40, 80, 200])
def test_no_row_leaves_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = table(HEADINGS, ROWS, "case").splitlines()
    assert max(map(columns_of, shown)) <= columns
    assert not any("\x1b" in line for line in shown)


def test_columns_stand_under_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    head, first, second = table(HEADINGS, ROWS, "case").splitlines()
    assert head == "case  received     begins"
    assert first.startswith("   1  26 Nov 2025  報告<U+001B>[2J")
    assert second == "  12  1 Dec 2025   short"


def test_on_a_narrow_terminal_a_row_is_written_a_line_a_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    assert table(HEADINGS, ROWS[1:]) == "case      12\nreceived  1 Dec 2025\nbegins    short"


def test_a_line_goes_on_behind_an_indent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    shown = list(fitted("  - " + "名" * 30))
    assert all(line.startswith("  ") for line in shown)
    assert max(map(columns_of, shown)) <= 20


def test_empty_parts_at_the_end_are_left_out() -> None:
    assert lines("a", "", "b", "", "") == "a\n\nb"
