"""The rooms of the pages' program: each imports only what stands below it, and none in a ring."""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.means.repository import REPOSITORY

WEB = REPOSITORY / "intake" / "web"
# From the bottom up; rooms of one line know nothing of each other.
STOREYS = (
    ("protocol",),
    ("reach",),
    ("sending",),
    ("pages/parts",),
    ("pages/report", "pages/replies"),
    ("pages/offline",),
)
STOREY = {room: number for number, rooms in enumerate(STOREYS) for room in rooms}
IMPORT = re.compile(r'^(?:import|export|\}) .*?"(\.[^"]+)";$', re.MULTILINE)


def imports(folder: Path) -> dict[str, set[str]]:
    """The modules below a folder, and what each imports of them, by their paths."""
    return {
        path.relative_to(folder).as_posix(): {
            (path.parent / found).resolve().relative_to(folder.resolve()).as_posix()
            for found in IMPORT.findall(path.read_text())
        }
        for path in modules(folder)
    }


def modules(folder: Path) -> Iterator[Path]:
    return (
        path
        for path in sorted(folder.rglob("*.ts"))
        if "dist" not in path.parts and not path.name.endswith(".d.ts")
    )


def upward(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The imports that leave a room without going down."""
    return [
        (one, other)
        for one, others in graph.items()
        for other in others
        if room(one) != room(other) and STOREY[room(other)] >= STOREY[room(one)]
    ]


def room(module: str) -> str:
    return module.rpartition("/")[0]


def test_every_module_stands_in_a_room_and_imports_only_downwards() -> None:
    graph = imports(WEB)
    assert {room(module) for module in graph} == set(STOREY)
    assert all(other in graph for others in graph.values() for other in others)
    assert upward(graph) == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    TopologicalSorter(imports(WEB)).prepare()


def test_a_ring_and_a_way_up_would_be_found(tmp_path: Path) -> None:
    for name, text in {
        "reach/line.ts": 'import type { Upload } from "../sending/upload.ts";\n',
        "sending/upload.ts": 'import {\n  Line,\n} from "../reach/line.ts";\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text)
    graph = imports(tmp_path)
    assert upward(graph) == [("reach/line.ts", "sending/upload.ts")]
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()
