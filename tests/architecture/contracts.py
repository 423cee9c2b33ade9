"""The contracts of `pyproject.toml`, and the table of rooms of ARCHITECTURE.md, as values."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.means.repository import REPOSITORY

PACKAGES = ("ground", "crypto", "intake", "caseworker")
_ROW = re.compile(r"\| `(?P<room>[a-z_/]+)` \|[^|]*\| (?P<may>[^|]*) \|")
_NAME = re.compile(r"`([a-z_]+)`")


def contracts() -> list[dict[str, Any]]:
    """Return all contracts, as import-linter reads them."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def within(room: str, module: str) -> bool:
    """Tell whether a room is a module, or lies in it."""
    return room == module or room.startswith(f"{module}.")


def layers_of(contract: dict[str, Any]) -> Iterator[list[tuple[str, list[str]]]]:
    """Yield each container's layers, top to bottom: separator, and modules by full name."""
    for container in contract.get("containers", [""]):
        layers = []
        for layer in contract["layers"]:
            between = "|" if "|" in layer else ":"
            names = [name.strip().strip("()") for name in layer.split(between)]
            layers.append((between, [f"{container}.{name}".lstrip(".") for name in names]))
        yield layers


def forbids(contract: dict[str, Any], importer: str, imported: str) -> bool:
    """Tell whether a contract lets a room import another nowhere."""
    if contract["type"] == "forbidden":
        return _in_any(importer, contract["source_modules"]) and _in_any(
            imported, contract["forbidden_modules"]
        )
    if contract["type"] == "protected":
        is_let_in = _in_any(importer, contract["allowed_importers"])
        return _in_any(imported, contract["protected_modules"]) and not is_let_in
    if contract["type"] == "independence":
        return _apart(contract["modules"], importer, imported)
    return any(_is_above(layers, importer, imported) for layers in layers_of(contract))


def _in_any(room: str, modules: Iterable[str]) -> bool:
    return any(within(room, module) for module in modules)


def _apart(modules: list[str], importer: str, imported: str) -> bool:
    one = [module for module in modules if within(importer, module)]
    other = [module for module in modules if within(imported, module)]
    return bool(one and other and one != other)


def _is_above(layers: list[tuple[str, list[str]]], importer: str, imported: str) -> bool:
    at = [n for n, (_, names) in enumerate(layers) if _in_any(importer, names)]
    to = [n for n, (_, names) in enumerate(layers) if _in_any(imported, names)]
    if not at or not to:
        return False
    between, names = layers[at[0]]
    return to < at or (to == at and between == "|" and _apart(names, importer, imported))


@dataclass(frozen=True)
class Table:
    """The rooms of ARCHITECTURE.md in their order, each with what it says they may import."""

    rows: dict[str, str]

    @classmethod
    def read(cls) -> "Table":
        """Read the page."""
        text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
        rows = (match.groupdict() for match in _ROW.finditer(text))
        return cls({row["room"].rstrip("/").replace("/", "."): row["may"] for row in rows})

    @cached_property
    def rooms(self) -> list[str]:
        """The rooms that are Python of ours and are there."""
        return [room for room in self.rows if room.split(".")[0] in PACKAGES and is_there(room)]

    def allows(self, importer: str, imported: str) -> bool:
        """Tell whether the table lets a room import another."""
        return any(within(imported, room) for room in self._allowed(importer))

    def _allowed(self, importer: str) -> set[str]:
        parent, _, _ = importer.rpartition(".")
        names = set(_NAME.findall(self.rows[importer]))
        siblings = [room for room in self.rows if parent and within(room, parent)]
        allowed = {f"{parent}.{name}".lstrip(".") for name in names}
        if "and below" in self.rows[importer]:
            (first,) = allowed
            allowed = set(siblings[siblings.index(first) :])
        return allowed | (self._allowed(parent) if parent else set())


def is_there(room: str) -> bool:
    """Tell whether a room is a package or a module of Python."""
    path = REPOSITORY / room.replace(".", "/")
    return (path / "__init__.py").exists() or path.with_suffix(".py").exists()
