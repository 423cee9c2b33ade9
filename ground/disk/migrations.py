"""Numbered steps that bring a database to the shape of this version, each in a transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["statements", "steps_in"]


def steps_in(package: str, folder: str) -> Sequence[str]:
    """Return the SQL of the steps NNNN_name.sql in a folder of a package, in their order."""
    found = files(package).joinpath(folder).iterdir()
    named: list[Traversable] = [one for one in found if one.name.endswith(".sql")]
    return [one.read_text("utf-8") for one in sorted(named, key=lambda one: one.name)]


def statements(script: str) -> Iterator[str]:
    """Yield a script's statements one by one: `executescript` would commit by itself."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
