"""What the house needs once is there once: each test lists who does it a second time."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.architecture.product_code import files, place, shared_text, tree
from tests.means.repository import REPOSITORY

SHARED_LINES = 10
CLEAR_LINE = "\r\x1b[K"


def offenders(does: Callable[[ast.AST], bool], *rooms: str) -> Iterator[str]:
    """Yield the lines of Python that do something outside the rooms or modules that may."""
    for path in files(".py"):
        if not _is_in(path, rooms):
            nodes = (node for node in ast.walk(tree(path)) if does(node))
            yield from (place(path, getattr(node, "lineno", 0)) for node in nodes)


def none_of(found: Iterable[str]) -> None:
    """Fail with the list of what was found."""
    listed = sorted(found)
    assert not listed, "\n".join(listed)


def _is_in(path: Path, rooms: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(REPOSITORY / room) for room in rooms)


def _names(node: ast.AST, *names: str) -> bool:
    """Tell whether an expression is one of these names, or an attribute of that name."""
    if isinstance(node, ast.Attribute):
        return node.attr in names
    return isinstance(node, ast.Name) and node.id in names


def _calls(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and _names(node.func, *names)


def test_one_module_tells_what_a_terminal_may_be_shown() -> None:
    # The protocol's grammar of names and texts looks at letters too: SPEC 5 and 6.
    found = offenders(lambda node: _names(node, "category"), "ground/shell/foreign.py", "crypto")

    none_of(found)


def test_one_line_of_progress_is_written_over() -> None:
    found = offenders(
        lambda node: (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CLEAR_LINE in node.value
        ),
        "ground/shell/progress.py",
    )

    none_of(found)


def test_one_frame_reads_arguments() -> None:
    def frames(node: ast.AST) -> bool:
        if isinstance(node, ast.ClassDef):
            return any(_names(base, "ArgumentParser") for base in node.bases)
        return _calls(node, "ArgumentParser")

    # What `make` runs is no program of the product.
    none_of(offenders(frames, "ground/shell/frame.py", "intake/locale/__main__.py", "deploy"))


def test_one_room_makes_new_files_and_moves_them_into_place() -> None:
    def makes(node: ast.AST) -> bool:
        if _names(node, "O_EXCL") or _calls(node, "rename", "link", "hardlink_to"):
            return True
        if isinstance(node, ast.Call) and _names(node.func, "open"):
            modes = [*node.args, *(keyword.value for keyword in node.keywords)]
            return any(
                isinstance(mode, ast.Constant) and mode.value in ("x", "xb") for mode in modes
            )
        return _moves(node)

    # A site is turned by a symbolic link, which is no file of ours to write.
    none_of(offenders(makes, "ground/disk", "intake/site/publishing.py"))


def _moves(node: ast.AST) -> bool:
    """Tell whether this is `Path.replace(to)` or `os.replace(from, to)`, not a text's own."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    of_os = isinstance(node.func.value, ast.Name) and node.func.value.id == "os"
    return node.func.attr == "replace" and (of_os or (len(node.args) == 1 and not node.keywords))


def test_one_room_locks_files() -> None:
    none_of(offenders(lambda node: _names(node, "flock", "lockf"), "ground/disk"))


def test_one_room_of_each_program_opens_databases() -> None:
    def opens(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == "Connection" and _is_sqlite(node)

    found = offenders(opens, "intake/storage", "caseworker/vault", "ground/disk/migrations.py")

    none_of(found)


def _is_sqlite(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("sqlite3", "sqlcipher3", "dbapi2")


def test_no_two_places_share_as_many_lines() -> None:
    found = [
        f"{count} lines: {place(one.path, one.number)} {place(other.path, other.number)}"
        for one, other, count in shared_text(SHARED_LINES)
    ]

    none_of(found)
