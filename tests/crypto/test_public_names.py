"""The two implementations share their names: decision 0001."""

import ast
import importlib
import re

import pytest

from tests.means.repository import REPOSITORY

TWIN = REPOSITORY / "intake" / "web" / "protocol"
DECISION = REPOSITORY / "crypto" / "decisions" / "0001-public-names.md"

EXPORT = re.compile(
    r"^export (?:async )?(?:abstract )?(?:class|interface|function|const|type) (\w+)", re.MULTILINE
)
EXPORT_LIST = re.compile(r"^export (?:type )?\{([^}]*)\}", re.MULTILINE)
CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def _shared_modules() -> list[str]:
    """Return the modules that the decision says exist twice."""
    shared = DECISION.read_text().partition("## Shared modules")[2].partition("\n## ")[0]
    return re.findall(r"^    ([a-z_]+) ", shared, re.MULTILINE)


MODULES = _shared_modules()


def _alone(language: str, module: str) -> set[str]:
    """Return what of a shared module the decision says exists in one language alone."""
    alone = DECISION.read_text().partition(f"## {language} alone")[2].partition("\n## ")[0]
    entry = re.search(rf"^    {module} (.*(?:\n     .*)*)", alone, re.MULTILINE)
    return set(re.findall(r"\w+", entry[1])) if entry else set()


def _shared_names(module: str) -> set[str]:
    public: list[str] = importlib.import_module(f"crypto.{module}").__all__
    return set(public) - _alone("Python", module)


def _exports(module: str) -> list[str]:
    """Return what the twin's module exports, in its order, as Python would spell it."""
    text = (TWIN / f"{module}.ts").read_text()
    found = {match.start(): [match[1]] for match in EXPORT.finditer(text)}
    for match in EXPORT_LIST.finditer(text):
        names = [name.split(" as ")[-1].strip() for name in match[1].split(",")]
        found[match.start()] = [name.removeprefix("type ") for name in names if name]
    ordered = [name for start in sorted(found) for name in found[start]]
    # A type and the constants that it is made of share a name.
    alone = _alone("TypeScript", module)
    return list(dict.fromkeys(_in_python(name) for name in ordered if name not in alone))


def _in_python(name: str) -> str:
    if not name[0].islower():
        return name
    return CAPITAL.sub(r"_\1", name).lower()


def _definitions(module: str) -> list[str]:
    """Return a Python module's shared names in the order in which they are defined."""
    shared = _shared_names(module)
    return [name for name in _bound_names(module) if name in shared]


def _bound_names(module: str) -> list[str]:
    names: list[str] = []
    for node in ast.parse((REPOSITORY / "crypto" / f"{module}.py").read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crypto."):
            # The order is that of where they are defined: lists of imports are sorted.
            imported = {alias.name for alias in node.names}
            own = _bound_names(str(node.module).removeprefix("crypto."))
            names += [name for name in own if name in imported]
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return names


def test_the_decision_names_modules() -> None:
    assert {"codename", "envelope", "chunks", "replies", "directory"} <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_exports_the_same_names_twice(module: str) -> None:
    assert sorted(_exports(module)) == sorted(_shared_names(module))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_its_names_in_the_same_order_twice(module: str) -> None:
    assert _definitions(module) == _exports(module)
