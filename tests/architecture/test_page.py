"""ARCHITECTURE.md says what is so: its rooms are there, its table is that of the contracts."""

import re
from itertools import permutations

from tests.architecture.contracts import PACKAGES, Table, contracts, forbids
from tests.means.repository import REPOSITORY

TABLE = Table.read()
PATH = re.compile(r"`((?:ground|crypto|intake|caseworker|deploy|tests)/[\w./]*)`")
# What the page says where to put, once there is one.
TO_COME = {"caseworker/desk/"}


def test_every_room_is_in_the_table() -> None:
    packages = {
        path.parent.relative_to(REPOSITORY).as_posix().replace("/", ".")
        for package in PACKAGES
        for pattern in ("__init__.py", "*/__init__.py")
        for path in (REPOSITORY / package).glob(pattern)
        if package in ("intake", "caseworker") or pattern == "__init__.py"
    }

    assert packages - set(TABLE.rows) == set()


def test_the_table_says_who_may_import_whom_as_the_contracts_do() -> None:
    differing = []
    for importer, imported in permutations(TABLE.rooms, 2):
        if importer.startswith(f"{imported}.") or imported.startswith(f"{importer}."):
            continue
        by_table = TABLE.allows(importer, imported)
        by_contracts = not any(forbids(one, importer, imported) for one in contracts())
        if by_table != by_contracts:
            says = "the table alone allows" if by_table else "the contracts alone allow"
            differing.append(f"{says} {importer} to import {imported}")

    assert differing == []


def test_whatever_place_it_names_is_there() -> None:
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(PATH.findall(text)) - TO_COME

    missing = [
        path
        for path in sorted(named)
        if not (REPOSITORY / path).exists() and not (REPOSITORY / f"{path}.py").exists()
    ]

    assert missing == []
