"""The product's own code: as text of its lines, and as trees of its Python."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.means.repository import REPOSITORY

ROOMS = ("ground", "crypto", "intake", "caseworker", "deploy")
SUFFIXES = (".py", ".ts", ".css", ".html")
_BUILT = REPOSITORY / "intake/web/dist"
_COMMENT = re.compile(r"#(?![\w-]+[\s,{.:])|//|/\*|\*/|\*(?:\s|$)|<!--")


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Return the files of the product that end so."""
    return tuple(
        path
        for room in ROOMS
        for path in sorted((REPOSITORY / room).rglob("*"))
        if path.suffix in suffixes and not path.is_relative_to(_BUILT)
    )


@cache
def tree(path: Path) -> ast.Module:
    """Return a file of Python as its parser sees it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, number: int) -> str:
    """Return how a line of a file is named."""
    return f"{path.relative_to(REPOSITORY)}:{number}"


@dataclass(frozen=True)
class Line:
    """A line that counts, and where it stands."""

    path: Path
    number: int
    text: str


def counting_lines(path: Path) -> list[Line]:
    """Return the lines of a file without blank ones, comments and imports, spaces made one."""
    text = path.read_text(encoding="utf-8")
    imports = _imported_lines(path, text)
    return [
        Line(path, number, " ".join(line.split()))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and number not in imports and not _COMMENT.match(line.strip())
    ]


def _imported_lines(path: Path, text: str) -> set[int]:
    if path.suffix == ".py":
        return {
            number
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
    found = re.finditer(r"^(?:import|export)\b[^;]*?\bfrom\s+\"[^\"]*\";", text, re.MULTILINE)
    return {
        number
        for match in found
        for number in range(
            text.count("\n", 0, match.start()) + 1, text.count("\n", 0, match.end()) + 2
        )
    }


def shared_text(size: int) -> Iterator[tuple[Line, Line, int]]:
    """Yield pairs of places that share at least `size` lines, and how many."""
    windows: dict[tuple[str, ...], list[tuple[Path, int]]] = defaultdict(list)
    lines = {path: counting_lines(path) for path in files(*SUFFIXES)}
    for path, counting in lines.items():
        for at in range(len(counting) - size + 1):
            windows[tuple(line.text for line in counting[at : at + size])].append((path, at))
    told: set[tuple[Path, int, Path, int]] = set()
    for places in windows.values():
        for (one, first), (other, second) in pairwise(places):
            if one == other and second - first < size:
                continue
            before = (one, first - 1, other, second - 1)
            told.add((one, first, other, second))
            if before in told:
                continue
            yield lines[one][first], lines[other][second], _length(lines, one, first, other, second)


def _length(lines: dict[Path, list[Line]], one: Path, first: int, other: Path, second: int) -> int:
    count = 0
    for a, b in zip(lines[one][first:], lines[other][second:], strict=False):
        if a.text != b.text:
            break
        count += 1
    return count
