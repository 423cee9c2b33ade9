"""Each contract breaks when what it forbids is imported: tried on a copy of the packages."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from tests.architecture.contracts import PACKAGES, contracts, is_there, layers_of, within
from tests.means.repository import REPOSITORY

CONTRACTS = {one["id"]: one for one in contracts()}
# What a promise rests on, said a second time: a contract that lost a line would still hold.
FORBIDDEN = {
    "pure": "aiohttp asyncio socket ssl http urllib subprocess threading sqlite3 sqlcipher3 time"
    " ground intake caseworker",
    "blind": "crypto.office crypto.source_keys crypto.codename crypto.envelope crypto.chunks"
    " crypto.replies crypto.hpke crypto.signing crypto.payload crypto.aes",
    "offline": "aiohttp asyncio socket socketserver ssl http urllib xmlrpc ftplib smtplib imaplib"
    " poplib",
    "ground": "crypto intake caseworker",
}


def forbidden_imports(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield importers and what they may not import, one pair for each way to break a contract."""
    if contract["type"] == "forbidden":
        yield from product(contract["source_modules"], contract["forbidden_modules"])
    elif contract["type"] == "protected":
        for protected in contract["protected_modules"]:
            yield _stranger(contract["allowed_importers"], protected), protected
    elif contract["type"] == "independence":
        one, other, *_ = contract["modules"]
        yield one, other
        yield other, one
    else:
        for layers in layers_of(contract):
            there = [[name for name in names if is_there(name)] for _, names in layers]
            upper, *_, lower = [names for names in there if names]
            yield lower[0], upper[0]
            yield from ((names[0], names[1]) for names in there if len(names) > 1)


def _stranger(allowed: list[str], protected: str) -> str:
    """Return a room of the same program that is not let in."""
    package = protected.split(".", maxsplit=1)[0]
    rooms = [
        f"{package}.{path.parent.name}" for path in (REPOSITORY / package).glob("*/__init__.py")
    ]
    return next(room for room in sorted(rooms) if not any(within(room, one) for one in allowed))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy in which a module was added for each forbidden import."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    for package in PACKAGES:
        for path in (REPOSITORY / package).rglob("*.py"):
            copy = folder / path.relative_to(REPOSITORY)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    for name, contract in CONTRACTS.items():
        for number, (importer, imported) in enumerate(forbidden_imports(contract)):
            module = added(importer, name, number)
            with (folder / module.replace(".", "/")).with_suffix(".py").open("a") as file:
                file.write(f"\nimport {imported}\n")
    program = (
        "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    )
    line = [sys.executable, "-c", program, "--no-logo", "--no-cache"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return "".join(done.stdout.split())


def added(importer: str, name: str, number: int) -> str:
    """Return what gets a forbidden import: a new module of a package, or a module itself."""
    is_package = (REPOSITORY / importer.replace(".", "/")).is_dir()
    return f"{importer}.forbidden_{name.replace('-', '_')}_{number}" if is_package else importer


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_forbidden_import_breaks_its_contract(name: str, report: str) -> None:
    title = "".join(CONTRACTS[name]["name"].split())
    # The list of all contracts names each; of those that are broken more is said, under their name.
    unseen = [
        f"{importer} imports {imported}"
        for number, (importer, imported) in enumerate(forbidden_imports(CONTRACTS[name]))
        if f"{added(importer, name, number)}->{imported}" not in report.split(title, 1)[1]
    ]

    assert f"{title}BROKEN" in report
    assert unseen == []


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_contract_forbids_all_that_its_promise_rests_on(name: str) -> None:
    assert set(FORBIDDEN[name].split()) <= set(CONTRACTS[name]["forbidden_modules"])
