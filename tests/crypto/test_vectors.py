"""Every vector gives what it says, there is one for each rule, and all come out the same again."""

import importlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from crypto import errors
from tests.vectors.example import with_example
from tests.vectors.generate import FOLDER, SPECIFICATION, committed, generated

RULE = re.compile(r"^- `([a-z0-9_]+)`: (\w+)", re.MULTILINE)


def _rules() -> dict[str, str]:
    """Return the ids of SPEC 16 and their classes."""
    section = SPECIFICATION.read_text().partition("\n## 16. ")[2].partition("\n## 17. ")[0]
    return dict(RULE.findall(section))


def _calls() -> dict[str, Callable[[dict[str, Any]], object]]:
    calls: dict[str, Callable[[dict[str, Any]], object]] = {}
    for module in sorted((FOLDER / "calls").glob("[a-z]*.py")):
        calls |= importlib.import_module(f"tests.vectors.calls.{module.stem}").CALLS
    return calls


CALLS = _calls()
VECTORS = {name: json.loads(data) for name, data in committed().items()}


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_gives_what_it_says(name: str) -> None:
    vector = VECTORS[name]
    call = CALLS[vector["call"]]
    if vector["expect"] == "ok":
        assert call(vector) == vector["result"]
        return
    with pytest.raises(errors.ProtocolError) as refusal:
        call(vector)
    assert type(refusal.value).__name__ == vector["expect"]
    for detail in ("reason", "position"):
        if detail in vector:
            assert getattr(refusal.value, detail) == vector[detail]


@pytest.mark.parametrize(("rule", "expect"), _rules().items())
def test_each_rule_of_the_specification_has_a_vector_of_its_class(rule: str, expect: str) -> None:
    assert {one["expect"] for one in VECTORS.values() if one["id"] == rule} == {expect}


def test_no_vector_refuses_by_a_rule_that_the_specification_lacks() -> None:
    refused = {vector["id"] for vector in VECTORS.values() if vector["expect"] != "ok"}

    assert refused <= _rules().keys()


def test_a_vector_is_named_by_its_rule() -> None:
    for name, vector in VECTORS.items():
        area, _, fault = name.removesuffix(".json").partition("/")
        assert area == vector["area"]
        assert f"{area}_{fault}_".startswith(f"{vector['id']}_")


def test_generating_again_gives_the_same_bytes() -> None:
    before = committed()

    again = generated()

    assert again.keys() == before.keys()
    assert [name for name in again if again[name] != before[name]] == []


def test_the_example_of_the_specification_is_that_of_the_vectors() -> None:
    specification = SPECIFICATION.read_text()

    assert with_example(specification) == specification
