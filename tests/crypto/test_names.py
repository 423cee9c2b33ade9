"""No two bytes, and no day and number, can be exchanged unseen: decision 0013."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import crypto
from crypto.names import Day, Week

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
# What is a day or a week under another name. Whatever is called days or weeks is a count.
DATES = {"issued", "expires", "until", "since", "first", "end", "ends"}


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


def _dates_as_numbers(function: Callable[..., Any]) -> list[str]:
    """Return what a function takes or gives that is a day or a week, and has the type of neither.

    What it gives goes by the name of the function.
    """
    hints = get_type_hints(function)
    given = hints.pop("return", None)
    return [
        name
        for name, hint in [*hints.items(), (function.__name__, given)]
        if (name in DATES or not {"day", "week"}.isdisjoint(name.split("_"))) and _has_int(hint)
    ]


def _has_int(hint: object) -> bool:
    return hint is int or any(map(_has_int, get_args(hint)))


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


@pytest.mark.parametrize("place", FUNCTIONS)
def test_a_day_is_no_mere_number_nor_is_a_week(place: str) -> None:
    assert _dates_as_numbers(FUNCTIONS[place]) == []


def test_a_day_that_is_a_mere_number_would_be_seen() -> None:
    def last_day(day: Day, week: int | None, ends: Mapping[str, int], days: int) -> int:
        return max(day, (week or 0) * days, *ends.values())

    def first_week(issued: Day, ends: Mapping[str, Day], days: int) -> Week:
        return Week(min(issued, *ends.values()) // days)

    assert _dates_as_numbers(last_day) == ["week", "ends", "last_day"]
    assert _dates_as_numbers(first_week) == []
