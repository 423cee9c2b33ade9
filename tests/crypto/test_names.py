"""No two bytes of different meaning can be exchanged unseen: decision 0013."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import crypto

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what crypto offers: functions, methods, and what makes the objects of a class."""
    for found in pkgutil.walk_packages(crypto.__path__, "crypto."):
        module = importlib.import_module(found.name)
        for name, member in vars(module).items():
            if name.startswith("_") or getattr(member, "__module__", None) != found.name:
                continue
            if inspect.isfunction(member):
                yield f"{found.name}.{name}", member
            elif inspect.isclass(member):
                yield from _methods(f"{found.name}.{name}", member)


def _methods(place: str, of: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, method in vars(of).items():
        function = method.__func__ if isinstance(method, classmethod | staticmethod) else method
        if inspect.isfunction(function) and (name == "__init__" or not name.startswith("_")):
            yield f"{place}.{name}", function


def _is_plain(hint: object) -> bool:
    """Tell whether a type says of some bytes nothing but that they are bytes, if any."""
    is_union = get_origin(hint) in (Union, UnionType)
    return hint is bytes or (is_union and bytes in get_args(hint))


def _plain_by_position(function: Callable[..., Any]) -> list[str]:
    hints = get_type_hints(function)
    return [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind in POSITIONAL and _is_plain(hints.get(name))
    ]


FUNCTIONS = dict(_public_functions())


def test_functions_of_both_halves_are_looked_at() -> None:
    assert {
        "crypto.puzzle.check_puzzle",
        "crypto.office.envelope.open_envelope",
        "crypto.statements.TakenLine.__init__",
        "crypto.sealed_file.SealedFileWriter.chunk",
    } <= set(FUNCTIONS)


@pytest.mark.parametrize("place", FUNCTIONS)
def test_at_most_one_plain_bytes_is_taken_by_position(place: str) -> None:
    assert len(_plain_by_position(FUNCTIONS[place])) <= 1
