"""Tables and lines for people at a terminal, of whatever width."""

from collections.abc import Iterator, Sequence

from ground.shell.columns import (
    columns_of,
    lines_must_fit,
    padded,
    terminal_columns,
    wrapped,
)
from ground.shell.foreign import ForeignText

__all__ = ["fitted", "lines", "quoted", "table"]

_GAP = "  "
_QUOTED_MOST = 100
_FOREIGN_LEAST = 12
_FOREIGN_MOST = 40
# A second column that is narrower tells nobody anything.
_SECOND_LEAST = 20
_INDENT = "    "

Cell = str | ForeignText


def lines(*parts: str) -> str:
    """Return parts of a text, one a line, empty ones at the end left out."""
    return "\n".join(parts).rstrip("\n")


def quoted(text: ForeignText) -> Iterator[str]:
    """Yield the lines of a text from outside behind a bar, as wide as the terminal lets them."""
    return text.quoted(min(terminal_columns(), _QUOTED_MOST))


def fitted(line: str, indent: str = _INDENT) -> Iterator[str]:
    """Yield a line that holds text from outside as lines of which none leaves the terminal.

    What does not fit goes on behind `indent`: were it left to the terminal, it would go on at the
    left edge, where this program speaks.
    """
    return wrapped(line, terminal_columns(), rest=indent)


def table(headings: Sequence[str], rows: Sequence[Sequence[Cell]], numbers: str = "") -> str:
    """Return rows in columns; `numbers` names by heading those that stand to the right.

    A column of texts from outside takes the room that is left, each text cut. Where a terminal is
    too narrow for that, each row is written below the one before, a line a cell.
    """
    right = set(numbers.split())
    room = _foreign_room(headings, rows)
    if room is None:
        return "\n\n".join(_stacked(headings, row) for row in rows)
    cells = [[_cell(cell, room) for cell in row] for row in rows]
    columns = list(zip(headings, *cells, strict=True))
    widths = [max(map(columns_of, column)) for column in columns]
    written = []
    for row in (headings, *cells):
        parts = (
            padded(cell, width, right=heading in right)
            for cell, width, heading in zip(row, widths, headings, strict=True)
        )
        written.append(_GAP.join(parts).rstrip())
    if not lines_must_fit() or len(headings) != 2:
        return "\n".join(written)
    if terminal_columns() - widths[0] - len(_GAP) < _SECOND_LEAST:
        return "\n\n".join(_stacked(headings, row) for row in rows)
    # In two columns the second one can go on under itself.
    indent = " " * (widths[0] + len(_GAP))
    return "\n".join(piece for line in written for piece in fitted(line, indent))


def _foreign_room(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return how wide a text from outside may be, None where the table does not fit at all."""
    fixed, foreign = 0, 0
    for place, heading in enumerate(headings):
        column = [row[place] for row in rows]
        if any(isinstance(cell, ForeignText) for cell in column):
            foreign += 1
        else:
            fixed += max(columns_of(heading), *(columns_of(str(cell)) for cell in column), 0)
    fixed += len(_GAP) * (len(headings) - 1)
    left = terminal_columns() - fixed
    if not foreign:
        return None if left < 0 and lines_must_fit() and len(headings) > 2 else 0
    room = left // foreign
    return None if room < _FOREIGN_LEAST else min(room, _FOREIGN_MOST)


def _cell(cell: Cell, room: int) -> str:
    return cell.cut(room) if isinstance(cell, ForeignText) else cell


def _stacked(headings: Sequence[str], row: Sequence[Cell]) -> str:
    width = max(map(columns_of, headings)) + len(_GAP)
    written: list[str] = []
    for heading, cell in zip(headings, row, strict=True):
        text = cell.cut(2 * terminal_columns()) if isinstance(cell, ForeignText) else cell
        if text:
            written += wrapped(
                text, terminal_columns(), first=padded(heading, width), rest=" " * width
            )
    return "\n".join(written)
