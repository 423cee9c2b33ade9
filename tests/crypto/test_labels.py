"""Labels and sizes are those of the specification: SPEC 2.1 and 14."""

import re
from itertools import permutations
from pathlib import Path

import pytest

from crypto import bundle, errors
from crypto.labels import Label, bound, labelled
from crypto.names import GenesisId

SPEC = (Path(errors.__file__).parent / "SPEC.md").read_text()
OFFICE = GenesisId(bytes(range(32)))


def test_the_labels_are_those_of_the_specification() -> None:
    section = SPEC.partition("### 2.1 ")[2].partition("### 2.2 ")[0]
    table = dict(re.findall(r"^\| ([A-Z_]+) \| `([^`]+)` \|$", section, re.MULTILINE))

    assert {label.name: label.value for label in Label} == table


def test_no_label_begins_with_another_one_and_its_length() -> None:
    pairs = permutations(map(labelled, Label), 2)

    assert [
        pair for pair in pairs if pair[0].startswith(pair[1]) or pair[1].startswith(pair[0])
    ] == []


def test_a_label_has_its_length_in_front_and_the_office_behind() -> None:
    assert labelled(Label.CARD) == b"\x0efidelio/1 card"
    assert bound(Label.CARD, OFFICE) == labelled(Label.CARD) + OFFICE


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_label_is_bound_to_nothing_but_an_office(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        bound(Label.CARD, GenesisId(bytes(size)))


def test_the_items_of_bundles_have_the_sizes_of_the_specification() -> None:
    section = SPEC.partition("\n## 14. ")[2].partition("\n## 15. ")[0]
    rows = re.findall(
        r"^\| (\d) \|.*\| ([\d,]+)(?: to ([\d,]+))? \| (\w+) \|$", section, re.MULTILINE
    )
    sizes = {
        int(code): (int(least.replace(",", "")), int((most or least).replace(",", "")))
        for code, least, most, _ in rows
    }
    inbound = {int(code) for code, _, _, where in rows if where in ("both", "inbound")}
    outbound = {int(code) for code, _, _, where in rows if where in ("both", "outbound")}

    assert sizes == {item_type.value: size for item_type, size in bundle.ITEM_SIZES.items()}
    assert inbound == set(bundle.InboundHeader.ITEM_TYPES)
    assert outbound == set(bundle.OutboundHeader.ITEM_TYPES)


@pytest.mark.parametrize("error", errors.ProtocolError.__subclasses__(), ids=lambda e: e.__name__)
def test_each_error_is_a_class_of_the_specification(error: type[Exception]) -> None:
    assert f"\n| `{error.__name__}` |" in SPEC
