"""An office is made once, by the real ceremony; each test gets a copy of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from caseworker.office.ceremony import FIRST_BUNDLE
from caseworker.vault.key_slots import VaultKey
from tests.means.quick_passphrases import quick_passphrases
from tests.offices.courier import Exchange, Go
from tests.offices.vaults import DAY, PROFILE, SERVER_KEY, Office, Server, Source, make_office


@pytest.fixture(scope="session")
def made_office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, VaultKey]]:
    """The office that every test begins with. It is copied, never used."""
    folder = tmp_path_factory.mktemp("made") / "office"
    return folder, make_office(folder, PROFILE, SERVER_KEY.public_key)


@pytest.fixture
def office(made_office: tuple[Path, dict[str, VaultKey]], tmp_path: Path) -> Office:
    """An office of one's own."""
    folder, keys = made_office
    shutil.copytree(folder, tmp_path / "office")
    return Office(tmp_path / "office", keys)


@pytest.fixture
def cheap_passphrases() -> Iterator[None]:
    """The passphrases that a test sets in its own process cost little, as those of its office."""
    with quick_passphrases():
        yield


@pytest.fixture
def server(office: Office, tmp_path: Path) -> Server:
    """A server that has taken the office's first bundle."""
    with office.opened() as vault:
        server = Server(vault.genesis_id, tmp_path)
    server.take(office.folder / FIRST_BUNDLE)
    return server


@pytest.fixture
def source(server: Server) -> Source:
    """Somebody with a codename of this office."""
    return Source(server.genesis_id)


@pytest.fixture
def reported(office: Office, server: Server, source: Source) -> Office:
    """An office with one case."""
    server.report(source)
    office.bring(*server.export())
    return office


@pytest.fixture
def exchange(office: Office, tmp_path: Path) -> Exchange:
    """A server that has taken the office's first bundle."""
    with office.opened() as vault:
        server = Exchange(tmp_path / "data", vault.genesis_id)
    server.take(office.folder / FIRST_BUNDLE, DAY)
    return server


@pytest.fixture
def go(office: Office, exchange: Exchange, tmp_path: Path) -> Go:
    """Carries bundles on a day."""
    return Go(office, exchange, tmp_path)
