"""An office that a server serves, made once, copied for each test that changes it."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.names import Day
from tests.offices.first_import import first_import
from tests.offices.server_process import ServerProcess, serving, succeed
from tests.offices.signed_office import PracticeOffice, ReadExport, read_export
from tests.offices.source_client import Meeting, Source, free_port, meet


@pytest.fixture(scope="session")
def today() -> Day:
    """The day, as the server has it."""
    return Day(int(time.time() // 86_400))


@pytest.fixture(scope="session")
def office(today: Day) -> PracticeOffice:
    """An office of two recipients, `board` and `main`."""
    return PracticeOffice.create(today)


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory, office: PracticeOffice, today: Day) -> Path:
    """A data folder after the office's first bundle, not to be changed."""
    folder = tmp_path_factory.mktemp("imported")
    return first_import(office, folder / "data", today)


@pytest.fixture(scope="session")
def shared_server(imported: Path) -> Iterator[ServerProcess]:
    """A server for tests that change nothing but what they put there themselves."""
    data = imported.with_name("shared")
    shutil.copytree(imported, data, symlinks=True)
    with serving(data) as running:
        yield running


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    """A data folder after the first import, to do anything with."""
    copy = tmp_path / "data"
    shutil.copytree(imported, copy, symlinks=True)
    return copy


@pytest.fixture
def server(data: Path) -> Iterator[ServerProcess]:
    """A server of that folder."""
    with serving(data) as running:
        yield running


@dataclass(frozen=True)
class Reachable:
    """A real server at an address that its office's directory names."""

    office: PracticeOffice
    server: ServerProcess

    def export(self, folder: Path, recipient_id: str = "main") -> ReadExport:
        """What a recipient would fetch now."""
        bundle = folder / f"export-{os.urandom(4).hex()}"
        succeed("export", "--data", self.server.data, "--recipient", recipient_id, "--out", bundle)
        return read_export(bundle.read_bytes())


@pytest.fixture(scope="session")
def reachable(tmp_path_factory: pytest.TempPathFactory, today: Day) -> Iterator[Reachable]:
    """A server for sources, to which tests only add."""
    folder = tmp_path_factory.mktemp("reachable")
    port = free_port()
    office = PracticeOffice.create(
        today, addresses=(f"http://127.0.0.1:{port}", "http://practiceoffice.onion")
    )
    data = first_import(office, folder / "data", today)
    with serving(data, "--listen", f"127.0.0.1:{port}") as running:
        yield Reachable(office, running)


@pytest.fixture
def source(reachable: Reachable, tmp_path: Path) -> Source:
    """Somebody who writes to it for the first time."""
    return Source(tmp_path, reachable.server.address, reachable.office)


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    """A source and a server that does what a test says."""
    return meet(tmp_path)
